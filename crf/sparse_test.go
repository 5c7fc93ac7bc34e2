package crf

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// manyLabels returns synthetic sentences of 17 tokens with the given number of labels. Each label
// is followed by one of 13 others. A token has the attribute of its label and three at random.
func manyLabels(t testing.TB, labels, sentences int) *Dataset {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, uint64(labels)))
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for range sentences {
		var items [][]attrfile.Attribute
		var gold []string
		j := rng.IntN(labels)
		for range 17 {
			j = (7*j + 31*rng.IntN(13)) % labels
			gold = append(gold, fmt.Sprint(j))
			token := []attrfile.Attribute{{Name: fmt.Sprint("own", j/2), Value: 1}}
			for range 3 {
				token = append(token, attrfile.Attribute{Name: fmt.Sprint("a", rng.IntN(20*labels)), Value: 1})
			}
			items = append(items, token)
		}
		require.NoError(t, d.AddItems(items, gold, 1))
	}
	return d
}

// The objective, its gradient and its curvature do not depend on the shape of the edges.
func TestSparseEdgesChangeNoObjective(t *testing.T) {
	d := manyLabels(t, 150, 8)
	list, matrix := d.features(false, 0), d.features(false, 0)
	require.NotNil(t, list.pairs)
	matrix.pairs = nil
	rng := rand.New(rand.NewPCG(2, 3))
	w := make([]float64, list.dim())
	for k := range w {
		w[k] = rng.NormFloat64()
	}
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{Margin: 1, Smoothing: 0.1, Entropy: 0.1})
		require.NoError(t, err)
		var values [2]float64
		var grads, curvatures [2][]float64
		for k, x := range []*index{matrix, list} {
			o := newObjective(d, x, loss, 1)
			grads[k], curvatures[k] = make([]float64, len(w)), make([]float64, len(w))
			values[k], err = o.Eval(t.Context(), grads[k], w)
			require.NoError(t, err)
			require.NoError(t, o.HessianDiagonal(t.Context(), curvatures[k], w))
		}
		assert.InEpsilon(t, values[0], values[1], 1e-12, name)
		assert.InDeltaSlice(t, grads[0], grads[1], 1e-9, name)
		assert.InDeltaSlice(t, curvatures[0], curvatures[1], 1e-9, name)
	}
}

func TestTrainingWithSparseEdges(t *testing.T) {
	d := manyLabels(t, 150, 300)
	for name, o := range map[string]Options{
		"L-BFGS": {Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 20}}},
		"SGD":    {Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 3}}},
	} {
		o.Penalty, o.Dev = optimize.Penalty{L2: 0.1}, d
		_, summary, err := Train(t.Context(), d, o)
		require.NoError(t, err, name)
		assert.Greater(t, summary.Dev.Accuracy, 0.8, name)
	}
}

// Growth of a pass with the number of labels, at 13 transitions per label, on one thread.
func BenchmarkManyLabels(b *testing.B) {
	for _, labels := range []int{20, 60, 200, 600, 2000} {
		d := manyLabels(b, labels, 3000)
		b.Run(fmt.Sprint(labels), func(b *testing.B) { passes(b, d) })
	}
}
