package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// exact lets a batch method run until rounding stops it.
var exact = Limits{Tolerance: -1, GradientTolerance: 1e-9}

var batchMethods = map[string]func(Limits) BatchMethod{
	"LBFGS": func(l Limits) BatchMethod { return LBFGS{Limits: l} },
	"OWLQN": func(l Limits) BatchMethod { return OWLQN{Limits: l} },
}

func eachBatchMethod(t *testing.T, check func(t *testing.T, method func(Limits) BatchMethod)) {
	for name, method := range batchMethods {
		t.Run(name, func(t *testing.T) { check(t, method) })
	}
}

func TestBatchReachesNewtonsMinimum(t *testing.T) {
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		for _, l2 := range []float64{0.01, 1, 30} {
			f := newLogistic(3, 300, 20, 0.1)
			want := f.newton(t, l2)
			w := make([]float64, f.Dim())
			var objectives []float64
			result, err := method(exact).Minimize(t.Context(), f, w, Penalty{L2: l2}, func(s *Step) error {
				objectives = append(objectives, s.Objective)
				assert.Equal(t, value(t, f, s.Weights(), Penalty{L2: l2}), s.Objective)
				assert.Equal(t, len(objectives), s.Updates)
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, Converged, result.Reason)
			assert.Less(t, distance(want, w), 1e-6)
			for i := 1; i < len(objectives); i++ {
				assert.LessOrEqual(t, objectives[i], objectives[i-1])
			}
			assert.Equal(t, len(objectives), result.Updates)
			assert.GreaterOrEqual(t, result.Evaluations, result.Updates+1)
		}
	})
}

func TestBatchQuadratic(t *testing.T) {
	q := quadratic{a: []float64{1, 10, 100, 1e4}, c: []float64{1, -2, 3, -4}, u: []float64{1, 1, -1, 2}}
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		w := make([]float64, 4)
		result, err := method(Limits{Tolerance: -1, GradientTolerance: 1e-8, Floor: -1}).Minimize(t.Context(), q, w, Penalty{}, nil)
		require.NoError(t, err)
		assert.Equal(t, Converged, result.Reason)
		assert.Less(t, distance(q.c, w), 1e-6)
	})
}

func TestOWLQNMatchesCoordinateDescent(t *testing.T) {
	for _, p := range []Penalty{{L1: 1}, {L1: 5}, {L1: 2, L2: 0.5}, {L1: 0.1, L2: 3}, {L1: 1e4}} {
		f := newLogistic(5, 200, 30, 0.1)
		want := f.descent(t, p)
		w := make([]float64, f.Dim())
		result, err := OWLQN{Limits: exact}.Minimize(t.Context(), f, w, p, nil)
		require.NoError(t, err)
		require.Equal(t, Converged, result.Reason)
		assert.Less(t, distance(want, w), 1e-6)
		grad := make([]float64, f.Dim())
		_, err = f.Eval(t.Context(), grad, w)
		require.NoError(t, err)
		for k, x := range w {
			assert.Equal(t, want[k] == 0, x == 0, "the zeros, %+v, coordinate %d", p, k)
			if smooth := grad[k] + 2*p.L2*x; x == 0 {
				assert.LessOrEqual(t, math.Abs(smooth), p.L1)
			} else {
				assert.InDelta(t, -math.Copysign(p.L1, x), smooth, 1e-5)
			}
		}
	}
}

func TestOWLQNTakesNoIncrease(t *testing.T) {
	f := newLogistic(8, 100, 40, 0.2)
	w := make([]float64, f.Dim())
	last := value(t, f, w, Penalty{L1: 0.5})
	_, err := OWLQN{Limits: exact}.Minimize(t.Context(), f, w, Penalty{L1: 0.5}, func(s *Step) error {
		assert.LessOrEqual(t, s.Objective, last)
		last = s.Objective
		return nil
	})
	require.NoError(t, err)
}

func TestBatchWarmStart(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		w := f.newton(t, 1)
		result, err := method(Limits{}).Minimize(t.Context(), f, w, Penalty{L2: 1}, nil)
		require.NoError(t, err)
		assert.Equal(t, Converged, result.Reason)
		assert.Zero(t, result.Updates)
		assert.Equal(t, 1, result.Evaluations)
	})
}

func TestBatchSeparableEndsFinite(t *testing.T) {
	f := newLogistic(4, 50, 60, 0)
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		for _, limits := range []Limits{{}, {Tolerance: -1, GradientTolerance: -1}, {Tolerance: -1, GradientTolerance: -1, Floor: -1, MaxIterations: 300}} {
			w := make([]float64, f.Dim())
			result, err := method(limits).Minimize(t.Context(), f, w, Penalty{}, nil)
			require.NoError(t, err)
			requireFinite(t, w)
			assert.Less(t, value(t, f, w, Penalty{}), 1e-2)
			if limits.Floor == 0 && limits.GradientTolerance < 0 {
				assert.Equal(t, FloorReached, result.Reason)
			}
		}
	})
}

func TestBatchLimit(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		w := make([]float64, f.Dim())
		result, err := method(Limits{MaxIterations: 3}).Minimize(t.Context(), f, w, Penalty{L2: 1}, nil)
		require.NoError(t, err)
		assert.Equal(t, LimitReached, result.Reason)
		assert.Equal(t, 3, result.Updates)
		assert.Equal(t, result.Objective, value(t, f, w, Penalty{L2: 1}))
	})
}

func TestBatchReportEnds(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	broken := errors.New("broken")
	for _, end := range []error{ErrStop, broken} {
		eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
			w := make([]float64, f.Dim())
			var kept []float64
			result, err := method(Limits{}).Minimize(t.Context(), f, w, Penalty{L2: 1}, func(s *Step) error {
				kept = slices.Clone(s.Weights())
				if s.Updates == 4 {
					return end
				}
				return nil
			})
			assert.Equal(t, kept, w)
			assert.Equal(t, 4, result.Updates)
			if end == ErrStop {
				assert.NoError(t, err)
				assert.Equal(t, Stopped, result.Reason)
			} else {
				assert.ErrorIs(t, err, broken)
				assert.Equal(t, Failed, result.Reason)
			}
		})
	}
}

func TestBatchCancelKeepsWeights(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		ctx, cancel := context.WithCancel(t.Context())
		w := make([]float64, f.Dim())
		var kept []float64
		result, err := method(Limits{}).Minimize(ctx, f, w, Penalty{L2: 1}, func(s *Step) error {
			kept = slices.Clone(s.Weights())
			if s.Updates == 3 {
				cancel()
			}
			return nil
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, Cancelled, result.Reason)
		assert.Equal(t, 3, result.Updates)
		assert.Equal(t, kept, w)
	})
}

// The objective is finite only for w[0] < 2, and the minimum of the finite part lies beyond that.
func TestBatchNotFinite(t *testing.T) {
	cliff := function{1, func(_ context.Context, grad, w []float64) (float64, error) {
		if w[0] >= 2 {
			grad[0] = math.NaN()
			return math.Inf(1), nil
		}
		grad[0] = 2 * (w[0] - 5)
		return (w[0] - 5) * (w[0] - 5), nil
	}}
	poles := map[string]Objective{
		"value":    function{1, func(_ context.Context, grad, w []float64) (float64, error) { return math.NaN(), nil }},
		"gradient": function{1, func(_ context.Context, grad, w []float64) (float64, error) { grad[0] = math.Inf(1); return 1, nil }},
	}
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		w := []float64{0}
		_, err := method(exact).Minimize(t.Context(), cliff, w, Penalty{}, nil)
		if err != nil {
			require.ErrorIs(t, err, ErrNotFinite)
		}
		requireFinite(t, w)
		assert.Less(t, w[0], 2.0)
		for name, f := range poles {
			w := []float64{0.5}
			result, err := method(exact).Minimize(t.Context(), f, w, Penalty{}, nil)
			require.ErrorIs(t, err, ErrNotFinite, name)
			assert.Equal(t, Failed, result.Reason)
			assert.Equal(t, []float64{0.5}, w)
		}
	})
}

func TestBatchPassesOnErrors(t *testing.T) {
	broken := errors.New("broken")
	calls := 0
	f := function{2, func(_ context.Context, grad, w []float64) (float64, error) {
		if calls++; calls > 3 {
			return 0, broken
		}
		grad[0], grad[1] = 2*(w[0]-9), 20*(w[1]+9)
		return (w[0]-9)*(w[0]-9) + 10*(w[1]+9)*(w[1]+9), nil
	}}
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		calls = 0
		w := make([]float64, 2)
		_, err := method(exact).Minimize(t.Context(), f, w, Penalty{}, nil)
		require.ErrorIs(t, err, broken)
		assert.Equal(t, 4, calls)
		requireFinite(t, w)
	})
}

// The gradient of |w| does not vanish: the line search fails at 0, and the run reports it.
func TestBatchKinkIsNoConvergence(t *testing.T) {
	f := function{2, func(_ context.Context, grad, w []float64) (float64, error) {
		grad[0], grad[1] = math.Copysign(1, w[0]-1), math.Copysign(3, w[1]+math.Pi)
		return math.Abs(w[0]-1) + 3*math.Abs(w[1]+math.Pi), nil
	}}
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		w := make([]float64, 2)
		result, err := method(exact).Minimize(t.Context(), f, w, Penalty{L2: 1e-3}, nil)
		require.NoError(t, err)
		assert.Equal(t, NoProgress, result.Reason)
		requireFinite(t, w)
	})
}

func TestBatchRefuses(t *testing.T) {
	f := newLogistic(3, 10, 4, 0)
	eachBatchMethod(t, func(t *testing.T, method func(Limits) BatchMethod) {
		for _, p := range []Penalty{{L1: -1}, {L2: -1}, {L2: math.NaN()}, {L1: math.Inf(1)}} {
			_, err := method(Limits{}).Minimize(t.Context(), f, make([]float64, 4), p, nil)
			assert.ErrorIs(t, err, ErrPenalty)
		}
		_, err := method(Limits{}).Minimize(t.Context(), f, make([]float64, 3), Penalty{}, nil)
		assert.ErrorIs(t, err, ErrOption)
		_, err = method(Limits{}).Minimize(t.Context(), f, []float64{0, 0, math.NaN(), 0}, Penalty{}, nil)
		assert.ErrorIs(t, err, ErrNotFinite)
		empty := function{0, func(context.Context, []float64, []float64) (float64, error) { return 1, nil }}
		result, err := method(Limits{}).Minimize(t.Context(), empty, nil, Penalty{}, nil)
		assert.NoError(t, err)
		assert.Equal(t, Converged, result.Reason)
	})
	_, err := LBFGS{}.Minimize(t.Context(), f, make([]float64, 4), Penalty{L1: 1}, nil)
	assert.ErrorIs(t, err, ErrPenalty)
}

// No point is evaluated twice.
func TestLBFGSEvaluatesOnce(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	calls, seen := 0, map[string]bool{}
	counting := function{f.Dim(), func(ctx context.Context, grad, w []float64) (float64, error) {
		calls++
		seen[fmt.Sprint(w)] = true
		return f.Eval(ctx, grad, w)
	}}
	result, err := LBFGS{}.Minimize(t.Context(), counting, make([]float64, f.Dim()), Penalty{L2: 1}, nil)
	require.NoError(t, err)
	assert.Equal(t, calls, result.Evaluations)
	assert.Len(t, seen, calls)
	assert.LessOrEqual(t, result.Evaluations, 2*result.Updates)
}

func TestReasonNames(t *testing.T) {
	assert.Equal(t, "failed", Failed.String())
	assert.Equal(t, "cancelled", Cancelled.String())
	assert.Equal(t, "Reason(-1)", running.String())
}

// If rounding hides the decrease, OWL-QN does not waste evaluations on ever shorter steps.
func TestOWLQNEndsAtRounding(t *testing.T) {
	f := newLogistic(5, 200, 30, 0.1)
	for _, p := range []Penalty{{L2: 0.1}, {L1: 1}, {L1: 1, L2: 0.1}} {
		result, err := OWLQN{Limits: Limits{Tolerance: -1, GradientTolerance: -1}}.Minimize(t.Context(), f, make([]float64, f.Dim()), p, nil)
		require.NoError(t, err)
		assert.Equal(t, Converged, result.Reason)
		assert.Less(t, result.Evaluations, 2*result.Updates+10)
	}
}

// curvedQuadratic has a Hessian diagonal.
type curvedQuadratic struct{ quadratic }

func (q curvedQuadratic) HessianDiagonal(_ context.Context, dst, _ []float64) error {
	copy(dst, q.a)
	return nil
}

func TestLBFGSHeedsCurvature(t *testing.T) {
	q := quadratic{}
	for k := range 200 {
		q.a = append(q.a, math.Pow(10, float64(k%11)/4))
		q.c = append(q.c, float64(k%7)-3)
		q.u = append(q.u, 0)
	}
	limits := Limits{Tolerance: -1, GradientTolerance: 1e-6, Floor: -1}
	var needed [2]int
	for k, f := range []Objective{q, curvedQuadratic{q}} {
		w := make([]float64, len(q.c))
		result, err := LBFGS{Limits: limits}.Minimize(t.Context(), f, w, Penalty{}, nil)
		require.NoError(t, err)
		assert.Equal(t, Converged, result.Reason)
		assert.Less(t, distance(q.c, w), 1e-4)
		needed[k] = result.Evaluations
	}
	assert.Less(t, needed[1], needed[0])
}

func TestLBFGSPassesOnErrorsOfCurvature(t *testing.T) {
	broken := errors.New("broken")
	f := brokenCurvature{newLogistic(3, 10, 4, 0), broken}
	_, err := LBFGS{}.Minimize(t.Context(), f, make([]float64, 4), Penalty{L2: 1}, nil)
	assert.ErrorIs(t, err, broken)
}

type brokenCurvature struct {
	Objective
	err error
}

func (b brokenCurvature) HessianDiagonal(context.Context, []float64, []float64) error { return b.err }
