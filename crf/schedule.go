package crf

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
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
		return nil, fmt.Errorf("%w: a schedule of %d steps", ErrInput, s.Steps)
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
func (t *training) minimise(ctx context.Context, goal *objective) (optimize.Result, error) {
	last := len(t.losses) - 1
	if t.o.Batch == nil {
		goal.loss, t.settled = t.losses[0], last == 0
		return t.o.Stochastic.Minimize(ctx, goal, t.w, t.o.Penalty, func(step *optimize.Step) error {
			t.settled = step.Epoch > last
			goal.loss = t.losses[min(step.Epoch, last)]
			return t.report(step)
		})
	}
	var sum optimize.Result
	seconds := 0.0 // of the stages before
	for k, loss := range t.losses {
		goal.loss, t.settled = loss, k == last
		before, began := sum, seconds
		r, err := t.o.Batch.Minimize(ctx, goal, t.w, t.o.Penalty, func(step *optimize.Step) error {
			step.Step += before.Iterations
			step.Epoch += before.Epochs
			step.Evaluations += before.Evaluations
			step.Seconds += began
			seconds = step.Seconds
			step.Last = step.Last && k == last
			return t.report(step)
		})
		r.Iterations += before.Iterations
		r.Epochs += before.Epochs
		r.Evaluations += before.Evaluations
		if sum = r; err != nil || r.Reason == optimize.Stopped {
			return sum, err
		}
	}
	return sum, nil
}
