package optimize

import (
	"context"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = Adam{}

// Adam is the method of adaptive moments (Kingma & Ba 2015), adapted to sparse gradients. A step
// takes the mean gradient g of a batch. Each coordinate has its own step count n, the number of
// steps that touched it:
//
//	m <- Beta1 m + (1-Beta1) g,   v <- Beta2 v + (1-Beta2) g^2
//	w <- w - rate m/(1-Beta1^n) / (sqrt(v/(1-Beta2^n)) + Epsilon)
//
// Other coordinates keep their w, m and v. So each coordinate follows dense Adam on the sequence of
// its own gradients. If every batch touches all coordinates, this is dense Adam.
//
// L2 is part of the gradient: a step adds 2 (L2/N) k w to g, where k is the number of steps since
// the coordinate was last touched. So rare coordinates are penalised as much as frequent ones.
// Coordinates that no batch touches keep their initial value. L1 is an error, because the steps
// have no exact zeros.
type Adam struct {
	Passes
	// Rate is the distance of the first step of a coordinate; 0 means 0.02.
	Rate float64
	// Decay divides the rate by 1 + Decay * finished epochs; 0 means none.
	Decay float64
	// Beta1 and Beta2 are the decay rates of the moments, below 1; 0 means 0.9 and 0.999.
	Beta1, Beta2 float64
	// Epsilon keeps the divisor above 0; 0 means 1e-8.
	Epsilon float64
	// Decoupled selects AdamW, with decoupled weight decay (Loshchilov & Hutter 2019). Then g is
	// the gradient of the loss alone. After each step all weights, touched or not, are multiplied
	// by 1 - rate 2 L2/N, which is stored as one scale. The moments do not rescale the decay, so
	// the weights settle near, not at, the minimum of the loss plus L2 ||w||^2.
	Decoupled bool
}

// Minimize implements [StochasticMethod].
func (m Adam) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && p.L1 > 0 {
		err = fmt.Errorf("%w: Adam does not support L1 = %g: its steps have no exact zeros; use AdaGrad, SGD or OWL-QN", ErrPenalty, p.L1)
	}
	var rule *adamRule
	if err == nil {
		rule, err = newAdamRule(f, w, p, m)
	}
	return r.runRule(m, m.Passes, rule, err, report)
}

type adamRule struct {
	decaying
	w         []float64 // divided by scale
	scale     float64   // 1 unless decoupled
	l2        float64   // divided by the number of examples
	decoupled bool
	moments   []adamState
	step      uint32
	debias1   debias
	debias2   debias
	beta1     float64
	beta2     float64
	epsilon   float64
}

// adamState is the state of one coordinate, stored together because it is used together.
type adamState struct {
	m, v    float64
	touches uint32
	last    uint32 // last step that touched it, counted from 1
}

func newAdamRule(f Stochastic, w []float64, p Penalty, m Adam) (*adamRule, error) {
	rate, err := newDecaying(m.Rate, 0.02, m.Decay, 0, f.Len())
	if err != nil {
		return nil, err
	}
	a := &adamRule{
		decaying: rate, w: w, scale: 1, l2: p.L2 / float64(f.Len()), decoupled: m.Decoupled,
		beta1: orDefault(m.Beta1, 0.9), beta2: orDefault(m.Beta2, 0.999), epsilon: orDefault(m.Epsilon, 1e-8),
	}
	if !(a.beta1 > 0 && a.beta1 < 1 && a.beta2 > 0 && a.beta2 < 1) {
		return nil, fmt.Errorf("%w: beta1 %g and beta2 %g must be between 0 and 1", ErrOption, m.Beta1, m.Beta2)
	}
	if err := checkEpsilon(m.Epsilon); err != nil {
		return nil, err
	}
	if m.Decoupled && 2*a.start*a.l2 >= 1 {
		return nil, fmt.Errorf("%w: weight decay of %g per step: want less than 1; lower the rate or L2", ErrPenalty, 2*a.start*a.l2)
	}
	a.moments = make([]adamState, len(w))
	a.debias1, a.debias2 = newDebias(a.beta1), newDebias(a.beta2)
	return a, nil
}

func (a *adamRule) before([]int) float64 { return a.scale }

func (a *adamRule) after(g *Sparse, batch []int, _ float64) error {
	n := len(batch)
	by, rate := 1/float64(n), a.rate()/a.scale
	a.step++
	for _, k := range g.touched {
		s := &a.moments[k]
		grad := by * g.val[k]
		if !a.decoupled {
			grad += 2 * a.l2 * float64(a.step-s.last) * a.w[k]
		}
		s.last = a.step
		s.touches++
		s.m = a.beta1*s.m + (1-a.beta1)*grad
		s.v = a.beta2*s.v + (1-a.beta2)*grad*grad
		m, v := s.m/a.debias1.at(s.touches), s.v/a.debias2.at(s.touches)
		a.w[k] -= rate * m / (math.Sqrt(v) + a.epsilon)
	}
	if a.decoupled {
		a.scale *= 1 - 2*a.rate()*a.l2
		if a.scale < smallestScale {
			a.settle()
		}
	}
	a.seen += n
	return nil
}

func (a *adamRule) settle() {
	if a.scale == 1 {
		return
	}
	for k := range a.w {
		a.w[k] *= a.scale
	}
	a.scale = 1
}

func (a *adamRule) weights() []float64 { return a.w }

func (a *adamRule) state(c *checkpoint.Coder) {
	c.Int(&a.seen, 0, maxCount)
	c.Uint32(&a.step)
	for k := range a.moments {
		s := &a.moments[k]
		c.Float(&s.m)
		c.Float(&s.v)
		c.Uint32(&s.touches)
		c.Uint32(&s.last)
	}
}

// debias computes 1 - beta^n, from a table for small n.
type debias struct {
	log   float64 // log beta
	table []float64
}

func newDebias(beta float64) debias {
	d := debias{log: math.Log(beta), table: make([]float64, 1<<12)}
	for n := range d.table {
		d.table[n] = -math.Expm1(float64(n) * d.log)
	}
	return d
}

func (d *debias) at(n uint32) float64 {
	if int(n) < len(d.table) {
		return d.table[n]
	}
	return -math.Expm1(float64(n) * d.log)
}
