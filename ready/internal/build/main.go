package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: build MODEL.zst TRAIN.conllu")
		os.Exit(2)
	}
	if err := safefile.Write(os.Args[1], func(w io.Writer) error { return build(w, os.Args[2]) }); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// config holds the settings of the training. The number of threads decides on the last digits.
var config = trellis.Config{Label: "UPOS", Tokenizer: "rules:en,hyphens", Threads: 2}

// keep is the number of features of the model. With these, the accuracy on the development data is
// that of all features.
const keep = 400_000

// build trains a model on a file and writes it in 8 bits per weight, compressed.
func build(w io.Writer, train string) error {
	m, _, err := trellis.Train(context.Background(), trellis.Files(train), config)
	if err != nil {
		return err
	}
	small, err := m.Prune(trellis.PruneOptions{Keep: new(keep), Weights: "int8", Strip: true})
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "build")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, "model")
	if err := small.SaveFile(file); err != nil {
		return err
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return err
	}
	if _, err := z.Write(data); err != nil {
		return err
	}
	return z.Close()
}
