package optimize

import (
	"context"
	"fmt"
)

var _ BatchMethod = Relay{}

// Relay lets a stochastic method run first and hands its weights over to a batch method, which so skips
// the part of the way that it is slow on: from where a few epochs of [SGD] end, [LBFGS] needs a third or less
// of the iterations. The objective must be a [Stochastic] too.
//
// Steps, evaluations and seconds of the second method count on from the first one's.
type Relay struct {
	First StochasticMethod
	Then  BatchMethod
}

// Minimize implements [BatchMethod].
func (m Relay) Minimize(ctx context.Context, f Objective, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	s, ok := f.(Stochastic)
	if !ok {
		return Result{}, fmt.Errorf("%w: a relay needs an objective that can be had by example", ErrOption)
	}
	var before Step
	first, err := m.First.Minimize(ctx, s, w, p, func(step *Step) error {
		before = *step
		return tell(report, step)
	})
	if err != nil || first.Reason == Stopped {
		return first, err
	}
	then, err := m.Then.Minimize(ctx, f, w, p, func(step *Step) error {
		step.Step += before.Step
		step.Epoch += before.Epoch
		step.Evaluations += before.Evaluations
		step.Seconds += before.Seconds
		return tell(report, step)
	})
	then.Iterations += first.Iterations
	then.Epochs += first.Epochs
	then.Evaluations += first.Evaluations
	return then, err
}
