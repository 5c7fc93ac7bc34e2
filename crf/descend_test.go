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

// Steps follow the gradient of each sentence, with and without a plan, and are limited.
func TestDescend(t *testing.T) {
	for _, labels := range []int{2, 7, 21} {
		for _, valued := range []bool{false, true} {
			d := chains(t, labels, valued)
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
			sum, limited := 0.0, 0
			g := optimize.NewSparse(x.dim())
			for k, s := range order {
				g.Reset()
				other := newObjective(d, x, losses.CrossEntropy{}, 1)
				loss, err := other.EvalBatch(t.Context(), g, want, scale[k], []int{s})
				require.NoError(t, err)
				sum += loss
				c := d.weight[s]
				rate := -by[k] * scale[k]
				step := by[k]
				if most := 2 * loss / (c * c * newNormEstimate(d).squared(other.pool.Scratch(0))); most < rate {
					step *= most / rate
					limited++
				}
				for q := range want {
					want[q] += step * g.At(q)
				}
			}
			steps, loss, err := o.Descend(t.Context(), got, order, scale, by, 2)
			require.NoError(t, err)
			require.Equal(t, valued, o.plan == nil)
			assert.Equal(t, len(order), steps)
			assert.True(t, limited > 0 && limited < len(order))
			assert.InEpsilon(t, sum, loss, 1e-9)
			assert.InDeltaSlice(t, want, got, 1e-9)

			assert.LessOrEqual(t, testing.AllocsPerRun(5, func() { _, _, err = o.Descend(t.Context(), got, order, scale, by, 2) }), 1.0, "for any number of sentences")
			require.NoError(t, err)
		}
	}
}

// The estimate is exact if all tokens have the same number of attributes, of which they share the
// same number, and all pairs of attributes and labels are features.
func TestNormEstimate(t *testing.T) {
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	n := 0
	for range 10 {
		var items [][]attrfile.Attribute
		var gold []string
		for range 7 {
			items = append(items, []attrfile.Attribute{{Name: "bias", Value: 2}, {Name: "always", Value: 1}, {Name: strconv.Itoa(n), Value: 3}})
			gold = append(gold, strconv.Itoa(n*n%5))
			n++
		}
		require.NoError(t, d.AddItems(items, gold, 1))
	}
	o := newObjective(d, d.features(true, 0), losses.CrossEntropy{}, 1)
	g := optimize.NewSparse(o.Dim())
	w := make([]float64, o.Dim())
	for k := range w {
		w[k] = math.Sin(float64(k))
	}
	for s := range d.Len() {
		g.Reset()
		_, err := o.EvalBatch(t.Context(), g, w, 1, []int{s})
		require.NoError(t, err)
		want := 0.0
		for _, k := range g.Touched() {
			want += g.At(int(k)) * g.At(int(k))
		}
		assert.InEpsilon(t, want, newNormEstimate(d).squared(o.pool.Scratch(0)), 1e-9)
	}
}

// The warm-up suits attribute values of any size.
func TestWarmUpWithValues(t *testing.T) {
	for _, size := range []float64{0.1, 1, 1e3, 1e6} {
		rng := rand.New(rand.NewPCG(5, 7))
		d, err := NewDataset(model.Input{})
		require.NoError(t, err)
		for range 100 {
			var items [][]attrfile.Attribute
			var gold []string
			for range 1 + rng.IntN(9) {
				j := rng.IntN(5)
				items = append(items, []attrfile.Attribute{
					{Name: "bias", Value: size},
					{Name: "clue" + strconv.Itoa(j), Value: size * (1 + rng.Float64())},
					{Name: "noise" + strconv.Itoa(rng.IntN(50)), Value: size * rng.NormFloat64()},
				})
				gold = append(gold, strconv.Itoa(j))
			}
			require.NoError(t, d.AddItems(items, gold, 1))
		}
		p := optimize.Penalty{L2: 0.1 * size * size}
		o := newObjective(d, d.features(false, 0), losses.CrossEntropy{}, 1)
		w := make([]float64, o.Dim())
		start, err := o.Eval(t.Context(), make([]float64, o.Dim()), w)
		require.NoError(t, err)
		_, err = optimize.SGD{Passes: optimize.Passes{Epochs: 6}, InPlace: true}.Minimize(t.Context(), o, w, p, nil)
		require.NoError(t, err)
		end, err := o.Eval(t.Context(), make([]float64, o.Dim()), w)
		require.NoError(t, err)
		assert.Less(t, end+p.Value(w), 0.3*start, "size %g", size)
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
	steps, loss, err := o.Descend(ctx, v, order, ones, ones, 2)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, steps)
	assert.Zero(t, loss)
	assert.Equal(t, make([]float64, x.dim()), v)

	v[0] = math.Inf(1)
	_, _, err = o.Descend(t.Context(), v, order, ones, ones, 2)
	assert.ErrorIs(t, err, optimize.ErrNotFinite)
}
