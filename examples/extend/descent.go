package extend

import (
	"context"
	"errors"
	"math"

	"github.com/trellis-nlp/trellis/optimize"
)

// GradientDescent steps along the gradient of the whole objective. It halves the rate until a step
// lowers the objective, and doubles the rate after each step. It accepts an L2 but no L1 penalty,
// and non-smooth losses too.
type GradientDescent struct {
	Iterations int
}

var _ optimize.BatchMethod = GradientDescent{}

// Minimize implements [optimize.BatchMethod].
func (m GradientDescent) Minimize(ctx context.Context, f optimize.Objective, w []float64, p optimize.Penalty, report func(*optimize.Step) error) (optimize.Result, error) {
	result := optimize.Result{Objective: math.NaN(), GradNorm: math.NaN(), Gap: math.NaN()}
	if p.L1 != 0 {
		return result, optimize.ErrPenalty
	}
	gradient, next, trial := make([]float64, len(w)), make([]float64, len(w)), make([]float64, len(w))
	eval := func(to, at []float64) (float64, error) {
		result.Evaluations++
		value, err := f.Eval(ctx, to, at)
		for k := range to {
			to[k] += 2 * p.L2 * at[k]
		}
		return value + p.Value(at), err
	}
	value, err := eval(gradient, w)
	if err != nil {
		return result, err
	}
	for rate := 1.0; result.Updates < m.Iterations; rate *= 2 {
		var lower float64
		for {
			for k, g := range gradient {
				trial[k] = w[k] - rate*g
			}
			if lower, err = eval(next, trial); err != nil {
				return result, err
			}
			if lower < value {
				break
			}
			if rate /= 2; rate < 1e-12 {
				result.Reason = optimize.NoProgress
				return result, nil
			}
		}
		copy(w, trial)
		value, gradient, next = lower, next, gradient
		result.Updates++
		result.Steps++
		result.Objective = value
		result.Reason = optimize.LimitReached
		stop, err := notify(report, result, w, result.Updates == m.Iterations)
		if stop || err != nil {
			result.Reason = optimize.Stopped
			return result, err
		}
	}
	return result, nil
}

// notify reports a step. stop is true if the report ends the run.
func notify(report func(*optimize.Step) error, r optimize.Result, w []float64, last bool) (stop bool, err error) {
	if report == nil {
		return false, nil
	}
	err = report(&optimize.Step{
		Number: r.Steps, Updates: r.Updates, Evaluations: r.Evaluations,
		Objective: r.Objective, GradNorm: math.NaN(), Gap: math.NaN(), Last: last,
		Weights: func() []float64 { return w },
	})
	if errors.Is(err, optimize.ErrStop) {
		return true, nil
	}
	return false, err
}
