package trellis_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/text"
)

// BenchmarkTextToJSON labels the text of the English treebank with parts of speech and writes JSON,
// on one core. The speed depends on the features, and hardly on how well the model is trained.
func BenchmarkTextToJSON(b *testing.B) {
	folder := filepath.Join("..", "shared", "data", "ud-ewt")
	if _, err := os.Stat(folder); err != nil {
		b.Skip("needs the treebank")
	}
	train := trellis.Files(filepath.Join(folder, "train.conllu"))
	m, _, err := trellis.Train(b.Context(), train, trellis.Config{Optimizer: "averaged-perceptron", Epochs: new(2), Threads: 1})
	require.NoError(b, err)
	f, err := os.Open(filepath.Join(folder, "dev.conllu"))
	require.NoError(b, err)
	ref, err := text.ReadReference(f, f.Name(), -1)
	require.NoError(b, err)
	require.NoError(b, f.Close())
	whole := bytes.Repeat([]byte(ref.Text+"\n\n"), 10)
	tokens := 0
	for _, d := range tagTexts(b, m, trellis.Source{Paths: []string{"-"}, Stdin: bytes.NewReader(whole)}, trellis.TextOptions{}) {
		for _, s := range d.Sentences {
			tokens += len(s.Tokens)
		}
	}
	b.SetBytes(int64(len(whole)))
	b.ReportAllocs()
	for b.Loop() {
		data := trellis.Source{Paths: []string{"-"}, Stdin: bytes.NewReader(whole)}
		require.NoError(b, m.TagTextFiles(b.Context(), report.NewJSON(io.Discard, report.JSONOptions{}), data, trellis.TextOptions{Threads: 1}))
	}
	b.ReportMetric(float64(tokens)*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
}
