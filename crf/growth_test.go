package crf

import (
	"fmt"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
)

// renamed compiles the requested number of tokens of CoNLL-2000. It repeats the corpus with renamed
// words, so that each round adds new attributes like new text. It splits each label into split
// labels, by word. If split is 0, it maps all labels to 5.
func renamed(b *testing.B, tokens, split int) *Dataset {
	b.Helper()
	text, err := os.ReadFile("../../shared/data/conll2000/train.txt")
	if err != nil {
		b.Skip("the shared data is missing")
	}
	p, err := features.Preset("chunk")
	require.NoError(b, err)
	d, err := NewDataset(model.Input{Templates: p, Names: map[string]int{"form": 0, "pos": 1}})
	require.NoError(b, err)
	sentences := read(b, string(text))
	for round := 0; ; round++ {
		for _, rows := range sentences {
			if d.Tokens() >= tokens {
				return d
			}
			labels := make([]string, len(rows))
			again := make(features.Rows, len(rows))
			for t, row := range rows {
				if labels[t] = fmt.Sprint(hashWord(row[2]) % 5); split > 0 {
					labels[t] = fmt.Sprint(row[2], hashWord(row[0])%uint64(split))
				}
				again[t] = []string{row[0], row[1], row[2]}
				if round > 0 {
					again[t][0] = fmt.Sprint(row[0], "~", round)
				}
			}
			require.NoError(b, d.Add(again, labels, 1))
		}
	}
}

func passes(b *testing.B, d *Dataset) {
	x := d.features(false, 0)
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	for k := range w {
		w[k] = float64(k%7-3) / 10
	}
	o := newObjective(d, x, losses.CrossEntropy{}, 1)
	for b.Loop() {
		_, err := o.Eval(b.Context(), grad, w)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(d.Tokens()), "ns/token")
	b.ReportMetric(float64(x.dim()), "features")
}

// Growth of the time of a pass with the corpus. The time per token should stay constant.
func BenchmarkGrowthInTokens(b *testing.B) {
	for _, n := range []int{10_000, 50_000, 200_000, 500_000, 2_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { passes(b, renamed(b, n, 1)) })
	}
}

// Growth with the number of labels.
func BenchmarkGrowthInLabels(b *testing.B) {
	for _, split := range []int{0, 1, 2, 4, 8, 16, 32} {
		d := renamed(b, 50_000, split)
		b.Run(fmt.Sprint(len(d.Labels())), func(b *testing.B) { passes(b, d) })
	}
}
