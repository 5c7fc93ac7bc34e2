package crf

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Schedule changes the loss in the course of training, as annealing does. The steps are the epochs of a
// stochastic method, whose later epochs have the last loss; and stages of a batch method, each a run of its own,
// with the method's limits, from the weights where the one before ended.
//
// The objective changes with the loss, so switch the Tolerance of stochastic methods off.
type Schedule struct {
	// Loss returns the loss of step 0..steps-1, as [losses.Schedule.Loss] does.
	Loss  func(step, steps int) (losses.Loss, error)
	Steps int
}

// list returns the losses of all steps.
func (s *Schedule) list() ([]losses.Loss, error) {
	if s.Steps < 1 {
		return nil, fmt.Errorf("%w: a schedule of %d steps", model.ErrInput, s.Steps)
	}
	list := make([]losses.Loss, s.Steps)
	for k := range list {
		var err error
		if list[k], err = s.Loss(k, s.Steps); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// minimise runs the optimizer over the steps of the schedule, one if there is none.
func (t *trainer) minimise(ctx context.Context, goal *objective) (optimize.Result, error) {
	last := len(t.losses) - 1
	if t.o.Batch == nil {
		m, err := goOn(t, t.o.Stochastic)
		if err != nil {
			return optimize.Result{}, err
		}
		goal.loss = t.losses[min(t.epoch, last)]
		return m.Minimize(ctx, goal, t.w, t.o.Penalty, func(step *optimize.Step) error {
			t.epoch = step.Number
			t.settled = step.Number > last
			goal.loss = t.losses[min(step.Number, last)]
			return t.report(step)
		})
	}
	for ; ; t.stage++ {
		goal.loss, t.settled = t.losses[t.stage], t.stage == last
		m, err := goOn(t, t.o.Batch)
		if err != nil {
			return t.before, err
		}
		seconds := 0.0
		r, err := m.Minimize(ctx, goal, t.w, t.o.Penalty, func(step *optimize.Step) error {
			step.Updates += t.before.Updates
			step.Number += t.before.Steps
			step.Evaluations += t.before.Evaluations
			seconds = step.Seconds
			step.Seconds += t.seconds
			step.Last = step.Last && t.stage == last
			return t.report(step)
		})
		r.Updates += t.before.Updates
		r.Steps += t.before.Steps
		r.Evaluations += t.before.Evaluations
		if err != nil || r.Reason == optimize.Stopped || t.stage == last {
			return r, err
		}
		t.before, t.seconds = r, t.seconds+seconds
	}
}

// goOn returns the method, which goes on from a checkpoint if there is one.
func goOn[M any](t *trainer, m M) (M, error) {
	from := t.from
	if t.from = nil; from == nil {
		return m, nil
	}
	return optimize.Resume(m, from)
}
