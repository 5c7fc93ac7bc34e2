package optimize

import "math"

const (
	usualRate    = 0.1  // initial rate of SGD for most data, if none is given
	rateExamples = 100  // number of examples whose gradients may change it
	polyakSteps  = 2    // limit of a step of SGD in the first epoch, in multiples of Polyak's step
	polyakDecay  = 0.25 // the limit of epoch e, from 0, is polyakSteps / (1 + polyakDecay e)
)

// limitedRate returns the rate of [SGD] for a batch: rate, but at most limit times Polyak's step,
// the loss divided by the squared norm of the gradient. There is no limit if the loss is not
// positive.
//
// The tangent of a loss reaches 0 after Polyak's step. A step more than twice as long may lead away
// from all weights where a convex loss is 0 (Loizou et al. 2021, stochastic Polyak step size).
func limitedRate(rate, limit, loss, squared float64) float64 {
	if loss > 0 && rate*squared > limit*loss {
		return limit * loss / squared
	}
	return rate
}

// limit returns the limit of the rates in the current epoch. It falls, because the losses of single
// sentences are not 0 at the minimum.
func (s *sgdRule) limit() float64 {
	if !s.limited {
		return math.Inf(1)
	}
	return polyakSteps / (1 + polyakDecay*float64(s.seen/s.total))
}

// startRate returns the initial rate of SGD if none is given: usualRate, but at least Polyak's step
// for the means of a sample of the examples, and at most ten times this step. The bounds matter for
// attributes with large or small values.
func (r *passRun) startRate() (float64, error) {
	n := min(len(r.order), rateExamples)
	var loss, squares float64
	for k := range n {
		if err := r.ctx.Err(); err != nil {
			return 0, err
		}
		r.g.Reset()
		v, err := r.f.EvalBatch(r.ctx, r.g, r.w, 1, r.order[k*len(r.order)/n:][:1])
		r.result.Evaluations++
		if err != nil {
			return 0, err
		}
		loss += v
		squares += r.g.squared()
	}
	step := loss / squares
	if !(step > 0 && finite(step)) {
		return usualRate, nil
	}
	return min(max(step, min(usualRate, 10*step)), maxRate), nil
}
