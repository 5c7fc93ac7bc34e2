package optimize

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A block is the sum of its examples. The last block may be shorter.
func TestBlocks(t *testing.T) {
	f := newLogistic(6, 11, 30, 0.1)
	assert.Equal(t, Stochastic(f), newBlocks(f, 1))
	b := newBlocks(f, 4)
	require.Equal(t, 3, b.Len())
	w := make([]float64, f.Dim())
	for k := range w {
		w[k] = float64(k%3) - 1
	}
	for _, c := range []struct{ blocks, examples []int }{
		{[]int{0}, []int{0, 1, 2, 3}},
		{[]int{2, 1}, []int{8, 9, 10, 4, 5, 6, 7}},
		{[]int{2}, []int{8, 9, 10}},
	} {
		got, want := NewSparse(f.Dim()), NewSparse(f.Dim())
		v, err := b.EvalBatch(t.Context(), got, w, 0.5, c.blocks)
		require.NoError(t, err)
		u, err := f.EvalBatch(t.Context(), want, w, 0.5, c.examples)
		require.NoError(t, err)
		assert.Equal(t, u, v)
		assert.Equal(t, want.val, got.val)
		got.Reset()
		b.Support(c.blocks, func(lo, hi int) { got.Span(lo, hi) })
		assert.ElementsMatch(t, want.Touched(), got.Touched())
	}
}

func TestBCFWBlocks(t *testing.T) {
	f := newMultilabel(3, 30, 4, 10, 0.2)
	p := Penalty{L2: 1}
	best := value(t, f, f.solve(t, 1), p)
	w := make([]float64, f.Dim())
	result, err := BCFW{Passes: Passes{Epochs: 5000, BatchSize: 4}}.Minimize(t.Context(), f, w, p, nil)
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.GreaterOrEqual(t, result.Gap, value(t, f, w, p)-best-1e-9)
	assert.Equal(t, 8*result.Steps, result.Updates)
}
