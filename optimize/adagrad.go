package optimize

import (
	"context"
	"math"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = AdaGrad{}

// AdaGrad is the adaptive subgradient method with a diagonal metric, in the composite (proximal)
// form (Duchi, Hazan & Singer 2011, section 5). It supports L1 and L2. A step takes the mean
// gradient g of a batch. On each coordinate, with G the sum of all g^2 so far and H = Epsilon +
// sqrt(G), it sets
//
//	w <- argmin_x  g x + (L1/N) |x| + (L2/N) x^2 + H/(2 rate) (x - w)^2
//
// A coordinate also shrinks in steps without a gradient, but not before its first gradient. Until
// then H is at most Epsilon, and the penalty would set a starting weight to 0 at once. These steps
// are lazy: when a batch next reads the coordinate, all of them are applied in closed form, which
// equals the dense computation. With L1, weights become exactly 0. A weight that batches touch
// often may still end near 0 although its optimum is 0; see [OWLQN].
type AdaGrad struct {
	Passes
	// Rate is the distance of the first step of a coordinate; 0 means 0.2.
	Rate float64
	// Epsilon keeps H above 0; 0 means 1e-8.
	Epsilon float64
}

// Minimize implements [StochasticMethod].
func (m AdaGrad) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	var rate decaying
	if err == nil {
		rate, err = newDecaying(m.Rate, 0.2, -1, 0, f.Len())
	}
	if err == nil {
		err = checkEpsilon(m.Epsilon)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = newAdaGradRule(f, w, p, rate.start, orDefault(m.Epsilon, 1e-8))
	return r.run(m, m.Passes, report)
}

type adaGradRule struct {
	f          Stochastic
	w          []float64
	sum        []float64 // G
	last       []uint32  // last step for which the penalty is applied; nil without penalty
	step       uint32
	start      float64 // rate
	epsilon    float64
	l1, l2     float64 // divided by the number of examples
	catchRange func(lo, hi int)
}

func newAdaGradRule(f Stochastic, w []float64, p Penalty, rate, epsilon float64) *adaGradRule {
	n := float64(f.Len())
	a := &adaGradRule{f: f, w: w, sum: make([]float64, len(w)), start: rate, epsilon: epsilon, l1: p.L1 / n, l2: p.L2 / n}
	if p != (Penalty{}) {
		a.last = make([]uint32, len(w))
		a.catchRange = func(lo, hi int) {
			for k := lo; k < hi; k++ {
				if a.last[k] != a.step {
					a.catchUp(k)
				}
			}
		}
	}
	return a
}

func (a *adaGradRule) before(batch []int) float64 {
	if a.last != nil {
		a.f.Support(batch, a.catchRange)
	}
	return 1
}

func (a *adaGradRule) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	by := 1 / float64(n)
	for _, k := range g.touched {
		if a.last != nil && a.last[k] != a.step {
			a.catchUp(int(k))
		}
		mean := by * g.val[k]
		if a.sum[k] += mean * mean; a.sum[k] == 0 {
			continue
		}
		rate := a.coordinateRate(int(k))
		x := a.w[k] - rate*mean
		if a.last != nil {
			x = shrink(x, rate*a.l1, 2*rate*a.l2, 1)
			a.last[k] = a.step + 1
		}
		a.w[k] = x
	}
	a.step++
	if a.step == math.MaxUint32 {
		a.settle()
		a.step = 0
		clear(a.last)
	}
	return nil
}

func (a *adaGradRule) coordinateRate(k int) float64 {
	return a.start / (a.epsilon + math.Sqrt(a.sum[k]))
}

// catchUp applies the penalty of the steps that skipped coordinate k.
func (a *adaGradRule) catchUp(k int) {
	if a.w[k] != 0 && a.sum[k] > 0 {
		rate := a.coordinateRate(k)
		a.w[k] = shrink(a.w[k], rate*a.l1, 2*rate*a.l2, int(a.step-a.last[k]))
	}
	a.last[k] = a.step
}

func (a *adaGradRule) settle() {
	if a.last != nil {
		a.catchRange(0, len(a.w))
	}
}

func (a *adaGradRule) weights() []float64 { return a.w }
func (a *adaGradRule) rate() float64      { return a.start }

func (a *adaGradRule) state(c *checkpoint.Coder) {
	c.Floats(a.sum)
	c.Uint32(&a.step)
	for k := range a.last {
		c.Uint32(&a.last[k])
	}
}

// shrink returns x after n steps x <- sign(x) max(0, |x| - l1) / (1 + l2). With r = 1/(1 + l2), the
// absolute value after n steps is r^n |x| - l1 (r + r^2 + ... + r^n) = r^n |x| - (l1/l2) (1 - r^n),
// or 0 if that is negative.
func shrink(x, l1, l2 float64, n int) float64 {
	size := math.Abs(x)
	switch {
	case n == 1:
		size = (size - l1) / (1 + l2)
	case float64(n)*l2 < 1e-17: // l2 is below rounding
		size -= float64(n) * l1
	default:
		decline := math.Expm1(-float64(n) * math.Log1p(l2)) // r^n - 1
		size += decline * (size + l1/l2)
	}
	return math.Copysign(max(0, size), x)
}
