package crf

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// chains draws sentences with attributes that have few to many labels. The values are 1 unless
// valued is set.
func chains(t *testing.T, labels int, valued bool) *Dataset {
	rng := rand.New(rand.NewPCG(uint64(labels), 7))
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for s := range 40 {
		var items [][]attrfile.Attribute
		var gold []string
		for range 1 + rng.IntN(6) {
			item := []attrfile.Attribute{{Name: "bias", Value: 1}}
			for range 4 {
				a := attrfile.Attribute{Name: strconv.Itoa(int(20 * rng.Float64() * rng.Float64())), Value: 1}
				if valued {
					a.Value = rng.NormFloat64()
				}
				item = append(item, a)
			}
			items, gold = append(items, item), append(gold, strconv.Itoa(rng.IntN(labels)))
		}
		require.NoError(t, d.AddItems(items, gold, float64(s%3)))
	}
	return d
}

// Steps follow the gradient of each sentence, with and without a plan. They are shorter for long
// sentences.
func TestDescend(t *testing.T) {
	for _, labels := range []int{2, 7, 21} {
		for _, valued := range []bool{false, true} {
			d := chains(t, labels, valued)
			long := d.Len()
			items, gold := make([][]attrfile.Attribute, 3*longSentence), make([]string, 3*longSentence)
			for k := range items {
				items[k], gold[k] = []attrfile.Attribute{{Name: strconv.Itoa(k % 5), Value: 1}}, strconv.Itoa(k%labels)
			}
			require.NoError(t, d.AddItems(items, gold, 1))
			x := d.features(false, 0)
			o := newObjective(d, x, losses.CrossEntropy{}, 2)
			rng := rand.New(rand.NewPCG(1, 1))
			order, scale, by := rng.Perm(d.Len()), make([]float64, d.Len()), make([]float64, d.Len())
			for k := range order {
				scale[k], by[k] = 0.5+rng.Float64(), -rng.Float64()
			}
			want := make([]float64, x.dim())
			for k := range want {
				want[k] = rng.NormFloat64()
			}
			got := append([]float64(nil), want...)
			sum := 0.0
			g := optimize.NewSparse(x.dim())
			for k, s := range order {
				g.Reset()
				loss, err := newObjective(d, x, losses.CrossEntropy{}, 1).EvalBatch(t.Context(), g, want, scale[k], []int{s})
				require.NoError(t, err)
				sum += loss
				step := by[k]
				if s == long {
					step /= 3
				}
				for q := range want {
					want[q] += step * g.At(q)
				}
			}
			steps, loss, err := o.Descend(t.Context(), got, order, scale, by)
			require.NoError(t, err)
			require.Equal(t, valued, o.plan == nil)
			assert.Equal(t, len(order), steps)
			assert.InEpsilon(t, sum, loss, 1e-9)
			assert.InDeltaSlice(t, want, got, 1e-9)

			assert.LessOrEqual(t, testing.AllocsPerRun(5, func() { _, _, err = o.Descend(t.Context(), got, order, scale, by) }), 1.0, "for any number of sentences")
			require.NoError(t, err)
		}
	}
}

func TestDescendEndsAtAnError(t *testing.T) {
	d := chains(t, 3, false)
	x := d.features(false, 0)
	o := newObjective(d, x, losses.CrossEntropy{}, 1)
	ones := make([]float64, d.Len())
	order := make([]int, d.Len())
	for k := range order {
		order[k], ones[k] = k, 1
	}
	v := make([]float64, x.dim())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	steps, loss, err := o.Descend(ctx, v, order, ones, ones)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, steps)
	assert.Zero(t, loss)
	assert.Equal(t, make([]float64, x.dim()), v)

	v[0] = math.Inf(1)
	_, _, err = o.Descend(t.Context(), v, order, ones, ones)
	assert.ErrorIs(t, err, optimize.ErrNotFinite)
}
