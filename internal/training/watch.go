package training

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Watch follows a training run. It scores the weights of each step on the development data, keeps
// the best weights, and ends the run when the score has stopped improving.
type Watch struct {
	// Score scores weights on the development data; nil means there is none.
	Score    func(w []float64) (metrics.Results, error)
	Patience int                  // end after this many steps without a better score; 0 means never
	Progress func(model.Progress) // called after each step; may be nil

	Best   []float64 // best weights; nil before the first score
	Waited int       // number of steps since then
}

// Report processes one step. It completes p, updates the summary if the step is the best so far,
// and calls Progress. If settled is false, the objective will still change, and the step does not
// count for patience. Report returns [optimize.ErrStop] to end the run.
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

// Interrupted reports whether ctx ended after at least one complete step, so that the weights form
// a usable model.
func Interrupted(ctx context.Context, steps int, err error) bool {
	return steps > 0 && ctx.Err() != nil && errors.Is(err, ctx.Err())
}
