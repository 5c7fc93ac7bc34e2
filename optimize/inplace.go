package optimize

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// SGDObjective is a [Stochastic] that takes the steps of [SGD] itself, in place. This avoids
// copying the gradient through a [Sparse].
type SGDObjective interface {
	Stochastic
	// Descend takes one step for each example i = order[k], in order: v += by[k] g, where g is the
	// gradient of f_i at the point scale[k]*v with respect to that point. If f_i is positive, the
	// rate -scale[k]*by[k] is limited to limit*f_i/||g||^2, for which an estimate of ||g||
	// suffices. Descend returns the number of steps and the sum of their f_i. It makes all steps
	// unless there is an error, which is [ErrNotFinite] if v has grown too large. It must not
	// retain any of the slices.
	Descend(ctx context.Context, v []float64, order []int, scale, by []float64, limit float64) (steps int, loss float64, err error)
}

// descend makes a pass over the examples of order with the objective's own steps.
func (s *sgdRule) descend(r *passRun, order []int) error {
	r.squares = math.NaN()
	for len(order) > 0 {
		limit := s.limit()
		n := s.ahead(len(order))
		steps, loss, err := s.direct.Descend(r.ctx, r.w, order[:n], s.scales, s.bys, limit)
		r.result.Evaluations += steps
		r.result.Updates += steps
		if steps < n {
			s.scale = s.scales[steps]
			s.step -= float64(n - steps)
			s.seen -= n - steps
		}
		s.settle()
		if err != nil {
			return err
		}
		if sq := floats.Dot(r.w, r.w); !finite(loss) || !finite(sq) {
			return fmt.Errorf("%w: loss of %d examples is %g, squared norm of the weights is %g", ErrNotFinite, n, loss, sq)
		}
		r.loss += loss
		r.batches += steps
		order = order[n:]
	}
	return nil
}

// ahead plans the next n steps: it stores their scales and factors and updates the rule as if they
// were made. It plans fewer if the scale becomes too small, and returns the number of planned
// steps.
func (s *sgdRule) ahead(n int) int {
	s.scales, s.bys = s.scales[:0], s.bys[:0]
	for len(s.bys) < n && s.scale >= smallestScale {
		rate := s.rate()
		s.scales, s.bys = append(s.scales, s.scale), append(s.bys, -rate/s.scale)
		s.scale /= 1 + 2*rate*s.l2
		s.step++
		s.seen++
	}
	return len(s.bys)
}
