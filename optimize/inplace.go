package optimize

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
)

// SGDObjective is a [Stochastic] that makes the steps of [SGD] itself, in place, which saves the gradient the way
// through a [Sparse].
type SGDObjective interface {
	Stochastic
	// Descend makes for each example i = order[k] in turn the step v += by[k] g, where g is the gradient of f_i at the
	// point scale[k]*v with respect to that point. It returns how many steps were made, all unless there is an
	// error, which is [ErrNotFinite] where v has grown too large, and the sum of their f_i. It keeps none of the slices.
	Descend(ctx context.Context, v []float64, order []int, scale, by []float64) (steps int, loss float64, err error)
}

// descend makes a pass over the examples of order by the objective's own steps.
func (s *sgdRule) descend(r *passRun, order []int) error {
	r.squares = math.NaN()
	for len(order) > 0 {
		n := s.ahead(len(order))
		steps, loss, err := s.direct.Descend(r.ctx, r.w, order[:n], s.scales, s.bys)
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
			return fmt.Errorf("%w: the loss of %d examples is %g, the squared norm of the weights %g", ErrNotFinite, n, loss, sq)
		}
		r.loss += loss
		r.batches += steps
		order = order[n:]
	}
	return nil
}

// ahead notes scales and factors of the next n steps, or of fewer where the scale gets too small, as if they
// were made, and returns how many.
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
