package crf

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// unequal returns sentences of 0 to 40 tokens with weights 1, 0 and 2, and some partial and soft
// labels.
func unequal(t testing.TB, labels, sentences int) *Dataset {
	t.Helper()
	rng := rand.New(rand.NewPCG(5, uint64(labels)))
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for n := range sentences {
		var items [][]attrfile.Attribute
		var known []annotation.Choice
		for range []int{rng.IntN(6), rng.IntN(41)}[rng.IntN(2)] {
			one, other := fmt.Sprint(rng.IntN(labels)), fmt.Sprint(rng.IntN(labels))
			choice := annotation.Choice{Labels: []string{one}}
			switch r := rng.IntN(20); {
			case r == 0 && n%5 == 0:
				choice = annotation.Choice{}
			case r == 1 && n%5 == 1 && one != other:
				choice = annotation.Choice{Labels: []string{one, other}, Shares: []float64{0.25, 0.75}}
			}
			known = append(known, choice)
			items = append(items, []attrfile.Attribute{{Name: "own" + one, Value: 1}, {Name: fmt.Sprint("a", rng.IntN(20*labels)), Value: 1}})
		}
		require.NoError(t, d.AddChoices(model.Sentence{Items: items}, known, []float64{1, 1, 1, 0, 2}[min(rng.IntN(12), 4)]))
	}
	return d
}

// Blocks give the objective, the gradient and the curvature of single sentences. A second run gives
// the same bits.
func TestBlocksChangeNoObjective(t *testing.T) {
	for _, labels := range []int{2, 7, 60} {
		d := unequal(t, labels, 90)
		for _, sparse := range []bool{false, true} {
			x := d.features(true, 0)
			if sparse {
				x = d.features(false, 0)
			}
			if x.pairs == nil && sparse {
				continue
			}
			rng := rand.New(rand.NewPCG(2, 3))
			w, want := make([]float64, x.dim()), make([]float64, x.dim())
			for k := range w {
				w[k] = rng.NormFloat64()
			}
			for _, loss := range []losses.Loss{losses.CrossEntropy{}, losses.CrossEntropy{Gamma: 2, Smoothing: 0.1, Entropy: 0.1}} {
				single := newObjective(d, x, loss, 1)
				sum, err := single.pool.Gradient(t.Context(), want, func(wk *worker, dst *training.Dense, s int) (float64, error) {
					return single.sentence(wk, dst, s, w, 1)
				})
				require.NoError(t, err)
				curvature := make([]float64, len(w))
				for s := range d.Len() {
					require.NoError(t, single.addCurvature(single.pool.Scratch(0), curvature, s, w))
				}
				for threads := 1; threads <= 3; threads++ {
					grad, again := make([]float64, len(w)), make([]float64, len(w))
					o := newObjective(d, x, loss, threads)
					v, err := o.Eval(t.Context(), grad, w)
					require.NoError(t, err)
					require.True(t, o.inBlocks())
					assert.InEpsilon(t, sum, v, 1e-12)
					assert.InDeltaSlice(t, want, grad, 1e-9)
					second, err := o.Eval(t.Context(), again, w)
					require.NoError(t, err)
					assert.Equal(t, v, second)
					assert.Equal(t, grad, again)
					require.NoError(t, o.HessianDiagonal(t.Context(), again, w))
					assert.InDeltaSlice(t, curvature, again, 1e-9)
				}
			}
		}
	}
}

func TestBlocksNameTheSentenceOfAnError(t *testing.T) {
	d := unequal(t, 7, 40)
	x := d.features(true, 0)
	o := newObjective(d, x, losses.SoftmaxMargin{}, 1) // does not support partial labels
	w, grad := make([]float64, x.dim()), make([]float64, x.dim())
	_, err := o.Eval(t.Context(), grad, w)
	_, want := o.pool.Pass(t.Context(), o.planned)
	require.ErrorIs(t, want, structured.ErrTarget)
	require.EqualError(t, err, want.Error())
}
