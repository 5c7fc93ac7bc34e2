package optimize

import (
	"context"
	"fmt"
	"time"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ BatchMethod = WarmStart{}

// WarmStart runs a stochastic method first and starts a batch method from its weights. This skips
// the part where the batch method is slow: after a few epochs of [SGD], [LBFGS] needs a third or
// less of the iterations. The objective must also be a [Stochastic].
//
// Steps, evaluations and seconds of the second method continue those of the first.
type WarmStart struct {
	First StochasticMethod
	Then  BatchMethod

	resume *checkpoint.Coder // checkpoint to continue from, or nil
}

// Minimize implements [BatchMethod].
func (m WarmStart) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	s, ok := f.(Stochastic)
	if !ok {
		return Result{}, fmt.Errorf("%w: the objective of a warm start must implement Stochastic", ErrOption)
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
			return r.send(report, step)
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
		return r.send(report, step)
	})
	then.Updates += r.first.Updates
	then.Steps += r.first.Steps
	then.Evaluations += r.first.Evaluations
	return then, err
}

type warmStartRun struct {
	WarmStart
	began  time.Time
	handed bool   // whether the second method runs
	first  Result // result of the first method, once it is done
}

// send passes a step of a method on as a step of the whole run.
func (r *warmStartRun) send(report func(*Step) error, step *Step) error {
	step.Seconds = time.Since(r.began).Seconds()
	if state := step.state; state != nil {
		step.state = func(c *checkpoint.Coder) {
			r.state(c)
			state(c)
		}
	}
	return send(report, step)
}

// state encodes or decodes what precedes the state of the method that runs.
func (r *warmStartRun) state(c *checkpoint.Coder) {
	c.Same("the method", "WarmStart")
	elapsed(c, &r.began)
	if c.Bool(&r.handed); r.handed {
		c.SameFields("the first method", "the first method's ", r.First)
		r.first.state(c)
	}
}

// continueFrom resumes the method that ran.
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
