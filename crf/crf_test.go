package crf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// read returns the sentences of a CoNLL file as rows.
func read(t testing.TB, text string) (sentences []features.Rows) {
	t.Helper()
	r := corpus.NewReader(strings.NewReader(text), "sample", corpus.Options{})
	var s corpus.Sentence
	for {
		err := r.Read(&s)
		if s.Len() == 0 {
			require.ErrorContains(t, err, "EOF")
			return sentences
		}
		require.NoError(t, err)
		rows := make(features.Rows, s.Len())
		for i := range rows {
			for c := range s.Columns() {
				rows[i] = append(rows[i], s.Field(i, c))
			}
		}
		sentences = append(sentences, rows)
	}
}

func column(rows features.Rows, c int) []string {
	labels := make([]string, len(rows))
	for i := range rows {
		labels[i] = rows[i][c]
	}
	return labels
}

func parse(t testing.TB, source string) *features.Templates {
	t.Helper()
	p, err := features.Parse(strings.NewReader(source), "test", features.DialectTrellis)
	require.NoError(t, err)
	return p
}

// small returns n sample sentences with the labels of column 1, for templates with label pairs.
func small(t testing.TB, source string, n int) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{Templates: parse(t, source), Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train)[:n] {
		require.NoError(t, d.Add(rows, column(rows, 2), 1))
	}
	return d
}

const (
	plainTemplates  = "u:w=%l[0,form]\nu:s=%s[0,form,2]\nu:k=%k[-1,form]\nb\n"
	bigramTemplates = "u:w=%l[0,form]\nb:k=%k[0,form]\n*:s=%s[0,form,1]\nb\n"
	noTransitions   = "u:w=%l[0,form]\nu:s=%s[0,form,2]\n"
)

// items returns ready-made attributes with values, repeats and weights.
func items(t testing.TB, rng *rand.Rand, n int) *Dataset {
	t.Helper()
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for range n {
		var tokens [][]attrfile.Attribute
		var labels []string
		for range 1 + rng.IntN(6) {
			var a []attrfile.Attribute
			for range rng.IntN(5) {
				a = append(a, attrfile.Attribute{Name: fmt.Sprint("a", rng.IntN(9)), Value: math.Round(4*rng.NormFloat64()) / 2})
			}
			tokens = append(tokens, a)
			labels = append(labels, string(rune('A'+rng.IntN(3))))
		}
		require.NoError(t, d.AddItems(tokens, labels, rng.Float64()*2))
	}
	return d
}

// The gradient with respect to the weights of all kinds of features, against central differences.
// The mini-batch, scaled and parallel forms agree with the plain one.
func TestGradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for name, d := range map[string]*Dataset{
		"plain": small(t, plainTemplates, 4), "bigrams": small(t, bigramTemplates, 4),
		"no transitions": small(t, noTransitions, 4), "items": items(t, rng, 12),
	} {
		for _, allPairs := range []bool{false, true} {
			x := d.features(allPairs, 0)
			w := make([]float64, x.dim())
			for k := range w {
				w[k] = rng.NormFloat64()
			}
			for _, lossName := range losses.Names() {
				loss, err := losses.New(lossName, losses.Options{Margin: 1}) // no norms
				require.NoError(t, err)
				o := newObjective(d, x, loss, 1)
				grad := make([]float64, len(w))
				v, err := o.Eval(t.Context(), grad, w)
				require.NoError(t, err)

				at := func(k int, step float64) float64 {
					moved := append([]float64(nil), w...)
					moved[k] += step
					v, err := o.Eval(t.Context(), make([]float64, len(w)), moved)
					require.NoError(t, err)
					return v
				}
				for range 25 {
					k := rng.IntN(len(w))
					const h = 1e-6
					assert.InDelta(t, (at(k, h)-at(k, -h))/(2*h), grad[k], 1e-6*math.Max(10, math.Abs(v)), "%s %s", name, lossName)
				}

				three := newObjective(d, x, loss, 3)
				parallel := make([]float64, len(w))
				pv, err := three.Eval(t.Context(), parallel, w)
				require.NoError(t, err)
				assert.InDelta(t, v, pv, 1e-9*math.Max(1, v))
				assert.InDeltaSlice(t, grad, parallel, 1e-9)

				all := make([]int, d.Len())
				for s := range all {
					all[s] = s
				}
				half := make([]float64, len(w))
				for k := range half {
					half[k] = 2 * w[k]
				}
				for _, ob := range []*objective{o, three} {
					g := optimize.NewSparse(len(w))
					bv, err := ob.EvalBatch(t.Context(), g, half, 0.5, all)
					require.NoError(t, err)
					assert.InDelta(t, v, bv, 1e-9*math.Max(1, v))
					within := make([]bool, len(w))
					ob.Support(all, func(lo, hi int) {
						for k := lo; k < hi; k++ {
							within[k] = true
						}
					})
					for _, k := range g.Touched() {
						assert.True(t, within[k], "feature %d outside the support", k)
					}
					for k := range w {
						assert.InDelta(t, grad[k], g.At(k), 1e-9)
					}
				}
			}
		}
	}
}

// The lattice follows the definition: each score is a sum of the weights of attributes.
func TestScoresByDefinition(t *testing.T) {
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	require.NoError(t, d.AddItems([][]attrfile.Attribute{{{Name: "a", Value: 1}}, {{Name: "a", Value: 1}, {Name: "b", Value: 2}}}, []string{"X", "Y"}, 1))
	x := d.features(false, 0)
	assert.Equal(t, []int{0, 2, 3}, x.start, "a with X and Y, b with Y")
	assert.Equal(t, []int32{0, 1, 1}, x.label)
	assert.Equal(t, []int32{1}, x.trans, "X to Y")
	var s structured.Lattice
	x.score(&s, &d.tokens, 0, 2, []float64{1, 10, 100, 1000}, 1)
	assert.Equal(t, []float64{1, 10, 1, 210}, s.Node)
	assert.Equal(t, []float64{0, 1000, 0, 0}, s.Edge)

	all := d.features(true, 0)
	assert.Equal(t, 2*2+4, all.dim())
	rare := d.features(false, 2)
	assert.Equal(t, []int{0, 2, 2}, rare.start, "b occurs once")
}

func train(t testing.TB, d *Dataset, o Options) *Model {
	t.Helper()
	m, _, err := Train(context.Background(), d, o)
	require.NoError(t, err)
	return m
}

var l2 = optimize.Penalty{L2: 0.1}

func accuracy(t testing.TB, m *Model, text string, label int) float64 {
	t.Helper()
	right, n := 0, 0
	for _, rows := range read(t, text) {
		got, err := m.Tag(rows)
		require.NoError(t, err)
		for i, g := range column(rows, label) {
			if n++; got[i] == g {
				right++
			}
		}
	}
	return float64(right) / float64(n)
}

func pos(t testing.TB) *Dataset {
	t.Helper()
	p, err := features.Preset("pos")
	require.NoError(t, err)
	d, err := NewDataset(model.Input{Templates: p, Names: map[string]int{"form": 0}})
	require.NoError(t, err)
	for _, rows := range read(t, sample.Train) {
		require.NoError(t, d.Add(rows, column(rows, 1), 1))
	}
	return d
}

// Every loss learns the POS tags of the sample with a suitable optimizer.
func TestLossesLearn(t *testing.T) {
	if testing.Short() {
		t.Skip("trains many models")
	}
	d := pos(t)
	for _, k := range []struct {
		loss string
		o    Options
	}{
		{"cross-entropy", Options{Penalty: l2}},
		{"softmax-margin", Options{Penalty: l2}},
		{"risk", Options{Penalty: optimize.Penalty{L2: 0.01}}},
		{"cross-entropy", Options{Stochastic: optimize.SGD{}, Penalty: l2}},
		{"perceptron", Options{Stochastic: optimize.AveragedPerceptron{}}},
		{"cross-entropy", Options{Stochastic: optimize.SAGA{}, Penalty: l2}},
		{"perceptron", Options{Stochastic: optimize.PassiveAggressive{Margin: 1}}},
		{"hinge", Options{Stochastic: optimize.PassiveAggressive{}}},
		{"hinge", Options{Stochastic: optimize.AROW{}}},
		{"hinge", Options{Stochastic: optimize.BCFW{}, Penalty: l2}},
		{"hinge", Options{Stochastic: optimize.AdaGrad{}, Penalty: optimize.Penalty{L2: 0.01}}},
		{"squared-hinge", Options{Stochastic: optimize.AdaGrad{}, Penalty: optimize.Penalty{L2: 0.01}}},
	} {
		loss, err := losses.New(k.loss, losses.Options{})
		require.NoError(t, err)
		k.o.Loss, k.o.Threads = loss, 2
		m := train(t, d, k.o)
		assert.Greater(t, accuracy(t, m, sample.Dev, 1), 0.85, "%s by %T%T", k.loss, k.o.Batch, k.o.Stochastic)
	}
}

// The summary counts the steps that Progress reports and, separately, the weight updates.
func TestSummaryCountsSteps(t *testing.T) {
	d := small(t, plainTemplates, 20)
	steps := 0
	_, summary, err := Train(t.Context(), d, Options{
		Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 3}, Rate: 0.1},
		Progress:   func(model.Progress) { steps++ },
	})
	require.NoError(t, err)
	assert.Equal(t, 3, steps)
	assert.Equal(t, steps, summary.Steps)
	assert.Equal(t, steps*d.Len(), summary.Updates)
}

func TestUnsuitablePairsAreRefused(t *testing.T) {
	d := small(t, plainTemplates, 5)
	for _, o := range []Options{
		{Loss: losses.Hinge{}},
		{Loss: losses.Perceptron{}, Batch: optimize.OWLQN{}},
		{Loss: losses.Hinge{}, Batch: optimize.WarmStart{First: optimize.SGD{}, Then: optimize.LBFGS{}}},
		{Loss: losses.CrossEntropy{}, Stochastic: optimize.AveragedPerceptron{}},
		{Loss: losses.Risk{}, Stochastic: optimize.AveragedPerceptron{}},
		{Loss: losses.Perceptron{}, Stochastic: optimize.PassiveAggressive{}},
		{Loss: losses.CrossEntropy{}, Stochastic: optimize.AROW{}},
		{Loss: losses.Risk{}, Stochastic: optimize.BCFW{}},
		{Loss: losses.Risk{}, Stochastic: optimize.SAGA{}},
		{Loss: losses.Hinge{}, Stochastic: optimize.SAGA{}},
		{Batch: optimize.LBFGS{}, Stochastic: optimize.SGD{}},
	} {
		_, _, err := Train(t.Context(), d, o)
		assert.ErrorIs(t, err, model.ErrPair)
	}
	_, _, err := Train(t.Context(), d, Options{Penalty: optimize.Penalty{L1: 1}})
	assert.ErrorIs(t, err, optimize.ErrPenalty)
	empty, err := NewDataset(model.Input{})
	require.NoError(t, err)
	_, _, err = Train(t.Context(), empty, Options{})
	assert.ErrorIs(t, err, model.ErrInput)
}

// Without Patience, the weights for separable data grow without limit.
func TestSeparableWithoutPenalty(t *testing.T) {
	d := small(t, plainTemplates, 10)
	var warned []string
	m, s, err := Train(t.Context(), d, Options{Warn: func(s string) { warned = append(warned, s) }})
	require.NoError(t, err)
	require.NotEmpty(t, warned)
	assert.Contains(t, warned[0], "no penalty")
	assert.Contains(t, []optimize.Reason{optimize.FloorReached, optimize.Converged, optimize.LimitReached}, s.Reason)
	m.attrs.each(func(_ uint64, _ []uint16, weights []float64) {
		for _, w := range weights {
			require.False(t, math.IsNaN(w) || math.IsInf(w, 0))
		}
	})
	warned = nil
	_, _, err = Train(t.Context(), d, Options{Penalty: l2, Warn: func(s string) { warned = append(warned, s) }})
	require.NoError(t, err)
	assert.Empty(t, warned)
}

func TestL1DropsZeroFeatures(t *testing.T) {
	d := small(t, plainTemplates, 60)
	m, s, err := Train(t.Context(), d, Options{Batch: optimize.OWLQN{}, Penalty: optimize.Penalty{L1: 1}})
	require.NoError(t, err)
	assert.Less(t, m.Features(), s.Features/2)
	assert.NotZero(t, m.Features())
	m.attrs.each(func(_ uint64, _ []uint16, weights []float64) {
		assert.NotEmpty(t, weights)
		assert.NotContains(t, weights, 0.0)
	})
}

func TestEarlyStoppingKeepsTheBest(t *testing.T) {
	d := pos(t)
	dev := d.HeldOut()
	for _, rows := range read(t, sample.Dev) {
		require.NoError(t, dev.Add(rows, column(rows, 1), 1))
	}
	best, steps := 0.0, 0
	m, s, err := Train(t.Context(), d, Options{
		Loss: losses.Perceptron{}, Stochastic: optimize.AveragedPerceptron{Passes: optimize.Passes{Epochs: 50}},
		Dev: dev, Patience: 3, Progress: func(p model.Progress) {
			steps = p.Number
			assert.Equal(t, p.Best, p.Dev.F1 > best)
			best = max(best, p.Dev.F1)
		},
	})
	require.NoError(t, err)
	assert.Equal(t, optimize.Stopped, s.Reason)
	assert.Equal(t, s.BestStep+3, steps)
	assert.Equal(t, best, s.Dev.F1)
	assert.InDelta(t, best, accuracy(t, m, sample.Dev, 1), 1e-12, "the model is the best one")

}

// Labels that occur only in development data cause a warning and count as errors.
func TestUnseenLabelsOfDevelopmentData(t *testing.T) {
	d := small(t, plainTemplates, 30)
	clean, dev := d.HeldOut(), d.HeldOut()
	known := d.Labels()[0]
	rows := features.Rows{{"a"}, {"b"}, {"c"}}
	require.NoError(t, clean.Add(rows, []string{known, known, known}, 1))
	require.NoError(t, dev.Add(rows, []string{known, "KNOWN?", known}, 1))
	require.NoError(t, dev.Add(rows, []string{"NEW", "KNOWN?", known}, 1))
	require.Equal(t, []string{"KNOWN?", "NEW"}, dev.unseen)
	require.Empty(t, clean.unseen)
	require.Len(t, d.Labels(), len(dev.Labels()))
	var warned []string
	o := Options{Penalty: l2, Dev: dev, Warn: func(s string) { warned = append(warned, s) }}
	m, s, err := Train(t.Context(), d, o)
	require.NoError(t, err)
	assert.Equal(t, []string{"3 tokens of the development data have labels that do not occur in the training data and count as errors: KNOWN?, NEW"}, warned)
	assert.NotContains(t, m.Labels(), "NEW")
	assert.LessOrEqual(t, s.Dev.Accuracy, 0.5)
	o.Dev, warned = clean, nil
	_, _, err = Train(t.Context(), d, o)
	require.NoError(t, err)
	assert.Empty(t, warned)
	_, _, err = Train(t.Context(), dev, Options{Penalty: l2})
	require.ErrorIs(t, err, model.ErrInput)
}

func TestCancelKeepsTheBestSoFar(t *testing.T) {
	d := pos(t)
	for _, o := range []Options{{Penalty: l2}, {Loss: losses.Hinge{}, Stochastic: optimize.SGD{}, Penalty: l2}} {
		ctx, cancel := context.WithCancel(t.Context())
		o.Progress = func(p model.Progress) {
			if p.Number == 4 {
				cancel()
			}
		}
		m, s, err := Train(ctx, d, o)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, optimize.Cancelled, s.Reason)
		require.NotNil(t, m)
		assert.Greater(t, accuracy(t, m, sample.Dev, 1), 0.6)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m, _, err := Train(ctx, d, Options{Penalty: l2})
	require.ErrorIs(t, err, context.Canceled)
	require.Nil(t, m)
}

// interruptedLoss cancels training during its third evaluation.
type interruptedLoss struct {
	losses.CrossEntropy
	cancel func()
	left   *int
}

func (l interruptedLoss) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	if *l.left--; *l.left == 0 {
		l.cancel()
	}
	return l.CrossEntropy.Eval(grad, s, y, w)
}

// Weight updates before the end of the first epoch do not make a model.
func TestCancelInTheFirstEpochMakesNoModel(t *testing.T) {
	for name, dev := range map[string]*Dataset{"": nil, "dev": pos(t)} {
		ctx, cancel := context.WithCancel(t.Context())
		left := 3
		m, s, err := Train(ctx, pos(t), Options{
			Loss: interruptedLoss{cancel: cancel, left: &left}, Stochastic: optimize.AdaGrad{}, Threads: 1, Dev: dev,
		})
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Positive(t, s.Updates, name)
		assert.Zero(t, s.Steps, name)
		assert.True(t, m == nil, name)
	}
}

func TestWarmStart(t *testing.T) {
	d := small(t, bigramTemplates, 40)
	m, cold, err := Train(t.Context(), d, Options{Penalty: l2})
	require.NoError(t, err)
	_, warm, err := Train(t.Context(), d, Options{Penalty: l2, Init: m})
	require.NoError(t, err)
	assert.Less(t, warm.Updates, cold.Updates/2)
	assert.InDelta(t, cold.Objective, warm.Objective, 1e-3*cold.Objective)

	// Other sentences number labels and attributes in a different order. Names match them.
	other, err := NewDataset(d.input)
	require.NoError(t, err)
	sentences := read(t, sample.Train)[:60]
	for k := range sentences {
		rows := sentences[len(sentences)-1-k]
		require.NoError(t, other.Add(rows, column(rows, 2), 1))
	}
	_, cold, err = Train(t.Context(), other, Options{Penalty: l2})
	require.NoError(t, err)
	_, warm, err = Train(t.Context(), other, Options{Penalty: l2, Init: m})
	require.NoError(t, err)
	assert.Less(t, warm.Updates, cold.Updates)
	assert.InDelta(t, cold.Objective, warm.Objective, 1e-3*cold.Objective)
	start := &trainer{data: other, x: other.features(false, 0)}
	start.w = make([]float64, start.x.dim())
	start.warmStart(m)
	moved, err := newModel(other, start.x, start.w)
	require.NoError(t, err)
	assert.Equal(t, m.Features(), moved.Features(), "all weights are copied")
	for _, rows := range sentences[:10] {
		want, err := nbest(m, rows, 1)
		require.NoError(t, err)
		got, err := nbest(moved, rows, 1)
		require.NoError(t, err)
		assert.InDelta(t, want[0].Score, got[0].Score, 1e-9)
		assert.Equal(t, want[0].Labels, got[0].Labels)
	}
}

// A sentence of weight 2 is equivalent to a repeated sentence, and one of weight 0 to no sentence.
func TestSentenceWeights(t *testing.T) {
	in := model.Input{Templates: parse(t, plainTemplates), Names: map[string]int{"form": 0}}
	weighted, err := NewDataset(in)
	require.NoError(t, err)
	twice, err := NewDataset(in)
	require.NoError(t, err)
	for k, rows := range read(t, sample.Train)[:20] {
		labels := column(rows, 2)
		require.NoError(t, weighted.Add(rows, labels, float64(k%3)))
		require.NoError(t, twice.Add(rows, labels, 0)) // so that the features are the same
	}
	for k, rows := range read(t, sample.Train)[:20] {
		for range k % 3 {
			require.NoError(t, twice.Add(rows, column(rows, 2), 1))
		}
	}
	_, a, err := Train(t.Context(), weighted, Options{Penalty: l2})
	require.NoError(t, err)
	_, b, err := Train(t.Context(), twice, Options{Penalty: l2})
	require.NoError(t, err)
	assert.Equal(t, a.Features, b.Features)
	assert.InDelta(t, a.Objective, b.Objective, 1e-4*a.Objective)
}

func TestDatasetErrors(t *testing.T) {
	columns := small(t, plainTemplates, 2)
	ready := items(t, rand.New(rand.NewPCG(1, 2)), 2)
	rows := features.Rows{{"a"}}
	item := [][]attrfile.Attribute{{{Name: "a", Value: 1}}}
	bad := [][]attrfile.Attribute{{{Name: "a", Value: math.Inf(1)}}}
	for _, err := range []error{
		columns.Add(rows, []string{"O", "O"}, 1), columns.Add(rows, []string{"O"}, -1), columns.Add(rows, []string{"O"}, math.NaN()),
		columns.AddItems(item, []string{"O"}, 1), ready.Add(rows, []string{"O"}, 1), ready.AddItems(bad, []string{"O"}, 1),
	} {
		assert.ErrorIs(t, err, model.ErrInput)
	}
	assert.Equal(t, 2, columns.Len())
	_, err := NewDataset(model.Input{Templates: parse(t, "u:%x[0,3]\n"), Columns: 2})
	assert.ErrorIs(t, err, features.ErrColumn)
	require.NoError(t, columns.Add(features.Rows{}, nil, 1))
	assert.Equal(t, 2, columns.Len(), "sentences without tokens are left out")
}

func TestTagger(t *testing.T) {
	m := train(t, small(t, bigramTemplates, 60), Options{Penalty: l2})
	tagger := m.NewDecoder()
	for _, rows := range read(t, sample.Dev)[:10] {
		require.NoError(t, tagger.Read(rows))
		scores := tagger.Scores()
		path, score, err := tagger.Best()
		require.NoError(t, err)
		assert.InDelta(t, score, scores.PathScore(path), 1e-9)

		best, err := nbest(m, rows, 5)
		require.NoError(t, err)
		labels, err := m.Tag(rows)
		require.NoError(t, err)
		assert.Equal(t, labels, best[0].Labels)
		sum := 0.0
		for k, l := range best {
			sum += l.Probability
			if k > 0 {
				assert.GreaterOrEqual(t, best[k-1].Score, l.Score)
				assert.InDelta(t, l.Score-best[0].Score, math.Log(l.Probability/best[0].Probability), 1e-9)
			}
		}
		assert.LessOrEqual(t, sum, 1+1e-9)

		tagger := m.NewDecoder()
		require.NoError(t, tagger.Read(rows))
		marginals, err := tagger.Marginals()
		require.NoError(t, err)
		for i := range rows {
			total := 0.0
			for _, p := range marginals.NodeAt(i) {
				total += p
			}
			assert.InDelta(t, 1, total, 1e-9)
		}

		given := make([][]int, len(rows))
		label, ok := m.labels.Index("B-PER")
		require.True(t, ok)
		given[len(given)/2] = []int{label}
		require.NoError(t, tagger.Allow(given))
		path, _, err = tagger.Best()
		require.NoError(t, err)
		assert.Equal(t, label, path[len(given)/2])
		fixed, err := tagger.Marginals()
		require.NoError(t, err)
		assert.InDelta(t, 1, fixed.NodeAt(len(given) / 2)[label], 1e-9)
		assert.ErrorIs(t, tagger.Allow(given[1:]), model.ErrInput)
	}
	empty, err := m.Tag(features.Rows{})
	require.NoError(t, err)
	assert.Empty(t, empty)
	assert.ErrorIs(t, tagger.ReadItems(nil), model.ErrInput)
	assert.True(t, m.Knows("the"))
	assert.False(t, m.Knows("zyzzyva"))
}

func TestItemsModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	m := train(t, items(t, rng, 30), Options{Penalty: l2})
	labels, err := m.TagItems([][]attrfile.Attribute{{{Name: "a1", Value: 2}, {Name: "unknown", Value: 1}}, nil})
	require.NoError(t, err)
	assert.Len(t, labels, 2)
	_, err = m.Tag(features.Rows{{"a"}})
	assert.ErrorIs(t, err, model.ErrInput)
	_, err = m.TagItems([][]attrfile.Attribute{{{Name: "a1", Value: math.NaN()}}})
	assert.ErrorIs(t, err, model.ErrInput)
}

// Many goroutines share one model. The race detector checks this.
func TestModelIsSafeForConcurrentUse(t *testing.T) {
	m := train(t, small(t, bigramTemplates, 40), Options{Penalty: l2, Threads: 2})
	sentences := read(t, sample.Dev)[:20]
	var want [][]string
	for _, rows := range sentences {
		labels, err := m.Tag(rows)
		require.NoError(t, err)
		want = append(want, labels)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for k, rows := range sentences {
				labels, err := m.Tag(rows)
				if assert.NoError(t, err) {
					assert.Equal(t, want[k], labels)
				}
				_, err = nbest(m, rows, 2)
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
}

func TestTrainingIsDeterministic(t *testing.T) {
	d := small(t, bigramTemplates, 60)
	for _, o := range []Options{
		{Penalty: l2, Threads: 3},
		{Loss: losses.Hinge{}, Stochastic: optimize.AdaGrad{Passes: optimize.Passes{Epochs: 3, BatchSize: 16}}, Penalty: l2, Threads: 3},
	} {
		var a, b bytes.Buffer
		require.NoError(t, train(t, d, o).Save(&a, SaveOptions{}))
		require.NoError(t, train(t, small(t, bigramTemplates, 60), o).Save(&b, SaveOptions{}))
		assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()))
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	d := small(t, bigramTemplates, 30)
	x := d.features(false, 0)
	o := newObjective(d, x, losses.CrossEntropy{}, 1)
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	g := optimize.NewSparse(x.dim())
	batch := []int{3, 4, 5}
	ctx := context.Background()
	run := func() {
		g.Reset()
		_, e1 := o.EvalBatch(ctx, g, w, 1, batch)
		if e1 != nil {
			t.Error(e1)
		}
	}
	for range 3 {
		run()
	}
	assert.Zero(t, testing.AllocsPerRun(20, run))
	whole := func() {
		if _, err := o.Eval(ctx, grad, w); err != nil {
			t.Error(err)
		}
	}
	whole()
	assert.LessOrEqual(t, testing.AllocsPerRun(5, whole), 16.0, "a pass allocates a few times, for any number of sentences")

	m := train(t, d, Options{Penalty: l2})
	tagger := m.NewDecoder()
	var sentences []features.Sequence
	for _, rows := range read(t, sample.Dev)[:10] {
		sentences = append(sentences, rows)
	}
	tag := func() {
		for _, rows := range sentences {
			if err := tagger.Read(rows); err != nil {
				t.Error(err)
			}
			if _, _, err := tagger.Best(); err != nil {
				t.Error(err)
			}
			if _, err := tagger.Marginals(); err != nil {
				t.Error(err)
			}
		}
	}
	tag()
	assert.Zero(t, testing.AllocsPerRun(20, tag))
}

type failing struct{ losses.CrossEntropy }

var errLoss = errors.New("this loss fails")

func (failing) Eval(_, _ *structured.Lattice, _ structured.Target, _ *losses.Workspace) (float64, error) {
	return 0, errLoss
}

func TestLossErrorsAreReturned(t *testing.T) {
	d := small(t, plainTemplates, 20)
	for _, o := range []Options{{Loss: failing{}}, {Loss: failing{}, Threads: 2, Stochastic: optimize.SGD{Passes: optimize.Passes{BatchSize: 10}}}} {
		m, _, err := Train(t.Context(), d, o)
		assert.ErrorIs(t, err, errLoss)
		assert.Nil(t, m)
	}
}
