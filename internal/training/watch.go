package training

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Watch follows one run of training: it scores the weights of each step on the development data, keeps the best
// ones, and ends the run when patience has run out.
type Watch struct {
	// Score scores weights on the development data; nil without such data.
	Score    func(w []float64) (metrics.Results, error)
	Patience int                  // steps without a better score that end the run; 0 means any number
	Progress func(model.Progress) // called after each step, unless nil

	Best   []float64 // the weights of the best score, nil before the first
	Waited int       // steps since then
}

// Report takes one step: it completes p, updates the summary if the step is the best one so far, and calls Progress. A
// step that is not settled, whose objective will still change, costs no patience. It returns [optimize.ErrStop] when
// the run is to end.
func (x *Watch) Report(p model.Progress, s *model.Summary, settled bool) error {
	stop := false
	if x.Score == nil {
		s.BestStep, s.BestLoss, s.Kept = p.Number, p.Objective, p.Kept
	} else {
		if p.Weights == nil {
			return fmt.Errorf("%w: the optimizer reports no weights", optimize.ErrOption)
		}
		r, err := x.Score(p.Weights())
		if err != nil {
			return err
		}
		p.Dev = &r
		p.Best = s.Dev == nil || r.F1 > s.Dev.F1
		if p.Best {
			x.Best = append(x.Best[:0], p.Weights()...)
			s.Dev, s.BestStep, s.BestLoss, s.Kept, x.Waited = &r, p.Number, p.Objective, p.Kept, 0
		} else if settled {
			x.Waited++
			stop = x.Patience > 0 && x.Waited >= x.Patience
		}
	}
	if x.Progress != nil {
		x.Progress(p)
	}
	if stop {
		return optimize.ErrStop
	}
	return nil
}

// Interrupted reports whether err came from the end of ctx after at least one complete step, so that the weights found
// so far are good for a model.
func Interrupted(ctx context.Context, steps int, err error) bool {
	return steps > 0 && ctx.Err() != nil && errors.Is(err, ctx.Err())
}
