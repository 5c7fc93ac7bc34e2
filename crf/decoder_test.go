package crf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// spanModel returns a model with random weights for the words a, b and c and span labels, with or
// without transitions and label pairs.
func spanModel(t testing.TB, rng *rand.Rand, scheme structured.Scheme, labels []string, transitions, bigrams bool) *Model {
	t.Helper()
	p := Content{
		Labels: labels, Scheme: scheme,
		Input: model.Input{Templates: parse(t, "u:w=%x[0,form]\nb:w=%x[0,form]\nb\n"), Names: map[string]int{"form": 0}},
	}
	for _, w := range []string{"a", "b", "c"} {
		a, pairs := Attribute{Name: "u:w=" + w}, BigramAttribute{Name: "b:w=" + w}
		for j := range labels {
			a.Weights = append(a.Weights, LabelWeight{j, rng.NormFloat64()})
			for i := range labels {
				if bigrams && rng.IntN(2) == 0 {
					pairs.Weights = append(pairs.Weights, PairWeight{i, j, rng.NormFloat64()})
				}
			}
		}
		p.Attributes, p.Bigrams = append(p.Attributes, a), append(p.Bigrams, pairs)
	}
	for i := range labels {
		for j := range labels {
			if transitions {
				p.Transitions = append(p.Transitions, PairWeight{i, j, rng.NormFloat64()})
			}
		}
	}
	m, err := New(p)
	require.NoError(t, err)
	return m
}

var (
	bioLabels   = []string{"I-X", "O", "B-X", "B-Y", "I-Y"}
	bioesLabels = []string{"O", "B-X", "I-X", "E-X", "S-X"}
	ioeLabels   = []string{"O", "I-X", "E-X", "I-Y", "E-Y"}
)

// eachSpanModel runs f on models of both schemes and all kinds of edges, with sentences of 1 to 4
// tokens.
func eachSpanModel(t *testing.T, f func(m *Model, rows features.Rows)) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, edges := range []struct{ transitions, bigrams bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		for scheme, labels := range map[structured.Scheme][]string{structured.BIO: bioLabels, structured.BIOES: bioesLabels, structured.IOB1: bioLabels,
			structured.IOE1: ioeLabels, structured.IOE2: ioeLabels} {
			m := spanModel(t, rng, scheme, labels, edges.transitions, edges.bigrams)
			for n := 1; n <= 4; n++ {
				rows := make(features.Rows, n)
				for i := range rows {
					rows[i] = []string{string(rune('a' + rng.IntN(4)))}
				}
				f(m, rows)
			}
		}
	}
}

// labelsOf returns the names of labels.
func labelsOf(m *Model, path []int) (labels []string) {
	for _, j := range path {
		labels = append(labels, m.Labels()[j])
	}
	return labels
}

// wellFormed reports whether a path follows the scheme, by definition.
func wellFormed(m *Model, y []int) bool {
	for t, j := range y {
		name, prev := m.Labels()[j], "O"
		if t > 0 {
			prev = m.Labels()[y[t-1]]
		}
		if !m.scheme.Follows(prev, name) || t == len(y)-1 && !m.scheme.Ends(name) {
			return false
		}
	}
	return true
}

// With the grammar, a tagger returns the same as without it, restricted to well-formed paths.
func TestGrammar(t *testing.T) {
	eachSpanModel(t, func(m *Model, rows features.Rows) {
		free, kept := m.NewDecoder(), m.NewDecoder()
		free.constrain(false)
		require.NoError(t, free.Read(rows))
		require.NoError(t, kept.Read(rows))
		s := free.Scores()
		best, z := math.Inf(-1), 0.0
		marginals := structured.NewLattice(s.T, s.L, structured.NoEdges)
		broken := 0
		for y := range structured.Paths(s.T, s.L) {
			score := s.PathScore(y)
			if !wellFormed(m, y) {
				broken++
				require.True(t, math.IsInf(kept.Scores().PathScore(y), -1))
				continue
			}
			require.InDelta(t, score, kept.Scores().PathScore(y), 1e-12)
			best = max(best, score)
			z += math.Exp(score)
			marginals.AddPath(y, math.Exp(score))
		}
		require.NotZero(t, broken)
		path, score, err := kept.Best()
		require.NoError(t, err)
		assert.InDelta(t, best, score, 1e-12)
		assert.True(t, wellFormed(m, path))
		assert.InDelta(t, best, s.PathScore(path), 1e-12) // paths may tie up to rounding
		marginals.Scale(1 / z)
		got, err := kept.Marginals()
		require.NoError(t, err)
		assert.InDeltaSlice(t, marginals.Node, got.Node, 1e-12)

		// The posterior path is the well-formed path with the most expected correct labels.
		most := 0.0
		for y := range structured.Paths(s.T, s.L) {
			if wellFormed(m, y) {
				most = max(most, marginals.PathScore(y))
			}
		}
		path, right, err := kept.Posterior()
		require.NoError(t, err)
		assert.InDelta(t, most, right, 1e-12)
		assert.InDelta(t, most, marginals.PathScore(path), 1e-12)
		assert.True(t, wellFormed(m, path))

		path, right, err = free.Posterior()
		require.NoError(t, err)
		got, err = free.Marginals()
		require.NoError(t, err)
		sum := 0.0
		for i, j := range path {
			for k, p := range got.NodeAt(i) {
				assert.LessOrEqual(t, p, got.NodeAt(i)[j], k)
			}
			sum += got.NodeAt(i)[j]
		}
		assert.InDelta(t, sum, right, 1e-12)
	})
}

// The probability of a span is the sum over the label sequences that contain it, by enumeration.
func TestSpanProbabilities(t *testing.T) {
	eachSpanModel(t, func(m *Model, rows features.Rows) {
		tagger := m.NewDecoder()
		for _, constrained := range []bool{true, false} {
			tagger.constrain(constrained)
			require.NoError(t, tagger.Read(rows))
			s := tagger.Scores()
			want, z := make(map[annotation.Span]float64), 0.0
			for y := range structured.Paths(s.T, s.L) {
				p := math.Exp(s.PathScore(y))
				z += p
				for _, span := range annotation.AppendSpans(nil, labelsOf(m, y)) {
					want[span] += p
				}
			}
			var spans []annotation.Span
			for start := range rows {
				for end := start + 1; end <= len(rows); end++ {
					for _, typ := range []string{"X", "Y", "Z"} {
						spans = append(spans, annotation.Span{Start: start, End: end, Type: typ})
					}
				}
			}
			got, err := tagger.SpanProbabilities([]float64{7}, spans)
			require.NoError(t, err)
			require.Len(t, got, len(spans)+1)
			for k, span := range spans {
				require.InDelta(t, want[span]/z, got[k+1], 1e-12, "%v", span)
			}
		}
		for _, bad := range []annotation.Span{{Start: -1, End: 1}, {Start: 0, End: len(rows) + 1}, {Start: 1, End: 1}} {
			_, err := tagger.SpanProbabilities(nil, []annotation.Span{bad})
			require.ErrorIs(t, err, model.ErrInput)
		}
	})
}

// Labels passed to Allow are enforced, with the grammar if possible and otherwise without it.
func TestAllowWithinTheGrammar(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	lifted := 0
	eachSpanModel(t, func(m *Model, rows features.Rows) {
		tagger := m.NewDecoder()
		for range 20 {
			allowed := make([][]int, len(rows))
			for i := range allowed {
				for n := rng.IntN(3); n > 0; n-- {
					allowed[i] = append(allowed[i], rng.IntN(len(m.Labels())))
				}
			}
			allows := func(i, j int) bool { return len(allowed[i]) == 0 || slices.Contains(allowed[i], j) }
			possible := false
			for y := range structured.Paths(len(rows), len(m.Labels())) {
				fits := wellFormed(m, y)
				for i, j := range y {
					fits = fits && allows(i, j)
				}
				possible = possible || fits
			}
			if !possible {
				lifted++
			}
			require.NoError(t, tagger.Read(rows))
			require.NoError(t, tagger.Allow(allowed))
			for _, decode := range []func() ([]int, float64, error){tagger.Best, tagger.Posterior} {
				path, _, err := decode()
				require.NoError(t, err)
				for i, j := range path {
					require.True(t, allows(i, j))
				}
				require.True(t, !possible || wellFormed(m, path))
			}
		}
		require.ErrorIs(t, tagger.Allow(make([][]int, len(rows)+1)), model.ErrInput)
		require.ErrorIs(t, tagger.Allow(append(make([][]int, len(rows)-1), []int{len(m.Labels())})), model.ErrInput)
	})
	assert.NotZero(t, lifted)
}

// A grammar that leaves some sentences without a label sequence is ignored. Plain labels have no
// grammar.
func TestUnsatisfiableGrammarIsIgnored(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	m := spanModel(t, rng, structured.BIOES, []string{"B-X", "E-X"}, true, false)
	labels, err := m.Tag(features.Rows{{"a"}})
	require.NoError(t, err)
	assert.Len(t, labels, 1)
	assert.Nil(t, m.NewDecoder().chain.Kept())
	assert.Nil(t, spanModel(t, rng, structured.Plain, bioLabels, true, false).NewDecoder().chain.Kept())
	assert.NotNil(t, spanModel(t, rng, structured.BIO, bioLabels, true, false).NewDecoder().chain.Kept())
}

// 64 goroutines share a model.
func TestManyGoroutines(t *testing.T) {
	m := loaded(t, saved(t, train(t, small(t, bigramTemplates, 40), Options{Penalty: l2, Threads: 2}), SaveOptions{}))
	sentences := read(t, sample.Dev)[:20]
	want := lists(t, m)
	var wg sync.WaitGroup
	for g := range 64 {
		wg.Go(func() {
			for k := range sentences {
				k = (k + g) % len(sentences)
				got, err := nbest(m, sentences[k], 3)
				if assert.NoError(t, err) {
					assert.Equal(t, want[k], got)
				}
			}
		})
	}
	wg.Wait()
}

var errBroken = errors.New("broken")

func TestTagAll(t *testing.T) {
	m := train(t, small(t, plainTemplates, 40), Options{Penalty: l2, Threads: 2})
	var sentences []features.Sequence
	var want [][]string
	for _, rows := range read(t, sample.Dev) {
		labels, err := m.Tag(rows)
		require.NoError(t, err)
		sentences, want = append(sentences, rows), append(want, labels)
	}
	for _, workers := range []int{0, 1, 3, 1000} {
		got, err := model.TagAll(t.Context(), m, sentences, workers)
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	none, err := model.TagAll(t.Context(), m, nil, 2)
	require.NoError(t, err)
	assert.Empty(t, none)

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errBroken)
	_, err = model.TagAll(ctx, m, sentences, 2)
	require.ErrorIs(t, err, errBroken)
	ready := train(t, items(t, rand.New(rand.NewPCG(1, 1)), 5), Options{Penalty: l2})
	_, err = model.TagAll(t.Context(), ready, sentences, 2)
	require.ErrorIs(t, err, model.ErrInput)
}

// Only lists allocate.
func TestTaggerAllocatesNothing(t *testing.T) {
	m := loaded(t, saved(t, train(t, small(t, bigramTemplates, 40), Options{Penalty: l2}), SaveOptions{}))
	tagger := m.NewDecoder()
	var sentences []features.Sequence
	for _, rows := range read(t, sample.Dev)[:10] {
		sentences = append(sentences, rows)
	}
	spans := []annotation.Span{{Start: 0, End: 1, Type: "PER"}}
	var probabilities []float64
	tag := func() {
		for _, s := range sentences {
			err := tagger.Read(s)
			if err == nil {
				_, _, err = tagger.Best()
			}
			if err == nil {
				_, _, err = tagger.Posterior()
			}
			if err == nil {
				probabilities, err = tagger.SpanProbabilities(probabilities[:0], spans)
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	tag()
	assert.Zero(t, testing.AllocsPerRun(20, tag))
}

// The precision and the storage of weights do not change attributes with values.
func TestItemsByHand(t *testing.T) {
	p := Content{Labels: []string{"A", "B", "C", "D"}, Attributes: []Attribute{
		{"one", []LabelWeight{{2, 3}}}, {"row", []LabelWeight{{0, 1}, {1, 2}, {3, 4}}}, {"", []LabelWeight{{1, 8}}},
	}}
	for j := range 5 {
		p.Labels = append(p.Labels, fmt.Sprint(j))
	}
	p.Attributes = append(p.Attributes, Attribute{"run", []LabelWeight{{8, 0.5}, {1, 0.25}}})
	m, err := New(p)
	require.NoError(t, err)
	for w := Float32; w <= Int8; w++ {
		tagger := loaded(t, saved(t, m, SaveOptions{Precision: w})).NewDecoder()
		for _, v := range []float64{1, 2} {
			require.NoError(t, tagger.ReadItems([][]attrfile.Attribute{
				{{Name: "one", Value: v}, {Name: "row", Value: 1}, {Name: "run", Value: v}, {Name: "none", Value: 1}, {Name: "one", Value: 1}}, {{Name: "", Value: 1}},
			}))
			assert.InDeltaSlice(t, []float64{1, 2 + 0.25*v, 3*v + 3, 4, 0, 0, 0, 0, 0.5 * v, 0, 8, 0, 0, 0, 0, 0, 0, 0}, tagger.Scores().Node, []float64{Float32: 0, Float64: 0, Int16: 1e-3, Int8: 0.03}[w])
		}
	}
}

// Training scores development data as the model tags them, with the grammar. Templates without
// transitions violate the grammar most.
func TestDevelopmentScoresMatchTagging(t *testing.T) {
	for _, source := range []string{plainTemplates, bigramTemplates, noTransitions} {
		d := small(t, source, 60)
		dev := d.HeldOut()
		sentences := read(t, sample.Dev)
		for _, rows := range sentences {
			require.NoError(t, dev.Add(rows, column(rows, 2), 1))
		}
		m, summary, err := Train(t.Context(), d, Options{Dev: dev, Penalty: l2, Threads: 2, Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 6}}})
		require.NoError(t, err)
		want := metrics.Evaluator{Scheme: d.Scheme()}
		for _, rows := range sentences {
			labels, err := m.Tag(rows)
			require.NoError(t, err)
			require.NoError(t, want.Add(column(rows, 2), labels, nil))
		}
		assert.Equal(t, want.Results().F1, summary.Dev.F1)
		assert.Equal(t, want.Results().Accuracy, summary.Dev.Accuracy)
	}
}
