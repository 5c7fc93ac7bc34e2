package prunedcrf_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// BenchmarkTagBesideChain compares tagging with models of each order to the linear-chain CRF of
// package crf. Templates and sentences are the same; labels are parts of speech and morphology. The
// models alternate, so that load on the machine affects all alike. The results are medians of time
// ratios.
func BenchmarkTagBesideChain(b *testing.B) {
	train, dev := read(b, "train.conllu")[:1500], read(b, "dev.conllu")[:400]
	templates, err := features.Preset("pos")
	require.NoError(b, err)
	in := model.Input{Templates: templates, Names: map[string]int{"form": 1}}
	for name, column := range map[string]int{"upos": 3, "feats": featsColumn} {
		chain, err := crf.NewDataset(in)
		require.NoError(b, err)
		pruned, err := prunedcrf.NewDataset(model.Input(in))
		require.NoError(b, err)
		for _, s := range train {
			require.NoError(b, chain.Add(s, s.Column(nil, column), 1))
			require.NoError(b, pruned.Add(s, s.Column(nil, column), 1))
		}
		first, _, err := crf.Train(context.Background(), chain, crf.Options{Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 2}}, Penalty: optimize.Penalty{L2: 0.1}})
		require.NoError(b, err)
		tagger := first.NewDecoder()
		taggers := []func(s *corpus.Sentence){func(s *corpus.Sentence) {
			require.NoError(b, tagger.Read(s))
			_, _, err := tagger.Best()
			require.NoError(b, err)
		}}
		for _, order := range []prunedcrf.Order{prunedcrf.Zeroth, prunedcrf.First, prunedcrf.Second} {
			o := prunedcrf.Options{Order: order, Stochastic: passes(4, 8), Penalty: optimize.Penalty{L2: 0.3}}
			if name == "feats" {
				o.Separator = "|"
			}
			m, _, err := prunedcrf.Train(context.Background(), pruned, o)
			require.NoError(b, err)
			t := m.NewDecoder()
			taggers = append(taggers, func(s *corpus.Sentence) {
				require.NoError(b, t.Read(s))
				_, _, err := t.Best()
				require.NoError(b, err)
			})
		}
		b.Run(name, func(b *testing.B) {
			var ratios [3][]float64
			for b.Loop() {
				var seconds [4]float64
				for _, s := range dev { // one sentence each, alternating
					for k, tag := range taggers {
						began := time.Now()
						tag(s)
						seconds[k] += time.Since(began).Seconds()
					}
				}
				for k := range ratios {
					ratios[k] = append(ratios[k], seconds[k+1]/seconds[0])
				}
			}
			for k, unit := range []string{"order0/chain", "order1/chain", "order2/chain"} {
				slices.Sort(ratios[k])
				b.ReportMetric(ratios[k][len(ratios[k])/2], unit)
			}
		})
	}
}
