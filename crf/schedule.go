package crf

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Schedule changes the loss during training, as in annealing. With a stochastic method, a step is
// an epoch, and epochs after the last step use the last loss. With a batch method, a step is a
// separate run that starts from the weights of the previous one. The limits of the method apply to
// each run.
//
// The objective changes with the loss, so disable the Tolerance of stochastic methods.
type Schedule struct {
	// Loss returns the loss of step 0..steps-1, like [losses.Schedule.Loss].
	Loss  func(step, steps int) (losses.Loss, error)
	Steps int
}

func (s *Schedule) list() ([]losses.Loss, error) {
	if s.Steps < 1 {
		return nil, fmt.Errorf("%w: a schedule needs at least one step, got %d", model.ErrInput, s.Steps)
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

// minimise runs the optimizer over the steps of the schedule, or once without a schedule.
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

// goOn returns the method, resumed if there is a checkpoint.
func goOn[M any](t *trainer, m M) (M, error) {
	from := t.from
	if t.from = nil; from == nil {
		return m, nil
	}
	return optimize.Resume(m, from)
}
