package prunedcrf_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

const featsColumn = 5 // of CoNLL-U

// read returns the sentences of a file of the English Web Treebank. It skips the benchmark if the
// file is missing.
func read(b *testing.B, name string) (sentences []*corpus.Sentence) {
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", "ud-ewt", name))
	if err != nil {
		b.Skip("the English Web Treebank is not here")
	}
	defer f.Close()
	r := corpus.NewReader(f, name, corpus.Options{})
	for {
		var s corpus.Sentence
		if err := r.Read(&s); errors.Is(err, io.EOF) {
			return sentences
		} else {
			require.NoError(b, err)
		}
		sentences = append(sentences, &s)
	}
}

// BenchmarkFeats trains on the morphology of EWT and reports the accuracy on its development set.
func BenchmarkFeats(b *testing.B) {
	train, dev := read(b, "train.conllu"), read(b, "dev.conllu")
	templates, err := features.Preset("pos")
	require.NoError(b, err)
	for b.Loop() {
		d, err := prunedcrf.NewDataset(model.Input{Templates: templates, Names: map[string]int{"form": 1}})
		require.NoError(b, err)
		for _, s := range train {
			require.NoError(b, d.Add(s, s.Column(nil, featsColumn), 1))
		}
		began := time.Now()
		m, summary, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{
			Separator:  "|",
			Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 5}},
			Penalty:    optimize.Penalty{L2: 0.3},
			Progress: func(s model.Progress) {
				b.Logf("epoch %d: %.0f s, objective %.0f", s.Number, s.Seconds, s.Objective)
			},
		})
		require.NoError(b, err)
		b.ReportMetric(time.Since(began).Seconds(), "s/train")
		right, tokens := 0, 0
		began = time.Now()
		for _, s := range dev {
			got, err := m.Tag(s)
			require.NoError(b, err)
			for t, label := range s.Column(nil, featsColumn) {
				if tokens++; got[t] == label {
					right++
				}
			}
		}
		b.ReportMetric(float64(tokens)/time.Since(began).Seconds(), "tokens/s")
		b.ReportMetric(100*float64(right)/float64(tokens), "accuracy")
		b.Logf("%d labels, %d features, %.2f and %.2f labels kept", len(m.Labels()), summary.Features, summary.Kept[0], summary.Kept[1])
	}
}
