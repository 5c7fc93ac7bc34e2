package nonnegative

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/optimize"
)

// leastSquares is ||Aw - b||^2 / 2.
type leastSquares struct {
	rows [][]float64
	b    []float64
}

func newLeastSquares(rng *rand.Rand, n int, truth []float64, noise float64) *leastSquares {
	f := &leastSquares{}
	for range n {
		x := make([]float64, len(truth))
		for k := range x {
			x[k] = rng.NormFloat64()
			if k > 0 {
				x[k] += 0.7 * x[k-1] // so that coordinates depend on each other
			}
		}
		f.rows, f.b = append(f.rows, x), append(f.b, floats.Dot(x, truth)+noise*rng.NormFloat64())
	}
	return f
}

func (f *leastSquares) Dim() int { return len(f.rows[0]) }

func (f *leastSquares) Eval(_ context.Context, grad, w []float64) (float64, error) {
	clear(grad)
	var sum float64
	for i, x := range f.rows {
		r := floats.Dot(x, w) - f.b[i]
		sum += r * r / 2
		floats.AddScaled(grad, r, x)
	}
	return sum, nil
}

// logistic is sum_i log(1 + exp(-y_i w.x_i)) with labels that a random w determines, except some.
type logistic struct {
	rows [][]float64
	sign []float64
	dim  int
}

func newLogistic(seed uint64, n, dim int, noise float64) *logistic {
	rng := rand.New(rand.NewPCG(seed, 1))
	truth := make([]float64, dim)
	for k := range truth {
		truth[k] = 2 * rng.NormFloat64()
	}
	f := &logistic{dim: dim}
	for range n {
		x := make([]float64, dim)
		for k := range x {
			x[k] = rng.NormFloat64()
		}
		y := math.Copysign(1, floats.Dot(x, truth))
		if rng.Float64() < noise {
			y = -y
		}
		f.rows, f.sign = append(f.rows, x), append(f.sign, y)
	}
	return f
}

func (f *logistic) Dim() int { return f.dim }

func (f *logistic) Eval(_ context.Context, grad, w []float64) (float64, error) {
	clear(grad)
	var sum float64
	for i, x := range f.rows {
		z := -f.sign[i] * floats.Dot(x, w)
		sum += max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
		floats.AddScaled(grad, -f.sign[i]/(1+math.Exp(-z)), x)
	}
	return sum, nil
}

// projected minimises f + costs.w over w >= 0 by many projected gradient steps.
func projected(t *testing.T, f optimize.Objective, costs []float64, step float64) []float64 {
	w, grad := make([]float64, f.Dim()), make([]float64, f.Dim())
	for range 20000 {
		_, err := f.Eval(t.Context(), grad, w)
		require.NoError(t, err)
		for k := range w {
			w[k] = max(0, w[k]-step*(grad[k]+costs[k]))
		}
	}
	return w
}

func constant(n int, v float64) []float64 {
	w := make([]float64, n)
	floats.AddConst(v, w)
	return w
}

// For increasing and decreasing costs, the minimum is that of projected gradient steps, and meets
// the conditions of a minimum: the derivative is 0 for positive weights, and not negative for
// zeros.
func TestMinimum(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, x := range map[string]struct {
		f    optimize.Objective
		step float64
	}{
		"logistic":      {newLogistic(7, 200, 12, 0.1), 0.004},
		"least squares": {newLeastSquares(rng, 60, []float64{1, 0, -2, 3, 0, 0.1}, 0.5), 0.002},
	} {
		n := x.f.Dim()
		m, err := New(t.Context(), x.f, constant(n, 1))
		require.NoError(t, err)
		zeros := 0
		for _, cost := range []float64{0, 0.5, 2, 8, 30, 3000, 2} {
			costs := make([]float64, n)
			for k := range costs {
				costs[k] = cost * float64(1+k%3)
			}
			require.NoError(t, m.Minimize(t.Context(), costs, 100, 1e-12))
			want := projected(t, x.f, costs, x.step)
			w := m.Weights()
			assert.InDeltaSlice(t, want, w, 1e-3, "%s, cost %g", name, cost)
			grad := make([]float64, n)
			value, err := x.f.Eval(t.Context(), grad, w)
			require.NoError(t, err)
			assert.InEpsilon(t, value, m.Value(), 1e-12)
			for k := range w {
				assert.GreaterOrEqual(t, w[k], 0.0)
				if w[k] == 0 {
					zeros++
					assert.GreaterOrEqual(t, grad[k]+costs[k], -0.01, "%s, cost %g, weight %d", name, cost, k)
				} else {
					assert.InDelta(t, 0, grad[k]+costs[k], 0.01, "%s, cost %g, weight %d", name, cost, k)
				}
			}
		}
		assert.Greater(t, zeros, n)
	}
}

// No neighbour on a grid is better than the minimum for two weights.
func TestBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		truth := []float64{2 * rng.NormFloat64(), 2 * rng.NormFloat64()}
		f := newLeastSquares(rng, 10, truth, 1)
		costs := []float64{4 * rng.Float64(), 4 * rng.Float64()}
		m, err := New(t.Context(), f, []float64{1, 1})
		require.NoError(t, err)
		require.NoError(t, m.Minimize(t.Context(), costs, 100, 1e-13))
		found := m.Value() + floats.Dot(costs, m.Weights())
		best, scratch := math.Inf(1), make([]float64, 2)
		for i := range 300 {
			for j := range 300 {
				w := []float64{float64(i) / 50, float64(j) / 50}
				v, err := f.Eval(t.Context(), scratch, w)
				require.NoError(t, err)
				best = min(best, v+floats.Dot(costs, w))
			}
		}
		assert.LessOrEqual(t, found, best+1e-9)
		assert.InDelta(t, best, found, 0.05)
	}
}

// No iteration raises the objective.
func TestDescends(t *testing.T) {
	f := newLogistic(11, 150, 20, 0.1)
	costs := constant(f.dim, 1.5)
	m, err := New(t.Context(), f, constant(f.dim, 1))
	require.NoError(t, err)
	last := m.Value() + floats.Dot(costs, m.Weights())
	for range 8 {
		require.NoError(t, m.Minimize(t.Context(), costs, 1, 1e-12))
		now := m.Value() + floats.Dot(costs, m.Weights())
		assert.Less(t, now, last)
		last = now
	}
}

// Some cost leaves exactly the weights that matter.
func TestFindsWeights(t *testing.T) {
	truth := []float64{0, 1, 0, 0, 2, 0, 0.5, 0, 0, 0}
	f := newLeastSquares(rand.New(rand.NewPCG(21, 22)), 300, truth, 0.5)
	m, err := New(t.Context(), f, constant(len(truth), 1))
	require.NoError(t, err)
	require.NoError(t, m.Minimize(t.Context(), constant(len(truth), 30), 100, 1e-9))
	for k, w := range m.Weights() {
		assert.Equal(t, truth[k] > 0, w > 0, "weight %d is %g", k, w)
	}
}

func TestRefuses(t *testing.T) {
	f := newLogistic(1, 20, 6, 0)
	_, err := New(t.Context(), f, []float64{1, 1, -1, 1, 1, 1})
	require.ErrorIs(t, err, optimize.ErrOption)
	_, err = New(t.Context(), f, []float64{1})
	require.ErrorIs(t, err, optimize.ErrOption)
	m, err := New(t.Context(), f, constant(6, 1))
	require.NoError(t, err)
	require.ErrorIs(t, m.Minimize(t.Context(), []float64{1}, 1, 0), optimize.ErrOption)
	require.ErrorIs(t, m.Minimize(t.Context(), constant(6, math.NaN()), 1, 0), optimize.ErrOption)
	_, err = New(t.Context(), infinite{}, []float64{1})
	require.ErrorIs(t, err, optimize.ErrNotFinite)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = New(ctx, f, constant(6, 1))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, m.Minimize(ctx, constant(6, 1), 1, 0), context.Canceled)
}

// infinite is not finite anywhere.
type infinite struct{}

func (infinite) Dim() int { return 1 }

func (infinite) Eval(context.Context, []float64, []float64) (float64, error) {
	return math.Inf(1), nil
}
