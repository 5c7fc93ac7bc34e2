package semicrf_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// The model comes from the step with the best F1 on the development data.
func TestDev(t *testing.T) {
	train, dev := read(t, strings.NewReader(sample.Train), 1), read(t, strings.NewReader(sample.Dev), 1)
	for _, threads := range []int{1, 3} {
		best, steps, after := 0.0, 0, 0
		m, summary, err := semicrf.Train(context.Background(), dataset(t, preset(t), train[:60]), semicrf.Options{
			Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 20, Seed: 1}},
			Penalty:    optimize.Penalty{L2: 0.1}, Threads: threads,
			Dev: dataset(t, preset(t), dev), Patience: 2,
			Progress: func(p model.Progress) {
				steps, after = steps+1, after+1
				require.NotNil(t, p.Dev)
				assert.Equal(t, steps == 1 || p.Dev.F1 > best, p.Best)
				if p.Best {
					best, after = p.Dev.F1, 0
				}
			},
		})
		require.NoError(t, err)
		require.NotNil(t, summary.Dev)
		assert.Equal(t, best, summary.Dev.F1)
		assert.Equal(t, steps-after, summary.BestStep)
		assert.Equal(t, optimize.Stopped, summary.Reason)
		assert.Equal(t, 2, after)
		assert.Equal(t, best, f1(t, m, dev))
	}
}

// Development data may contain types and spans that the training data does not have. They count as
// missed.
func TestDevOfOtherTypes(t *testing.T) {
	in := preset(t)
	d, dev := dataset(t, in, nil), dataset(t, in, nil)
	require.NoError(t, d.Add(features.Rows{{"Oslo"}, {"waits"}}, []string{"B-LOC", "O"}, 1))
	require.NoError(t, dev.Add(features.Rows{{"Oslo"}, {"meets"}, {"Ann"}, {"Berg"}}, []string{"B-LOC", "O", "B-PER", "I-PER"}, 1))
	_, summary, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 0.01}, Dev: dev})
	require.NoError(t, err)
	assert.LessOrEqual(t, summary.Dev.Recall, 0.5)
	assert.Contains(t, fmt.Sprint(summary.Dev), "PER")
}

// Rare long spans are excluded from training and reported.
func TestUsualLength(t *testing.T) {
	d := dataset(t, preset(t), nil)
	add := func(n int) {
		var rows features.Rows
		var labels []string
		for k := range n {
			rows, labels = append(rows, []string{fmt.Sprint("w", k)}), append(labels, "I-X")
		}
		require.NoError(t, d.Add(append(rows, []string{"."}), append(labels, "O"), 1))
	}
	for k := range 400 {
		add(1 + k%2)
	}
	var warned []string
	o := semicrf.Options{
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 1}}, Penalty: optimize.Penalty{L2: 1},
		Warn: func(s string) { warned = append(warned, s) },
	}
	m, summary, err := semicrf.Train(context.Background(), d, o)
	require.NoError(t, err)
	assert.Equal(t, 2, m.MaxLength())
	assert.Zero(t, summary.Skipped)
	assert.Empty(t, warned)
	add(5)
	add(7)
	m, summary, err = semicrf.Train(context.Background(), d, o)
	require.NoError(t, err)
	assert.Equal(t, 2, m.MaxLength(), "two of 402 are less than half a percent")
	assert.Equal(t, 2, summary.Skipped)
	assert.Equal(t, []string{`2 sentences have spans of more than 2 tokens and are left out, 2 of 402 spans: X "w0 w1 ..." (5 tokens), X "w0 w1 ..." (7 tokens)`}, warned)
	add(4)
	m, summary, err = semicrf.Train(context.Background(), d, o)
	require.NoError(t, err)
	assert.Equal(t, 4, m.MaxLength(), "three of 403 are more")
	assert.Equal(t, 2, summary.Skipped)
}

// In every scheme, the probability of a token label is the total probability of the segmentations
// with that label, by enumeration.
func TestProbabilities(t *testing.T) {
	for _, sentences := range [][]string{
		{"Ann/B-P meets/O Bo/B-P Ek/I-P", "Bo/B-P Ek/I-P Ann/B-P", "Ann/B-P Bo/B-P Ek/I-P in/O New/B-L York/I-L City/I-L"}, // BIO
		{"Ann/I-P meets/O Bo/I-P Ek/I-P", "Bo/I-P Ek/I-P Ann/B-P", "Ann/I-P Bo/B-P Ek/I-P in/O New/I-L York/I-L City/I-L"}, // IOB1
		{"Ann/S-P meets/O Bo/B-P Ek/E-P", "Bo/B-P Ek/E-P Ann/S-P", "Ann/S-P Bo/B-P Ek/E-P in/O New/B-L York/I-L City/E-L"}, // BIOES
		{"Ann/I-P meets/O Bo/I-P Ek/I-P", "Bo/I-P Ek/E-P Ann/I-P", "Ann/E-P Bo/I-P Ek/I-P in/O New/I-L York/I-L City/I-L"}, // IOE1
		{"Ann/E-P meets/O Bo/I-P Ek/E-P", "Bo/I-P Ek/E-P Ann/E-P", "Ann/E-P Bo/I-P Ek/E-P in/O New/I-L York/I-L City/E-L"}, // IOE2
		{"Ann/I-P meets/O Bo/I-P Ek/I-P", "Bo/I-P Ek/I-P", "Ann/I-P in/O New/I-L York/I-L City/I-L"},
	} {
		d := dataset(t, preset(t), nil)
		for _, s := range sentences {
			var rows features.Rows
			var labels []string
			for _, token := range strings.Fields(s) {
				word, label, _ := strings.Cut(token, "/")
				rows, labels = append(rows, []string{word}), append(labels, label)
			}
			require.NoError(t, d.Add(rows, labels, 1))
		}
		m, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 0.3}})
		require.NoError(t, err)
		codec, err := spans.NewCodec(m.Scheme(), m.Types())
		require.NoError(t, err)
		tagger := m.NewDecoder()
		require.NoError(t, tagger.Read(features.Rows{{"Bo"}, {"Ek"}, {"Ann"}, {"York"}, {"City"}}))
		y, _, err := tagger.Best()
		require.NoError(t, err)
		labels := tagger.AppendLabels(nil, y)
		got, err := tagger.Probabilities(nil, y)
		require.NoError(t, err)
		_, err = tagger.Probabilities(nil, y[1:])
		require.ErrorIs(t, err, structured.ErrShape)
		_, err = tagger.Spans(y[1:])
		require.ErrorIs(t, err, structured.ErrShape)

		var w semimarkov.Workspace
		all, err := w.KBest(nil, tagger.Scores(), 1e5)
		require.NoError(t, err)
		require.Less(t, len(all), int(1e5))
		total, want := 0.0, make([]float64, len(labels))
		for _, y := range all {
			p := math.Exp(y.Score)
			total += p
			for k, name := range codec.Labels(nil, y.Segments) {
				if name == labels[k] {
					want[k] += p
				}
			}
		}
		for k := range want {
			want[k] /= total
		}
		assert.InDeltaSlice(t, want, got, 1e-9, "%v %v", m.Scheme(), labels)

		list, err := tagger.NBest(4)
		require.NoError(t, err)
		require.Len(t, list, 4)
		for k, b := range list {
			assert.Equal(t, all[k].Segments, b.Segments)
			assert.InDelta(t, math.Exp(b.Score)/total, b.Probability, 1e-9)
		}
		assert.Equal(t, y, list[0].Segments)
	}
}

// Notes may be any bytes. A file identifies itself at its start.
func TestMeta(t *testing.T) {
	d := dataset(t, preset(t), read(t, strings.NewReader(sample.Dev), 1)[:5])
	m, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 1}})
	require.NoError(t, err)
	m.Meta = model.Metadata{Files: model.Files{Label: "2"}, Notes: map[string]string{"odd": "\xff\x00"}}
	var file bytes.Buffer
	require.NoError(t, m.Save(&file))
	assert.True(t, semicrf.Detect(file.Bytes()))
	assert.False(t, semicrf.Detect(file.Bytes()[:4]))
	assert.False(t, semicrf.Detect([]byte("TRELLIS2")))
	back, err := semicrf.Load(&file)
	require.NoError(t, err)
	assert.Equal(t, m.Meta, back.Meta)
	assert.Equal(t, m.Attributes(), back.Attributes())
	assert.Equal(t, m.SegmentAttributes(), back.SegmentAttributes())
}

// The reported weights add up to the scores.
func TestWeightsSumToScores(t *testing.T) {
	d := dataset(t, preset(t), nil)
	require.NoError(t, d.Add(features.Rows{{"Ann"}, {"meets"}, {"Bo"}, {"Ek"}}, []string{"B-P", "O", "B-P", "I-P"}, 1))
	require.NoError(t, d.Add(features.Rows{{"Bo"}, {"Ek"}}, []string{"B-P", "I-P"}, 1))
	m, _, err := semicrf.Train(context.Background(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 0.3}})
	require.NoError(t, err)
	roles, whole := make(map[semicrf.Role]int), make(map[string]float64)
	m.Weights(func(w semicrf.Weight) {
		require.NotZero(t, w.Weight)
		require.Contains(t, []string{"O", "P"}, w.Type)
		if roles[w.Role]++; w.Role == semicrf.Whole {
			whole[w.Attribute] = w.Weight
		}
	})
	for _, role := range []semicrf.Role{semicrf.Token, semicrf.First, semicrf.Last, semicrf.Whole} {
		assert.Positive(t, roles[role], role)
	}
	assert.Contains(t, whole, "w Bo Ek")
	assert.Contains(t, whole, "1 tokens")
	assert.Equal(t, "whole span", semicrf.Whole.String())
	assert.Equal(t, "no role", semicrf.Role(9).String())

	// Two sentences that differ only in the edge.
	tagger := m.NewDecoder()
	sums := make(map[[2]string]float64)
	m.Transitions(func(from, to string, w float64) { sums[[2]string{from, to}] = w })
	require.NoError(t, tagger.Read(features.Rows{{"meets"}, {"meets"}}))
	s := tagger.Scores()
	outside := []semimarkov.Segment{{Start: 0, End: 1}, {Start: 1, End: 2}}
	assert.InDelta(t, sums[[2]string{"O", "O"}], s.Score(outside)-s.At(0, 1)[0]-s.At(1, 1)[0], 1e-12)
}
