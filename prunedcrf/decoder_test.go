package prunedcrf_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/prunedcrf"
	"github.com/trellis-nlp/trellis/structured"
)

// names is a data set whose labels encode spans, including ambiguous ones.
func names(t testing.TB) *prunedcrf.Dataset {
	d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\nu:%s[0,0,1]\n"))
	require.NoError(t, err)
	for range 4 {
		require.NoError(t, d.Add(features.Rows{{"in"}, {"york"}, {"she"}}, []string{"O", "B-LOC", "O"}, 1))
		require.NoError(t, d.Add(features.Rows{{"new"}, {"york"}, {"city"}}, []string{"B-LOC", "I-LOC", "I-LOC"}, 1))
		require.NoError(t, d.Add(features.Rows{{"ann"}, {"york"}, {"new"}, {"york"}}, []string{"B-PER", "I-PER", "B-LOC", "I-LOC"}, 1))
		require.NoError(t, d.Add(features.Rows{{"york"}, {"city"}, {"city"}}, []string{"B-PER", "O", "O"}, 1))
	}
	return d
}

func spelling(t testing.TB, o prunedcrf.Options) *prunedcrf.Model {
	m, _, err := prunedcrf.Train(context.Background(), names(t), o)
	require.NoError(t, err)
	require.Equal(t, structured.BIO, m.Scheme())
	return m
}

var yorks = features.Rows{{"york"}, {"new"}, {"york"}, {"city"}, {"york"}}

// labellings yields every path over the kept labels, with its probability.
func labellings(t *testing.T, s *pruned.Lattice, visit func(y []int, p float64)) {
	var w pruned.Workspace
	logZ, err := w.LogZ(s)
	require.NoError(t, err)
	y := make([]int, s.Len())
	var at func(int)
	at = func(k int) {
		if k == s.Len() {
			visit(y, math.Exp(s.PathScore(y)-logZ))
			return
		}
		for _, y[k] = range s.Kept().At(k) {
			at(k + 1)
		}
	}
	at(0)
}

func TestProbabilitiesAgreeWithEnumeration(t *testing.T) {
	for _, order := range []prunedcrf.Order{prunedcrf.Second, prunedcrf.First, prunedcrf.Zeroth} {
		m := spelling(t, prunedcrf.Options{Order: order, Keep: [2]float64{4, 4}})
		require.Equal(t, 2-int(order), m.Order())
		tagger := m.NewDecoder()
		for _, free := range []bool{false, true} {
			tagger.Constrain(!free)
			require.NoError(t, tagger.Read(yorks))
			s, err := tagger.Scores()
			require.NoError(t, err)
			l := len(m.Labels())
			node := make([]float64, len(yorks)*l)
			spans := make(map[annotation.Span]float64)
			most, best := 0.0, []int(nil)
			labellings(t, s, func(y []int, p float64) {
				if p > most {
					most, best = p, slices.Clone(y)
				}
				var labels []string
				for k, j := range y {
					node[k*l+j] += p
					labels = append(labels, m.Labels()[j])
				}
				for _, span := range annotation.AppendSpans(nil, labels) {
					spans[span] += p
				}
			})
			mu, err := tagger.Marginals()
			require.NoError(t, err)
			require.InDeltaSlice(t, node, mu.Node, 1e-9)
			for span, p := range spans {
				got, err := tagger.SpanProbabilities(nil, []annotation.Span{span})
				require.NoError(t, err)
				require.InDelta(t, p, got[0], 1e-9, "%v", span)
			}
			path, _, err := tagger.Best()
			require.NoError(t, err)
			require.Equal(t, best, path)
			list, err := tagger.NBest(3)
			require.NoError(t, err)
			require.Len(t, list, 3)
			require.InDelta(t, most, list[0].Probability, 1e-9)
			require.GreaterOrEqual(t, list[1].Probability, list[2].Probability)

			got, right, err := tagger.Posterior()
			require.NoError(t, err)
			sum := 0.0
			for k, j := range got {
				sum += node[k*l+j]
			}
			require.InDelta(t, sum, right, 1e-9)
			labellings(t, s, func(y []int, p float64) {
				sum := 0.0
				for k, j := range y {
					sum += node[k*l+j]
				}
				if p > 0 {
					require.LessOrEqual(t, sum, right+1e-9)
				}
			})
		}
	}
	tagger := spelling(t, prunedcrf.Options{}).NewDecoder()
	require.NoError(t, tagger.Read(yorks))
	_, err := tagger.SpanProbabilities(nil, []annotation.Span{{Start: 4, End: 6, Type: "LOC"}})
	require.ErrorIs(t, err, model.ErrInput)
	none, err := tagger.SpanProbabilities(nil, []annotation.Span{{Start: 0, End: 1, Type: "ORG"}})
	require.NoError(t, err)
	require.Zero(t, none[0])
}

func bestLabels(d *prunedcrf.Decoder, m *prunedcrf.Model, seq features.Sequence) (labels []string, err error) {
	if err := d.Read(seq); err != nil {
		return nil, err
	}
	path, _, err := d.Best()
	for _, j := range path {
		labels = append(labels, m.Labels()[j])
	}
	return labels, err
}

// Rows without a column that the model reads are an error in training and tagging, also with many
// goroutines.
func TestRowsThatAreTooShort(t *testing.T) {
	in := input(t, "u:n=%x[0,1]\n")
	in.Columns = 2
	d, err := prunedcrf.NewDataset(in)
	require.NoError(t, err)
	good, bad := features.Rows{{"a", "b"}}, features.Rows{{"a", "b"}, {"a"}}
	require.NoError(t, d.Add(good, []string{"X"}, 1))
	require.NoError(t, d.Add(good, []string{"Y"}, 1))
	require.ErrorIs(t, d.Add(bad, []string{"X", "Y"}, 1), model.ErrInput)
	require.Equal(t, 2, d.Len())
	m, _, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Stochastic: passes(2, 1)})
	require.NoError(t, err)
	_, err = m.Tag(bad)
	require.ErrorIs(t, err, model.ErrInput)
	_, err = model.TagAll(t.Context(), m, []features.Sequence{good, bad}, 2)
	require.ErrorIs(t, err, model.ErrInput)
	require.ErrorContains(t, err, "sentence 2: token 2: 1 column, but the model reads column 2")
}

func TestTaggerRespectsTheGrammar(t *testing.T) {
	words := []string{"york", "city", "new", "ann", "she", "in", "else"}
	for _, order := range []prunedcrf.Order{prunedcrf.Second, prunedcrf.First, prunedcrf.Zeroth} {
		m := spelling(t, prunedcrf.Options{Order: order, Keep: [2]float64{1.2, 1.1}})
		constrained, free, broken := m.NewDecoder(), m.NewDecoder(), 0
		free.Constrain(false)
		for k := range 343 {
			seq := features.Rows{{words[k%7]}, {words[k/7%7]}, {words[k/49]}}
			labels, err := bestLabels(constrained, m, seq)
			require.NoError(t, err)
			require.True(t, wellFormed(labels), "%v: %v", seq, labels)
			labels, err = bestLabels(free, m, seq)
			require.NoError(t, err)
			if !wellFormed(labels) {
				broken++
			}
		}
		if order == prunedcrf.Zeroth {
			require.Positive(t, broken, "nothing to constrain")
		}
	}
}

func wellFormed(labels []string) bool {
	before := "O"
	for _, label := range labels {
		if !structured.BIO.Follows(before, label) {
			return false
		}
		before = label
	}
	return true
}

func TestAllowedLabelsAreKept(t *testing.T) {
	m := spelling(t, prunedcrf.Options{})
	label := func(name string) int { return slices.Index(m.Labels(), name) }
	tagger := m.NewDecoder()
	best := func(allowed ...[]int) []string {
		require.NoError(t, tagger.Read(yorks))
		require.NoError(t, tagger.Allow(allowed))
		path, _, err := tagger.Best()
		require.NoError(t, err)
		var names []string
		for _, j := range path {
			names = append(names, m.Labels()[j])
		}
		return names
	}
	// The constraints fix the previous label, although no feature supports it.
	got := best(nil, []int{label("I-PER")}, nil, nil, nil)
	assert.Equal(t, []string{"B-PER", "I-PER"}, got[:2])
	assert.True(t, wellFormed(got))
	got = best([]int{label("I-PER"), label("I-LOC")}, nil, nil, nil, nil) // no labelling within the constraints has these
	assert.Contains(t, []string{"I-PER", "I-LOC"}, got[0])
	got = best([]int{label("O")}, []int{label("O")}, []int{label("O"), label("B-LOC")}, nil, []int{label("B-PER")})
	assert.Equal(t, []string{"O", "O"}, got[:2])
	assert.Equal(t, "B-PER", got[4])
	require.NoError(t, tagger.Read(yorks))
	assert.ErrorIs(t, tagger.Allow(make([][]int, 2)), model.ErrInput)
	assert.ErrorIs(t, tagger.Allow([][]int{nil, nil, {9}, nil, nil}), model.ErrInput)
}

func TestTagAllIsTag(t *testing.T) {
	m := spelling(t, prunedcrf.Options{})
	var list []features.Sequence
	var want [][]string
	for range 20 {
		list = append(list, yorks, features.Rows{{"in"}, {"new"}, {"york"}}, features.Rows{})
	}
	for _, s := range list {
		labels, err := m.Tag(s)
		require.NoError(t, err)
		want = append(want, labels)
	}
	for _, threads := range []int{0, 1, 3, 100} {
		got, err := model.TagAll(t.Context(), m, list, threads)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	none, err := model.TagAll(t.Context(), m, nil, 2)
	require.NoError(t, err)
	require.Empty(t, none)
}

func TestWeightsSumToScores(t *testing.T) {
	m := spelling(t, prunedcrf.Options{Separator: "-"})
	s, err := scores(m, features.Rows{{"york"}})
	require.NoError(t, err)
	sums := make(map[string]float64) // of labels and, after a space, of subtags
	n := 0
	m.Weights(func(w prunedcrf.Weight) {
		n++
		if w.Attribute != "u:york" && w.Attribute != "u:k" {
			return
		}
		name := w.Outcome
		if w.Part {
			name = " " + name
		}
		sums[name] += w.Weight
	})
	j := slices.Index(m.Labels(), "B-LOC")
	at := s.Kept().Index(0, j)
	require.GreaterOrEqual(t, at, 0)
	require.InDelta(t, sums["B-LOC"]+sums[" B"]+sums[" LOC"], s.NodeAt(0)[at], 1e-12)
	m.Chains(func(from []int, to int, w float64) {
		n++
		require.NotZero(t, w)
		require.Contains(t, []int{1, 2}, len(from))
		require.Less(t, to, len(m.Labels()))
	})
	require.Equal(t, m.Features(), n)
	require.Len(t, m.Thresholds(), 2)
	require.Equal(t, "-", m.Separator())
}

// A number is what its attribute counts, in training, on development data and in tagging.
func TestValuesOfAttributes(t *testing.T) {
	in := input(t, "u:n=%v[0,1]\nu:b\n")
	in.Columns = 2
	set := func() *prunedcrf.Dataset {
		d, err := prunedcrf.NewDataset(in)
		require.NoError(t, err)
		for k := range 10 {
			require.NoError(t, d.Add(features.Rows{{"x", fmt.Sprint(k)}, {"x", fmt.Sprint(-k)}}, []string{[]string{"small", "large"}[k/5], "negative"}, 1))
		}
		return d
	}
	m, summary, err := prunedcrf.Train(context.Background(), set(), prunedcrf.Options{Stochastic: passes(200, 1), Dev: set()})
	require.NoError(t, err)
	require.Greater(t, summary.Dev.Accuracy, 0.9)
	one, err := scores(m, features.Rows{{"x", "1"}})
	require.NoError(t, err)
	bias, err := scores(m, features.Rows{{"x", "none"}})
	require.NoError(t, err)
	three, err := scores(m, features.Rows{{"x", "3"}})
	require.NoError(t, err)
	found := 0
	for k, j := range three.Kept().At(0) {
		a, b := one.Kept().Index(0, j), bias.Kept().Index(0, j)
		if a >= 0 && b >= 0 {
			found++
			require.InDelta(t, 3*(one.NodeAt(0)[a]-bias.NodeAt(0)[b]), three.NodeAt(0)[k]-bias.NodeAt(0)[b], 1e-9)
		}
	}
	require.Positive(t, found)
}
