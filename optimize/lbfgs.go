package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	gonum "gonum.org/v1/gonum/optimize"
)

var _ BatchMethod = LBFGS{}

// LBFGS is the limited-memory BFGS method (Nocedal & Wright 2006, algorithm 7.5) for smooth losses
// and L2. It uses gonum's line search of Moré and Thuente. L1 is an error: use [OWLQN].
//
// If the objective is a [HessianDiagonal], the inverse Hessian starts from a diagonal between the
// identity and Jacobi's: the inverse square root of the curvature at the start. Jacobi's diagonal
// would overweight rare features, because the curvature shrinks during the run.
//
// If a line search fails or meets values that are not finite, the run restarts with steepest
// descent from the last good point. If the restart also fails, the run ends.
type LBFGS struct {
	Limits
	// Memory is the number of past steps that determine the direction; 0 means 6.
	Memory int
}

// Minimize implements [BatchMethod].
func (m LBFGS) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newBatchRun(ctx, m, f, w, p, report, m.Limits, m.Memory)
	if err == nil && p.L1 > 0 {
		err = fmt.Errorf("%w: L-BFGS does not support L1 = %g, which is not smooth at 0; use OWL-QN", ErrPenalty, p.L1)
	}
	if err != nil {
		return r.finish(Failed, err)
	}
	if len(w) == 0 {
		return r.finish(Converged, nil)
	}
	run := lbfgsRun{r}
	return r.finish(run.run())
}

type lbfgsRun struct{ *batchRun }

func (r *lbfgsRun) run() (Reason, error) {
	value, fresh, reason, err := r.begin()
	if err != nil || reason != running {
		return reason, err
	}
	norm := r.norm(r.grad)
	if fresh {
		if reason := r.start(value, norm); reason != running {
			return reason, nil
		}
		if err := r.measure(); err != nil {
			return Failed, err
		}
	}
	for {
		next, err := r.search(value, r.direction())
		switch {
		case err == nil:
		case errors.Is(err, errRounding) && r.small(norm, roundingTolerance):
			return Converged, nil
		case !errors.Is(err, errNoStep) && !errors.Is(err, ErrNotFinite):
			return Failed, err
		case r.history.count > 0:
			r.history.count = 0 // retry with steepest descent
			continue
		case errors.Is(err, ErrNotFinite):
			return Failed, err
		case r.small(norm, roundingTolerance):
			return Converged, nil
		default:
			return NoProgress, nil
		}
		value, norm = next, r.norm(r.nextGrad)
		if reason, err := r.accept(value, norm); reason != running || err != nil {
			return reason, err
		}
	}
}

// measure sets the initial diagonal of the history from the curvature at the start, if the
// objective can compute it.
func (r *lbfgsRun) measure() error {
	f, ok := r.f.(HessianDiagonal)
	if !ok {
		return nil
	}
	if err := f.HessianDiagonal(r.ctx, r.dir, r.w); err != nil {
		return err
	}
	floor := 2 * r.p.L2
	if floor == 0 {
		floor = floats.Sum(r.dir) / float64(len(r.dir))
	}
	if !(floor > 0 && finite(floor)) {
		return nil
	}
	r.history.scale = make([]float32, len(r.dir))
	for k, h := range r.dir {
		r.history.scale[k] = float32(1 / math.Sqrt(max(h, 0)/floor+1))
	}
	return nil
}

// direction sets dir to -H grad and returns the first step to try along it.
func (r *lbfgsRun) direction() float64 {
	r.split.each(len(r.dir), func(_, lo, hi int) { floats.ScaleTo(r.dir[lo:hi], -1, r.grad[lo:hi]) })
	if r.history.count > 0 {
		r.history.apply(r.dir)
		return 1
	}
	for k, d := range r.history.scale {
		r.dir[k] *= float64(d)
	}
	return 1 / norm2(r.dir)
}

// search sets next to a point along dir that meets the strong Wolfe conditions and nextGrad to the
// gradient there. It returns the objective there. It tries step first.
func (r *lbfgsRun) search(value, step float64) (float64, error) {
	slope := r.split.dot(r.dir, r.grad)
	if !(slope < 0 && step > 0) || math.IsInf(slope, -1) {
		return 0, errNoStep
	}
	line := gonum.MoreThuente{DecreaseFactor: armijo, CurvatureFactor: 0.9}
	line.Init(value, slope, step)
	for {
		if -slope*step <= 0x1p-52*math.Abs(value) {
			return 0, errRounding
		}
		r.split.each(len(r.w), func(_, lo, hi int) { floats.AddScaledTo(r.next[lo:hi], r.w[lo:hi], step, r.dir[lo:hi]) })
		next, err := r.eval(r.nextGrad, r.next)
		if err != nil {
			return 0, err
		}
		var what gonum.Operation
		what, step, err = line.Iterate(next, r.split.dot(r.dir, r.nextGrad))
		switch {
		case err != nil:
			return 0, fmt.Errorf("%w: %w", errNoStep, err)
		case what == gonum.MajorIteration:
			return next, nil
		}
	}
}
