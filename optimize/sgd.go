package optimize

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = SGD{}

// SGD is stochastic gradient descent with L1 and L2.
//
// A step takes the mean gradient g of a batch: z = w - rate g, then the L1 clip, then the division
// by 1 + 2 rate L2/N, which is the proximal step of L2. L2 takes no extra time, because w is stored
// as scale * v (Bottou 2010, section 5.1).
//
// L1 is the cumulative penalty of Tsuruoka, Tsujii & Ananiadou 2009. It clips a weight by the total
// penalty due so far minus the penalty already applied, which averages out the noise of the
// gradients. Both penalties are lazy and equal the dense computation. Weights that L1 eliminates
// are exactly 0.
type SGD struct {
	Passes
	// Rate is the initial learning rate. If Rate is 0 and L2 is positive, the rate at step t is
	// Bottou's 1/(lambda (t0 + t)) with lambda = 2 L2/N. It starts from about 0.1, depending on the
	// gradients of a sample. It is at most 2 / (1 + e/4) times Polyak's step in epoch e, from 0.
	// Polyak's step is the loss of the batch divided by the squared norm of its gradient. If both
	// are 0, the rate is 0.1.
	Rate float64
	// Decay divides a given rate by 1 + Decay * finished epochs; 0 means 1, negative means none.
	Decay float64
	// Exponential, between 0 and 1, sets the rate to Rate * Exponential^(finished epochs) instead,
	// the schedule of Tsuruoka et al. 2009, who use 0.85. Then a Rate of 0 means 0.8, also with L2.
	// 0 means none.
	Exponential float64
	// Average returns the average of the weights after each step of the second half of the epochs
	// (suffix averaging, Rakhlin, Shamir & Sridharan 2012). A run that ends before has no average.
	// Average cannot be combined with L1, because an average has no exact zeros.
	Average bool
	// InPlace lets an [SGDObjective] take the steps itself, one example per step whatever BatchSize
	// is. It applies if there is neither L1 nor Average. This is faster, but GradNorm is NaN, and
	// after [ErrNotFinite] the weights may not be finite.
	InPlace bool
}

// Minimize implements [StochasticMethod].
func (m SGD) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && m.Average && p.L1 > 0 {
		err = fmt.Errorf("%w: an average of weights has no exact zeros, but L1 = %g requires them", ErrPenalty, p.L1)
	}
	if err == nil && !(m.Exponential >= 0 && m.Exponential < 1) {
		err = fmt.Errorf("%w: exponential decay %g: want at least 0 and less than 1", ErrOption, m.Exponential)
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
	if rule.decaying = rate; m.Rate == 0 && m.Exponential == 0 && p.L2 > 0 {
		rule.limited = true
		if m.resume == nil {
			first, err := r.startRate()
			if err != nil {
				return finish(ctx, r.result, err)
			}
			rule.bottou = 1 / (2 * rule.l2 * first)
		}
	}
	if rule.direct != nil {
		r.g = nil // not used any more
	}
	if m.Average {
		rule.average = newAverage(w)
		rule.averageFrom = f.Len() * (m.epochs() / 2)
	}
	return r.run(m, m.Passes, report)
}

// smallestScale is the scale below which w is rescaled: as the scale falls, v grows, and so do
// rounding errors.
const smallestScale = 1e-3

// sgdRule stores the weights as scale * v. The field w is v.
type sgdRule struct {
	decaying
	f           Stochastic
	w           []float64
	scale       float64
	l1, l2      float64   // divided by the number of examples
	bottou      float64   // t0 of the rate 1/(2 l2 (t0 + t)), 0 for the decaying rate
	step        float64   // t
	limited     bool      // whether the rates have a limit
	due         float64   // total L1 penalty due so far for a weight, in units of v
	had         []float64 // minus the L1 penalty applied to each weight, in units of v; nil without L1
	clipRange   func(lo, hi int)
	average     *average
	averageFrom int          // examples before the average begins
	direct      SGDObjective // takes the steps if not nil
	scales, bys []float64    // of the steps planned by ahead
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

func (s *sgdRule) after(g *Sparse, batch []int, loss float64) error {
	n := len(batch)
	rate := s.rate()
	by := -limitedRate(rate, s.limit(), float64(n)*loss, g.squared()) / (float64(n) * s.scale)
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

// clip applies the penalty due to weight k (Tsuruoka et al. 2009, figure 2).
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

// rescale sets the scale to 1, so that v are the weights.
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
