package optimize

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

// Limits sets when a batch method ends. The zero value is the rule of CRFsuite with a maximum
// number of iterations.
type Limits struct {
	// MaxIterations is the maximum number of iterations; 0 means 1000, negative means no maximum.
	MaxIterations int
	// Tolerance ends the run when the last Period iterations lowered the objective by less than
	// this fraction of its value. 0 means 1e-5, negative disables the rule.
	Tolerance float64
	// Period is the number of iterations for Tolerance; 0 means 10.
	Period int
	// GradientTolerance ends the run when ||gradient|| <= GradientTolerance max(1, ||w||). 0 means
	// 1e-5, negative disables the rule.
	GradientTolerance float64
	// Floor ends the run when the objective is between 0 and Floor: without a penalty, the losses
	// of separable data fall forever. 0 means 1e-6 of the initial objective without a penalty, and
	// no floor with a penalty. Negative means no floor.
	Floor float64

	resume *checkpoint.Coder // checkpoint to continue from, or nil
}

// roundingTolerance replaces GradientTolerance if a line search fails. Near a minimum, rounding
// hides any further decrease of the objective while the gradient is still far above rounding.
const roundingTolerance = 1e-3

// progress monitors the objective over iterations or epochs.
type progress struct {
	floor     float64
	tolerance float64
	past      []float64 // ring of the last Period objectives
	seen      int
}

func newProgress(period int, tolerance, defaultTolerance, floor float64) progress {
	if period <= 0 {
		period = 10
	}
	return progress{floor: floor, tolerance: orDefault(tolerance, defaultTolerance), past: make([]float64, period)}
}

// setFloor resolves the default of the floor, given the first known objective.
func (g *progress) setFloor(first float64, p Penalty) {
	if g.floor == 0 && p == (Penalty{}) {
		g.floor = 1e-6 * max(first, 0)
	}
}

func (g *progress) note(objective float64) Reason {
	slot := &g.past[g.seen%len(g.past)]
	stalled := g.seen >= len(g.past) && *slot-objective < g.tolerance*math.Abs(objective)
	*slot = objective
	g.seen++
	switch {
	case objective >= 0 && objective < g.floor:
		return FloorReached
	case stalled && g.tolerance > 0:
		return Converged
	}
	return running
}

// batchRun is shared by the batch methods: points and history, evaluation with checks, reports, and
// the rules of Limits.
type batchRun struct {
	ctx    context.Context
	method BatchMethod
	f      Objective
	w      []float64 // the last accepted point
	p      Penalty
	report func(*Step) error
	Limits
	progress progress
	began    time.Time
	result   Result

	split          *splitter
	history        *history
	grad           []float64 // of the smooth part f + L2 ||w||^2 at w
	next, nextGrad []float64 // the trial point and its smooth gradient
	dir            []float64
}

func newBatchRun(ctx context.Context, m BatchMethod, f Objective, w []float64, p Penalty, report func(*Step) error, l Limits, memory int) (*batchRun, error) {
	r := &batchRun{ctx: ctx, method: m, f: f, w: w, p: p, report: report, Limits: l, began: time.Now()}
	if l.resume != nil {
		clear(w)
	}
	r.result = Result{Objective: math.NaN(), GradNorm: math.NaN(), Gap: math.NaN(), Reason: running}
	r.progress = newProgress(l.Period, l.Tolerance, 1e-5, l.Floor)
	r.GradientTolerance = orDefault(l.GradientTolerance, 1e-5)
	if r.MaxIterations == 0 {
		r.MaxIterations = 1000
	}
	if err := check(f.Dim(), w, p); err != nil {
		return r, err
	}
	n := len(w)
	r.split = newSplitter(f)
	r.history, r.dir = newHistory(historySize(memory), n, r.split), make([]float64, n)
	r.grad, r.next, r.nextGrad = make([]float64, n), make([]float64, n), make([]float64, n)
	return r, nil
}

// state encodes or decodes the run after an iteration.
func (r *batchRun) state(c *checkpoint.Coder) {
	sameRun(c, r.method, len(r.w), r.p)
	elapsed(c, &r.began)
	r.result.state(c)
	r.progress.state(c)
	c.Floats(r.w)
	c.Floats(r.grad)
	r.history.state(c)
}

// begin evaluates the starting point or reads the checkpoint. It returns whether the run is new
// and, for a resumed run, the reason if the run ends there.
func (r *batchRun) begin() (value float64, fresh bool, reason Reason, err error) {
	if r.resume == nil {
		value, err = r.eval(r.grad, r.w)
		return value, true, running, err
	}
	r.state(r.resume)
	if norm := norm2(r.grad); !finite(r.result.Objective) || !finite(norm) {
		r.resume.Fail("an objective of %g with a gradient of norm %g", r.result.Objective, norm)
	}
	if err := r.resume.Close(); err != nil {
		return 0, false, Failed, err
	}
	return r.result.Objective, false, r.end(r.result.Reason), nil
}

// eval overwrites grad with the gradient of f + L2 ||.||^2 at x and returns the value.
func (r *batchRun) eval(grad, x []float64) (float64, error) {
	if err := r.ctx.Err(); err != nil {
		return math.NaN(), err
	}
	square := r.split.dot(x, x)
	if !finite(square) {
		return math.NaN(), fmt.Errorf("%w: trial weights", ErrNotFinite)
	}
	r.result.Evaluations++
	value, err := r.f.Eval(r.ctx, grad, x)
	if err != nil {
		return math.NaN(), err
	}
	value += r.p.L2 * square
	sq := r.split.sum(len(x), func(lo, hi int) float64 {
		g := grad[lo:hi]
		if r.p.L2 > 0 {
			floats.AddScaled(g, 2*r.p.L2, x[lo:hi])
		}
		return floats.Dot(g, g)
	})
	if !finite(value) {
		return value, fmt.Errorf("%w: objective is %g", ErrNotFinite, value)
	}
	if !finite(sq) {
		if err := finiteSlice("gradient", grad); err != nil {
			return value, err
		}
		return value, fmt.Errorf("%w: squared gradient norm is %g", ErrNotFinite, sq)
	}
	return value, nil
}

// start records the objective at the starting point.
func (r *batchRun) start(objective, gradNorm float64) Reason {
	r.result.Objective, r.result.GradNorm = objective, gradNorm
	r.progress.setFloor(objective, r.p)
	if reason := r.progress.note(objective); reason != running {
		return reason
	}
	if r.small(gradNorm, r.GradientTolerance) {
		return Converged
	}
	return running
}

// accept makes the trial point the current point, reports it, and returns the reason if the run
// ends there.
func (r *batchRun) accept(objective, gradNorm float64) (Reason, error) {
	r.history.add(r.w, r.next, r.grad, r.nextGrad)
	r.split.each(len(r.w), func(_, lo, hi int) { copy(r.w[lo:hi], r.next[lo:hi]) })
	r.grad, r.nextGrad = r.nextGrad, r.grad
	r.result.Updates++
	r.result.Steps++
	r.result.Objective, r.result.GradNorm = objective, gradNorm
	r.result.Reason = r.progress.note(objective)
	if r.small(gradNorm, r.GradientTolerance) {
		r.result.Reason = Converged
	}
	reason := r.end(r.result.Reason)
	if err := send(r.report, &Step{
		Number: r.result.Steps, Updates: r.result.Updates, Evaluations: r.result.Evaluations,
		Seconds: time.Since(r.began).Seconds(), Objective: objective, GradNorm: gradNorm, Gap: math.NaN(),
		Last: reason != running, Weights: func() []float64 { return r.w }, state: r.state,
	}); err != nil {
		return ended(err)
	}
	return reason, nil
}

// end applies the maximum number of iterations.
func (r *batchRun) end(reason Reason) Reason {
	if reason == running && r.MaxIterations > 0 && r.result.Updates >= r.MaxIterations {
		return LimitReached
	}
	return reason
}

func (r *batchRun) norm(v []float64) float64 { return math.Sqrt(r.split.dot(v, v)) }

// small reports whether the gradient is small enough for a minimum.
func (r *batchRun) small(gradNorm, tolerance float64) bool {
	return gradNorm == 0 || gradNorm <= tolerance*max(1, r.norm(r.w))
}

// finish completes the result. The error of an ended context counts as a cancellation.
func (r *batchRun) finish(reason Reason, err error) (Result, error) {
	r.result.Reason = reason
	return finish(r.ctx, r.result, err)
}

func finish(ctx context.Context, result Result, err error) (Result, error) {
	if err == nil {
		return result, nil
	}
	result.Reason = Failed
	if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
		result.Reason = Cancelled
		return result, fmt.Errorf("cancelled after %d steps: %w", result.Steps, cause)
	}
	return result, err
}

// ended converts the error of a report to a reason.
func ended(err error) (Reason, error) {
	if errors.Is(err, ErrStop) {
		return Stopped, nil
	}
	return Failed, err
}

func orDefault(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}
