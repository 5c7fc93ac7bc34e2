package optimize

import (
	"context"
	"fmt"
	"time"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ BatchMethod = WarmStart{}

// WarmStart runs a stochastic method first, and starts a batch method from its weights. The batch method skips the part
// of the way on which it is slow: from where a few epochs of [SGD] end, [LBFGS] needs a third or less of the
// iterations. The objective must be a [Stochastic] too.
//
// Steps, evaluations and seconds of the second method count on from the first one's.
type WarmStart struct {
	First StochasticMethod
	Then  BatchMethod

	resume *checkpoint.Coder // where to go on from, or nil
}

// Minimize implements [BatchMethod].
func (m WarmStart) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	s, ok := f.(Stochastic)
	if !ok {
		return Result{}, fmt.Errorf("%w: a warm start needs an objective that is a Stochastic", ErrOption)
	}
	r := warmStartRun{WarmStart: m, began: time.Now()}
	if m.resume != nil {
		if err := r.continueFrom(m.resume); err != nil {
			return Result{Reason: Failed}, err
		}
	}
	if !r.handed {
		first, err := r.First.Minimize(ctx, s, w, p, func(step *Step) error {
			step.Last = false
			return r.tell(report, step)
		})
		if err != nil || first.Reason == Stopped {
			return first, err
		}
		r.first, r.handed = first, true
	}
	then, err := r.Then.Minimize(ctx, f, w, p, func(step *Step) error {
		step.Updates += r.first.Updates
		step.Number += r.first.Steps
		step.Evaluations += r.first.Evaluations
		return r.tell(report, step)
	})
	then.Updates += r.first.Updates
	then.Steps += r.first.Steps
	then.Evaluations += r.first.Evaluations
	return then, err
}

// warmStartRun is a run of a WarmStart.
type warmStartRun struct {
	WarmStart
	began  time.Time
	handed bool   // the second method runs
	first  Result // of the first, then
}

// tell makes a step of a method one of the whole run.
func (r *warmStartRun) tell(report func(*Step) error, step *Step) error {
	step.Seconds = time.Since(r.began).Seconds()
	if state := step.state; state != nil {
		step.state = func(c *checkpoint.Coder) {
			r.state(c)
			state(c)
		}
	}
	return tell(report, step)
}

// state codes what goes before the state of the method that runs.
func (r *warmStartRun) state(c *checkpoint.Coder) {
	c.Same("the method", "WarmStart")
	elapsed(c, &r.began)
	if c.Bool(&r.handed); r.handed {
		c.SameFields("the first method", "the first method's ", r.First)
		r.first.state(c)
	}
}

// continueFrom lets the method that ran go on.
func (r *warmStartRun) continueFrom(c *checkpoint.Coder) (err error) {
	if r.state(c); c.Err() != nil {
		return c.Err()
	}
	if r.handed {
		r.Then, err = resume(r.Then, c)
	} else {
		r.First, err = resume(r.First, c)
	}
	return err
}
