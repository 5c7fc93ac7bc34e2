package optimize

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A step without slack removes the violation that caused it exactly. PA-I moves at most by C.
func TestPassiveAggressiveMendsTheExample(t *testing.T) {
	f := newMultilabel(3, 40, 4, 12, 0.3)
	for i := range f.Len() {
		for _, m := range []PassiveAggressive{{C: math.Inf(1)}, {C: math.Inf(1), SquaredSlack: true}, {C: 1e-3}, {C: 0.7, SquaredSlack: true}} {
			w := make([]float64, f.Dim())
			for k := range w {
				w[k] = math.Cos(float64(i + k))
			}
			rule, err := newPassiveAggressiveRule(w, m)
			require.NoError(t, err)
			g := NewSparse(f.Dim())
			loss, err := f.EvalBatch(t.Context(), g, w, 1, []int{i})
			require.NoError(t, err)
			if loss == 0 {
				continue
			}
			y, _ := f.worst(w, 1, i)
			before := append([]float64(nil), w...)
			require.NoError(t, rule.after(g, []int{i}, loss))
			left := f.cost[i][y]
			for k, v := range f.gaps[i][y] {
				left += w[k] * v
			}
			switch {
			case math.IsInf(m.C, 1):
				assert.InDelta(t, 0, left, 1e-9)
			case !m.SquaredSlack:
				assert.InDelta(t, loss-1e-3*g.squared(), left, 1e-9)
			default: // the rest is tau/(2C), the slack of the optimum
				tau := loss / (g.squared() + 1/1.4)
				assert.InDelta(t, tau/1.4, left, 1e-9)
			}
			assert.NotEqual(t, before, w)
		}
	}
}

// Separable examples end without a loss. The perceptron loss needs a margin to leave 0.
func TestPassiveAggressiveSeparates(t *testing.T) {
	f := newMultilabel(4, 100, 3, 10, 0)
	for _, m := range []PassiveAggressive{{C: 100}, {C: 100, SquaredSlack: true}, {C: math.Inf(1)}} {
		m.Passes, m.Last = Passes{Epochs: 3000, Tolerance: -1}, true
		w := make([]float64, f.Dim())
		result, err := m.Minimize(t.Context(), f, w, Penalty{}, nil)
		require.NoError(t, err)
		assert.Contains(t, []Reason{Converged, FloorReached}, result.Reason)
		assert.InDelta(t, 0, value(t, f, w, Penalty{}), 1e-2, "C = %v, squared slack %v", m.C, m.SquaredSlack)
	}
	perceptron := perceptronLoss{newLogistic(4, 200, 30, 0)}
	w := make([]float64, perceptron.Dim())
	result, err := PassiveAggressive{Passes: Passes{Epochs: 2000, Tolerance: -1}, Margin: 1, Last: true}.Minimize(t.Context(), perceptron, w, Penalty{}, nil)
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.Zero(t, result.Objective)
}
