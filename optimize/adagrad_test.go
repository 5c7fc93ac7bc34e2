package optimize

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A run that starts at the minimum stays near it, although each weight shrinks only after its first
// gradient.
func TestAdaGradKeepsItsStart(t *testing.T) {
	f := newLogistic(7, 200, 30, 0.1)
	p := Penalty{L1: 0.1, L2: 1}
	start := f.descent(t, p)

	w := append([]float64(nil), start...)
	rule := newAdaGradRule(f, w, p, 0.2, 1e-8)
	g := NewSparse(len(w))
	for i := range 3 {
		g.Reset()
		rule.before([]int{i})
		loss, err := f.EvalBatch(t.Context(), g, w, 1, []int{i})
		require.NoError(t, err)
		require.NoError(t, rule.after(g, []int{i}, loss))
	}
	rule.settle()
	untouched := 0
	for k := range w {
		if rule.sum[k] == 0 {
			untouched++
			assert.Equal(t, start[k], w[k], "a weight without gradient")
		}
	}
	assert.NotZero(t, untouched)

	w = append([]float64(nil), start...)
	_, err := AdaGrad{Passes: Passes{Epochs: 1}, Rate: 0.01}.Minimize(t.Context(), f, w, p, nil)
	require.NoError(t, err)
	assert.Less(t, distance(start, w), 0.15)
	assert.Less(t, value(t, f, w, p), 0.5*value(t, f, make([]float64, len(w)), p)+0.5*value(t, f, start, p))
}
