package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// Objective is a function f of Dim() weights, without any penalty. If it has a method Threads()
// int, [LBFGS] and [OWLQN] work on long vectors with as many goroutines. The number does not change
// the result.
type Objective interface {
	Dim() int
	// Eval overwrites grad with the gradient of f at w and returns f(w). It must not retain either
	// slice.
	Eval(ctx context.Context, grad, w []float64) (float64, error)
}

// HessianDiagonal is an [Objective] that can compute or estimate the diagonal of its Hessian.
// [LBFGS] uses it for its initial metric.
type HessianDiagonal interface {
	// HessianDiagonal overwrites dst with the diagonal at w. No entry is negative. It must not
	// retain either slice.
	HessianDiagonal(ctx context.Context, dst, w []float64) error
}

// Stochastic is a sum f(w) = sum_i f_i(w) over Len() examples, without any penalty. The coordinates
// that EvalBatch touches in g must be among those that Support visits.
type Stochastic interface {
	Dim() int
	Len() int
	// Support calls visit with half-open ranges [lo, hi). Together they cover every coordinate that
	// the value or the gradient of the batch depends on. Ranges may overlap.
	Support(batch []int, visit func(lo, hi int))
	// EvalBatch adds to g the gradient of sum_{i in batch} f_i at the point scale*w, with respect
	// to that point. It returns the sum. It must not retain any of the slices.
	EvalBatch(ctx context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error)
}

// BatchMethod minimises f plus the penalty from the starting point w, and stores the minimum in w.
// It calls report, unless nil, after each iteration.
type BatchMethod interface {
	Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error)
}

// StochasticMethod minimises f plus the penalty from the starting point w, and stores the minimum
// in w. It calls report, unless nil, after each epoch.
type StochasticMethod interface {
	Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error)
}

var (
	// ErrStop, returned by a report, ends the run without an error, for example for early stopping.
	ErrStop = errors.New("stopped by the report")
	// ErrNotFinite means that a value, a gradient or a weight was NaN or infinite.
	ErrNotFinite = errors.New("not finite")
	// ErrPenalty means that a method does not support the penalty.
	ErrPenalty = errors.New("unsuitable penalty")
	// ErrOption means that an option of a method, or the size of its problem, is out of range.
	ErrOption = errors.New("bad option")
)

// Penalty adds L1 ||w||_1 + L2 ||w||_2^2 to the sum of the losses (CRFsuite's c1 and c2).
type Penalty struct {
	L1, L2 float64
}

// Value returns L1 ||w||_1 + L2 ||w||_2^2.
func (p Penalty) Value(w []float64) float64 {
	var v float64
	if p.L1 > 0 {
		v += p.L1 * floats.Norm(w, 1)
	}
	if p.L2 > 0 {
		v += p.L2 * floats.Dot(w, w)
	}
	return v
}

func check(dim int, w []float64, p Penalty) error {
	if len(w) != dim {
		return fmt.Errorf("%w: %d weights for an objective of dimension %d", ErrOption, len(w), dim)
	}
	if !(p.L1 >= 0 && p.L2 >= 0) || math.IsInf(p.L1, 1) || math.IsInf(p.L2, 1) {
		return fmt.Errorf("%w: L1 = %g, L2 = %g: want finite numbers that are not negative", ErrPenalty, p.L1, p.L2)
	}
	return finiteSlice("starting weight", w)
}

// finiteSlice returns an error with the first entry of v that is NaN or infinite.
func finiteSlice(what string, v []float64) error {
	for k, x := range v {
		if !finite(x) {
			return fmt.Errorf("%w: %s %d is %g", ErrNotFinite, what, k, x)
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
