package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: build MODEL.zst DATA")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

// run builds a model in a temporary folder.
func run(file, data string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if data, err = filepath.Abs(data); err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "build")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if err := os.Chdir(folder); err != nil {
		return err
	}
	return safefile.Write(file, func(w io.Writer) error { return build(w, data) })
}

// config holds the settings of the training. The model stores the names of the files, so they are
// in the current folder. The number of threads decides on the last digits.
var config = trellis.Config{
	Label: "UPOS", Tokenizer: "rules:en,hyphens", Threads: 1,
	Features: "english-pos.txt", Clusters: []string{"english-pos.words"}, Tolerance: new(1e-5),
}

// keep is the number of features of the model. With these, the accuracy on the development data is
// that of all features.
const keep = 330_000

// build trains a model on the data in a folder and writes it in 8 bits per weight, compressed. The
// files in between are in the current folder.
func build(w io.Writer, data string) error {
	train := filepath.Join(data, "ud-ewt", "train.conllu")
	list, err := classes(data, train)
	if err != nil {
		return err
	}
	if err := os.WriteFile(config.Clusters[0], list, 0o644); err != nil {
		return err
	}
	copies, err := withEmoji(train)
	if err != nil {
		return err
	}
	if err := os.WriteFile("emoji.conllu", copies, 0o644); err != nil {
		return err
	}
	preset, err := features.PresetSource("pos")
	if err != nil {
		return err
	}
	if err := os.WriteFile(config.Features, []byte(preset+templates), 0o644); err != nil {
		return err
	}
	m, _, err := trellis.Train(context.Background(), trellis.Files(train, "emoji.conllu"), config)
	if err != nil {
		return err
	}
	small, err := m.Prune(trellis.PruneOptions{Keep: new(keep), Weights: "int8", Strip: true})
	if err != nil {
		return err
	}
	if err := small.SaveFile("english-pos.model"); err != nil {
		return err
	}
	model, err := os.ReadFile("english-pos.model")
	if err != nil {
		return err
	}
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedBestCompression))
	if err != nil {
		return err
	}
	if _, err := z.Write(model); err != nil {
		return err
	}
	return z.Close()
}
