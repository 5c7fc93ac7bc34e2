package crf

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
)

// For sentences of one token, the estimate is the diagonal of the Hessian: the slope of each
// gradient entry along its own weight.
func TestCurvatureIsTheDiagonalOfTheHessian(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	for s := range 30 {
		item := []attrfile.Attribute{{Name: "bias", Value: 1}}
		for k := range 3 {
			item = append(item, attrfile.Attribute{Name: strconv.Itoa(k), Value: rng.NormFloat64()})
		}
		require.NoError(t, d.AddItems([][]attrfile.Attribute{item}, []string{"abc"[s%3 : s%3+1]}, 1+float64(s%2)))
	}
	x := d.features(true, 0)
	for _, loss := range []losses.Loss{losses.CrossEntropy{}, losses.SoftmaxMargin{}} {
		w := make([]float64, x.dim())
		for k := range w {
			w[k] = rng.NormFloat64()
		}
		got := make([]float64, len(w))
		o := newObjective(d, x, loss, 3)
		require.NoError(t, o.HessianDiagonal(t.Context(), got, w))
		const h = 1e-5
		up, down := make([]float64, len(w)), make([]float64, len(w))
		for k := range x.transAt() {
			v := w[k]
			w[k] = v + h
			_, err := o.Eval(t.Context(), up, w)
			require.NoError(t, err)
			w[k] = v - h
			_, err = o.Eval(t.Context(), down, w)
			require.NoError(t, err)
			w[k] = v
			want := (up[k] - down[k]) / (2 * h)
			assert.InDelta(t, want, got[k], 1e-6*max(1, want))
		}
	}
}

// For all losses and sentences, the curvature is not negative, and transitions have their counts.
func TestCurvatureOfChains(t *testing.T) {
	d, err := NewDataset(model.Input{})
	require.NoError(t, err)
	item := []attrfile.Attribute{{Name: "x", Value: 1}}
	require.NoError(t, d.AddItems([][]attrfile.Attribute{item, item, item}, []string{"a", "b", "b"}, 1))
	require.NoError(t, d.AddItems([][]attrfile.Attribute{item, item}, []string{"b", "b"}, 2))
	x := d.features(false, 0)
	for _, name := range []string{"cross-entropy", "softmax-margin", "squared-hinge", "risk"} {
		loss, err := losses.New(name, losses.Options{})
		require.NoError(t, err)
		got := make([]float64, x.dim())
		require.NoError(t, newObjective(d, x, loss, 1).HessianDiagonal(t.Context(), got, make([]float64, x.dim())))
		for _, h := range got {
			assert.False(t, h < 0 || math.IsNaN(h), name)
		}
		assert.Equal(t, []float64{1, 3}, got[x.transAt():], name) // a b once; b b once, and once with weight 2
	}
}

// The layout for passes does not change the curvature.
func TestCurvatureOfPlan(t *testing.T) {
	for _, labels := range []int{3, 21} {
		d := chains(t, labels, false)
		x := d.features(false, 0)
		w := make([]float64, x.dim())
		rng := rand.New(rand.NewPCG(3, 4))
		for k := range w {
			w[k] = rng.NormFloat64()
		}
		var got [2][]float64
		for k := range got {
			o := newObjective(d, x, losses.CrossEntropy{}, 2)
			o.laidOut = k == 1 // without a plan
			got[k] = make([]float64, len(w))
			require.NoError(t, o.HessianDiagonal(t.Context(), got[k], w))
			require.Equal(t, k == 0, o.plan != nil)
		}
		assert.InDeltaSlice(t, got[1], got[0], 1e-9)
	}
}
