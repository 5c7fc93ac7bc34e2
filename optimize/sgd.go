package optimize

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = SGD{}

// SGD is stochastic gradient descent with L1 and L2.
//
// A step takes the mean gradient g of a batch: z = w - rate g, then the L1 clip, then the division by
// 1 + 2 rate L2/N, which is the proximal step of L2. L2 costs nothing: w is kept as scale * v (Bottou
// 2010, section 5.1). L1 is the cumulative penalty of Tsuruoka, Tsujii & Ananiadou 2009: a weight is
// clipped by all the penalty that it could have had and has not had yet, which evens out the noise of
// the gradients. Both are lazy and equal the dense computation; weights that L1 rules out are exactly 0.
type SGD struct {
	Passes
	// Rate is the learning rate at the start. 0, with L2: the rate 1/(lambda (t0 + t)) of Bottou at step t,
	// with lambda = 2 L2/N and t0 found by trials on up to 1000 examples as CRFsuite's l2sgd does. 0,
	// without L2: 0.1.
	Rate float64
	// Decay divides a given rate by 1 + Decay * epochs done; 0 is 1, negative is none.
	Decay float64
	// Exponential, between 0 and 1, makes the rate Rate * Exponential^(epochs done) instead, the schedule of
	// Tsuruoka et al. 2009, with 0.85 there; Rate 0 is 0.8 then, with L2 too. 0 is none.
	Exponential float64
	// Average returns the average of the weights after each step of the second half of the epochs (suffix
	// averaging, Rakhlin, Shamir & Sridharan 2012); a run that ends before has none. It cannot be had together
	// with L1, whose zeros it would fill.
	Average bool
	// InPlace lets an objective that is [SGDObjective] take the steps by itself, an example a step whatever BatchSize
	// says, where there is neither L1 nor Average. That is faster, but GradNorm is NaN, and the weights that
	// [ErrNotFinite] leaves need not be finite.
	InPlace bool
}

// Minimize implements [StochasticMethod].
func (m SGD) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && m.Average && p.L1 > 0 {
		err = fmt.Errorf("%w: an average of weights has no zeros for L1 = %g to keep", ErrPenalty, p.L1)
	}
	if err == nil && !(m.Exponential >= 0 && m.Exponential < 1) {
		err = fmt.Errorf("%w: exponential decay %g", ErrOption, m.Exponential)
	}
	var rate decaying
	if err == nil {
		defaultRate := 0.1
		if m.Exponential > 0 {
			defaultRate = 0.8
		}
		rate, err = newDecaying(m.Rate, defaultRate, m.Decay, 1, f.Len())
		rate.factor = m.Exponential
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	rule := newSGDRule(f, w, p)
	r.rule = rule
	if m.InPlace && p.L1 == 0 && !m.Average {
		rule.direct, _ = f.(SGDObjective)
	}
	if rule.decaying = rate; m.Rate == 0 && m.Exponential == 0 && p.L2 > 0 && m.resume == nil {
		if err := calibrate(r, rule); err != nil {
			return finish(ctx, r.result, err)
		}
	}
	if m.Average {
		rule.average = newAverage(w)
		rule.averageFrom = f.Len() * (m.epochs() / 2)
	}
	return r.run(m, m.Passes, report)
}

// smallestScale is where a scale is multiplied out: v grows as the scale falls, and so does the rounding.
const smallestScale = 1e-3

// sgdRule keeps w as scale * v; what is called w in its code is v.
type sgdRule struct {
	decaying
	f           Stochastic
	w           []float64
	scale       float64
	l1, l2      float64   // divided by the number of examples
	bottou      float64   // t0 of the rate 1/(2 l2 (t0 + t)), 0 for the decaying rate
	step        float64   // t
	due         float64   // L1 penalty that a weight could have had so far, in units of v
	had         []float64 // minus the L1 penalty that each weight has had, in units of v; nil without L1
	clipRange   func(lo, hi int)
	average     *average
	averageFrom int          // examples before the average begins
	direct      SGDObjective // takes the steps, unless nil
	scales, bys []float64    // of its steps ahead
}

func newSGDRule(f Stochastic, w []float64, p Penalty) *sgdRule {
	n := float64(f.Len())
	s := &sgdRule{f: f, w: w, scale: 1, l1: p.L1 / n, l2: p.L2 / n}
	if p.L1 > 0 {
		s.had = make([]float64, len(w))
		s.clipRange = func(lo, hi int) {
			for k := lo; k < hi; k++ {
				s.clip(k)
			}
		}
	}
	return s
}

func (s *sgdRule) rate() float64 {
	if s.bottou > 0 {
		return 1 / (2 * s.l2 * (s.bottou + s.step))
	}
	return s.decaying.rate()
}

func (s *sgdRule) before(batch []int) float64 {
	if s.had != nil {
		s.f.Support(batch, s.clipRange)
	}
	return s.scale
}

func (s *sgdRule) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	rate := s.rate()
	by := -rate / (float64(n) * s.scale)
	if s.had != nil {
		s.due += rate * s.l1 / s.scale
	}
	averaging := s.average != nil && s.seen >= s.averageFrom
	for _, k := range g.touched {
		delta := by * g.val[k]
		s.w[k] += delta
		if averaging {
			s.average.note(int(k), delta)
		}
		if s.had != nil {
			s.clip(int(k))
		}
	}
	s.scale /= 1 + 2*rate*s.l2
	if averaging {
		s.average.count(s.scale, 1)
	}
	s.step++
	s.seen += n
	if s.scale < smallestScale {
		s.rescale()
	}
	return nil
}

// clip lets weight k have the penalty that is due (Tsuruoka et al. 2009, figure 2).
func (s *sgdRule) clip(k int) {
	z := s.w[k]
	switch {
	case z > 0:
		s.w[k] = max(0, z-(s.due+s.had[k]))
	case z < 0:
		s.w[k] = min(0, z+(s.due-s.had[k]))
	default:
		return
	}
	s.had[k] += s.w[k] - z
}

// rescale makes v the weights themselves.
func (s *sgdRule) rescale() {
	if s.average != nil {
		s.average.fold(s.w)
	}
	if s.scale == 1 {
		return
	}
	for k := range s.w {
		s.w[k] *= s.scale
	}
	for k := range s.had {
		s.had[k] *= s.scale
	}
	s.due *= s.scale
	s.scale = 1
}

func (s *sgdRule) settle() {
	if s.had != nil {
		s.clipRange(0, len(s.w))
	}
	s.rescale()
}

func (s *sgdRule) weights() []float64 {
	if s.average != nil {
		return s.average.weights(s.w)
	}
	return s.w
}

func (s *sgdRule) state(c *checkpoint.Coder) {
	if s.average != nil {
		c.Same("the number of examples before the average", s.averageFrom)
	}
	c.Int(&s.seen, 0, maxCount)
	c.Float(&s.bottou)
	c.Float(&s.step)
	c.Float(&s.due)
	c.Floats(s.had)
	s.average.state(c)
}
