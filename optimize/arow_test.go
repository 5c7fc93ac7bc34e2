package optimize

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A step minimises sum_k (w_k - old_k)^2/s_k + (l + g.(w - old))^2/Gamma, and adds g^2/Gamma to
// 1/s.
func TestAROWStepIsAMinimum(t *testing.T) {
	f := newMultilabel(3, 40, 4, 12, 0.3)
	w := make([]float64, f.Dim())
	rule, err := newAROWRule(w, AROW{Gamma: 0.7, Variance: 2})
	require.NoError(t, err)
	g := NewSparse(f.Dim())
	for i := range f.Len() {
		g.Reset()
		loss, err := f.EvalBatch(t.Context(), g, w, 1, []int{i})
		require.NoError(t, err)
		old, variance := append([]float64(nil), w...), append([]float64(nil), rule.variance...)
		require.NoError(t, rule.after(g, []int{i}, loss))
		left := loss
		for k := range w {
			left += g.At(k) * (w[k] - old[k])
		}
		for k := range w {
			assert.InDelta(t, 0, (w[k]-old[k])/variance[k]+left*g.At(k)/0.7, 1e-9)
			assert.InDelta(t, 1/variance[k]+g.At(k)*g.At(k)/0.7, 1/rule.variance[k], 1e-9)
		}
	}
}

func TestAROWLearns(t *testing.T) {
	f := newMultilabel(4, 100, 3, 10, 0)
	w := make([]float64, f.Dim())
	_, err := AROW{Passes: Passes{Epochs: 30}}.Minimize(t.Context(), f, w, Penalty{}, nil)
	require.NoError(t, err)
	assert.Less(t, value(t, f, w, Penalty{}), value(t, f, make([]float64, f.Dim()), Penalty{})/3)
	errs := 0
	for i := range f.Len() {
		for y := range f.gaps[i] {
			var score float64
			for k, v := range f.gaps[i][y] {
				score += w[k] * v
			}
			if score > 0 {
				errs++
			}
		}
	}
	assert.Less(t, errs, 5, "of 200 candidates score above the gold one")
}

func TestAROWRefusesToOverflow(t *testing.T) {
	w := []float64{1}
	rule, err := newAROWRule(w, AROW{Gamma: 1e-100, Variance: 1e100})
	require.NoError(t, err)
	g := NewSparse(1)
	g.Add(0, 1e-100)
	require.ErrorIs(t, rule.after(g, []int{0}, math.MaxFloat64), ErrNotFinite)
	g.Add(0, 1e150)
	require.ErrorIs(t, rule.after(g, []int{0}, 1), ErrNotFinite)
	assert.Equal(t, []float64{1}, w)
}
