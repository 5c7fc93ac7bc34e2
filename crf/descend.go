package crf

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var _ optimize.Direct = (*objective)(nil)

// Descend implements [optimize.Direct] on one goroutine: the result does not depend on how many workers there are. The
// weights of the plan's wide attributes are in a matrix meanwhile.
func (o *objective) Descend(ctx context.Context, v []float64, order []int, scale, by []float64) (steps int, loss float64, err error) {
	o.layOut()
	wk := o.workers[0]
	if o.plan != nil {
		wk.wide = o.plan.matrix(wk.wide)
		o.plan.spread(wk.wide, v)
	}
	var dst spans = dense(v)
	for k, s := range order {
		if err = nil; k%64 == 0 {
			err = ctx.Err()
		}
		var own float64
		if err == nil {
			own, err = o.step(wk, dst, v, s, scale[k], by[k])
		}
		if err != nil {
			break
		}
		steps, loss = steps+1, loss+own
	}
	if o.plan != nil {
		o.plan.collect(v, wk.wide)
	}
	if _, ok := errors.AsType[*structured.ValueError](err); ok {
		err = fmt.Errorf("%w: %w", optimize.ErrNotFinite, err)
	}
	return steps, loss, err
}

// step adds by times the gradient of one sentence at scale*v to v, which is dst, and returns its loss, both
// times its weight.
func (o *objective) step(wk *worker, dst spans, v []float64, s int, scale, by float64) (float64, error) {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	if o.plan == nil {
		o.x.score(&wk.scores, &d.tokens, lo, hi, v, scale)
	} else {
		o.plan.score(&wk.scores, wk.wide, &d.tokens, lo, hi, v)
		wk.scores.Scale(scale)
	}
	loss, err := o.eval(wk, s)
	if err != nil {
		return 0, err
	}
	if o.plan == nil {
		o.x.pull(dst, &wk.grad, &d.tokens, lo, hi, by*c)
	} else {
		wk.row = o.plan.step(dst, v, wk.wide, wk.row, &wk.grad, &d.tokens, lo, hi, by*c)
	}
	return c * loss, nil
}
