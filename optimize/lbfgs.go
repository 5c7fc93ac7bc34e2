package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	gonum "gonum.org/v1/gonum/optimize"
)

var _ BatchMethod = LBFGS{}

// LBFGS is the limited-memory BFGS method of gonum with the line search of Moré and Thuente (Nocedal &
// Wright 2006, algorithm 7.5), for smooth losses and L2. It refuses L1: use [OWLQN].
//
// When a line search fails, or runs into values that are not finite, the run starts afresh along the
// steepest descent from the last good point; a fresh start that gains nothing ends it.
type LBFGS struct {
	Limits
	// Memory is the number of past steps that shape the direction; 0 is 6.
	Memory int
}

// Minimize implements [BatchMethod].
func (m LBFGS) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newBatchRun(ctx, f, w, p, report, m.Limits)
	if err == nil && p.L1 > 0 {
		err = fmt.Errorf("%w: L-BFGS needs a smooth objective and L1 = %g has a kink at 0; OWL-QN takes it", ErrPenalty, p.L1)
	}
	if err != nil {
		return r.finish(Failed, err)
	}
	if len(w) == 0 {
		return r.finish(Converged, nil)
	}
	run := &lbfgsRun{batchRun: r, at: make([]float64, len(w)), grad: make([]float64, len(w))}
	for {
		before := r.result.Iterations
		cause := run.descend(m.Memory)
		switch {
		case run.reason != running || run.err != nil:
			return r.finish(run.reason, run.err)
		case r.result.Iterations > before:
		case errors.Is(cause, ErrNotFinite):
			return r.finish(Failed, cause)
		case r.small(r.result.GradNorm, roundingTolerance):
			return r.finish(Converged, nil)
		default:
			return r.finish(NoProgress, nil)
		}
	}
}

// lbfgsRun stands between gonum, which asks for values and gradients apart and speaks of major
// iterations, and a batchRun.
type lbfgsRun struct {
	*batchRun
	at, grad []float64 // the last point evaluated, and the gradient there
	value    float64
	known    bool // at, grad and value hold
	trial    error
	begun    bool // gonum has announced the point that descend starts from
	reason   Reason
	err      error
}

// errEnd makes gonum stop; reason and err say why.
var errEnd = errors.New("optimize: end of run")

// descend runs gonum's method from r.w until the run ends, and then sets reason or err, or until a line
// search fails, and then returns the cause.
func (r *lbfgsRun) descend(memory int) error {
	if memory <= 0 {
		memory = 6
	}
	r.begun, r.trial, r.reason = false, nil, running
	problem := gonum.Problem{
		Func: r.evalOnce,
		Grad: func(grad, x []float64) {
			if r.trial == nil { // or the run is over, and nobody reads grad
				r.evalOnce(x)
			}
			copy(grad, r.grad)
		},
		Status: func() (gonum.Status, error) { return gonum.NotTerminated, r.trial },
	}
	settings := &gonum.Settings{Converger: gonum.NeverTerminate{}, Recorder: recorder{r}}
	_, err := gonum.Minimize(problem, r.w, settings, &gonum.LBFGS{
		Linesearcher:      &gonum.MoreThuente{DecreaseFactor: 1e-4, CurvatureFactor: 0.9},
		Store:             memory,
		GradStopThreshold: math.NaN(),
	})
	// An objective that fails is no failure of the line search, and without a first value there is nothing
	// to start afresh from.
	if r.trial != nil && (!r.started || !errors.Is(r.trial, ErrNotFinite)) {
		r.err = r.trial
	}
	return err
}

// evalOnce keeps value and gradient of the last point, which gonum asks for one after the other.
func (r *lbfgsRun) evalOnce(x []float64) float64 {
	if r.known && slices.Equal(x, r.at) {
		return r.value
	}
	copy(r.at, x)
	r.value, r.trial = r.eval(r.grad, x)
	r.known = r.trial == nil
	return r.value
}

// recorder hears of gonum's iterations.
type recorder struct{ *lbfgsRun }

func (recorder) Init() error { return nil }

func (r recorder) Record(at *gonum.Location, op gonum.Operation, _ *gonum.Stats) error {
	if op != gonum.MajorIteration {
		return nil
	}
	norm := floats.Norm(at.Gradient, 2)
	switch {
	case r.begun:
		r.reason, r.err = r.accept(at.X, at.F, norm)
	case !r.started:
		r.reason = r.start(at.F, norm)
	}
	r.begun = true
	if r.reason != running {
		return errEnd
	}
	return nil
}
