package crf

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var _ optimize.SGDObjective = (*objective)(nil)

// Descend implements [optimize.SGDObjective] on one goroutine, so that the result does not depend
// on the number of workers.
func (o *objective) Descend(ctx context.Context, v []float64, order []int, scale, by []float64, limit float64) (steps int, loss float64, err error) {
	o.layOut()
	if o.norm == nil {
		o.norm = newNormEstimate(o.data)
	}
	wk := o.pool.Scratch(0)
	if o.plan != nil {
		wk.packed = o.plan.vector(wk.packed)
		o.plan.pack(wk.packed, v, 0, 1)
	}
	to := training.Dense(v)
	for k, s := range order {
		if err = nil; k%64 == 0 {
			err = ctx.Err()
		}
		var own float64
		if err == nil {
			own, err = o.step(wk, &to, s, scale[k], by[k], limit)
		}
		if err != nil {
			break
		}
		steps, loss = steps+1, loss+own
	}
	if o.plan != nil {
		o.plan.unpack(v, wk.packed, 0, 1)
	}
	if _, ok := errors.AsType[*structured.ValueError](err); ok {
		err = fmt.Errorf("%w: %w", optimize.ErrNotFinite, err)
	}
	return steps, loss, err
}

// step adds by times the gradient of one sentence at scale*v to v, or to the packed v if there is a
// plan. It returns the loss of the sentence. Gradient and loss are multiplied by the sentence
// weight.
func (o *objective) step(wk *worker, v *training.Dense, s int, scale, by, limit float64) (float64, error) {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	if o.plan == nil {
		o.x.score(&wk.scores, &d.tokens, lo, hi, *v, scale)
	} else {
		o.plan.score(&wk.scores, wk.packed, nil, &d.tokens, lo, hi)
		wk.scores.Scale(scale)
	}
	loss, err := o.eval(wk, s)
	if err != nil {
		return 0, err
	}
	if squared := c * o.norm.squared(wk); loss > 0 && -by*scale*squared > limit*loss {
		by = -limit * loss / squared / scale
	}
	if o.plan == nil {
		o.x.pull(v, &wk.grad, &d.tokens, lo, hi, by*c)
	} else {
		wk.row = o.plan.step(&wk.packed, wk.row, &wk.grad, &d.tokens, lo, hi, by*c)
	}
	return c * loss, nil
}
