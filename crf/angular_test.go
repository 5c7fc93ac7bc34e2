package crf

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// The gradient of large-margin softmax with respect to all weights, including the gradient through
// the norms.
func TestGradientThroughNorms(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	for name, d := range map[string]*Dataset{
		"plain": small(t, plainTemplates, 3), "bigrams": small(t, bigramTemplates, 3),
		"no transitions": small(t, noTransitions, 3), "items": items(t, rng, 10),
	} {
		for _, loss := range []losses.Loss{
			losses.LargeMarginSoftmax{}, losses.LargeMarginSoftmax{Margin: 3, Blend: 0.5}, losses.LargeMarginSoftmax{Margin: 4, Gamma: 2},
		} {
			x := d.features(false, 0)
			w, grad := make([]float64, x.dim()), make([]float64, x.dim())
			for k := range w {
				w[k] = rng.NormFloat64()
			}
			for _, threads := range []int{1, 3} {
				o := newObjective(d, x, loss, threads)
				at := func(w []float64) float64 {
					v, err := o.Eval(t.Context(), grad, w)
					require.NoError(t, err)
					return v
				}
				v := at(w)
				exact := append([]float64(nil), grad...)
				for range 40 {
					k := rng.IntN(len(w))
					const h = 1e-6
					up, down := append([]float64(nil), w...), append([]float64(nil), w...)
					up[k] += h
					down[k] -= h
					assert.InDelta(t, (at(up)-at(down))/(2*h), exact[k], 1e-6*math.Max(10, v), "%s %v weight %d", name, loss, k)
				}
			}
		}
	}
}

// At zero weights the loss equals cross-entropy. Elsewhere it is larger.
func TestNormsBound(t *testing.T) {
	d := small(t, plainTemplates, 5)
	x := d.features(false, 0)
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	value := func(l losses.Loss) float64 {
		v, err := newObjective(d, x, l, 1).Eval(t.Context(), grad, w)
		require.NoError(t, err)
		return v
	}
	assert.InEpsilon(t, value(losses.CrossEntropy{}), value(losses.LargeMarginSoftmax{Margin: 4}), 1e-12)
	rng := rand.New(rand.NewPCG(3, 9))
	for k := range w {
		w[k] = rng.NormFloat64()
	}
	before := value(losses.LargeMarginSoftmax{Margin: 1})
	assert.InEpsilon(t, value(losses.CrossEntropy{}), before, 1e-12)
	for margin := 2; margin <= 4; margin++ {
		v := value(losses.LargeMarginSoftmax{Margin: margin})
		assert.Greater(t, v, before)
		before = v
	}
}

// |x_t| by hand. If a token repeats an attribute, the values add up.
func TestTokenNorms(t *testing.T) {
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	a := func(name string, v float64) attrfile.Attribute { return attrfile.Attribute{Name: name, Value: v} }
	require.NoError(t, d.AddItems([][]attrfile.Attribute{
		{a("x", 3), a("y", 4)}, {a("x", 1), a("x", 2), a("y", -4)}, {}, {a("rare", 9), a("x", 2)},
	}, []string{"A", "B", "A", "B"}, 1))
	o := newObjective(d, d.features(false, 2), losses.LargeMarginSoftmax{}, 1)
	assert.Equal(t, []float64{5, 5, 0, 2}, o.tokenNorms())
}

func TestLargeMarginLearns(t *testing.T) {
	d := pos(t)
	start := train(t, d, Options{Penalty: l2, Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 30}}})
	loss := losses.Schedule{Name: "large-margin-softmax", Options: losses.Options{Margin: 2}, Blend: losses.Range{From: 1000, To: 30}}
	m := train(t, d, Options{
		Schedule: &Schedule{loss.Loss, 3}, Penalty: l2, Init: start,
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 20}},
	})
	assert.Greater(t, accuracy(t, m, sample.Dev, 1), 0.9)
	for _, o := range []Options{
		{Stochastic: optimize.SGD{}}, {Batch: optimize.WarmStart{First: optimize.SGD{}, Then: optimize.LBFGS{}}},
	} {
		o.Loss = losses.LargeMarginSoftmax{Margin: 3}
		_, _, err := Train(t.Context(), d, o)
		require.ErrorIs(t, err, model.ErrPair)
	}
	_, _, err := Train(t.Context(), small(t, plainTemplates, 5), Options{Loss: losses.LargeMarginSoftmax{Margin: 1}, Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 1}}})
	require.NoError(t, err, "margin 1 is cross-entropy")
}
