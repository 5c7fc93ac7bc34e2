package optimize

import (
	"context"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = PassiveAggressive{}

// PassiveAggressive changes the weights as little as the current example allows (Crammer et al.
// 2006). A step takes the value l and the gradient g of a loss and sets w <- w - tau g, where
//
//	tau = min(C, l/||g||^2)          PA-I: linear slack with weight C
//	tau = l / (||g||^2 + 1/(2C))     PA-II: SquaredSlack
//
// With an infinite C neither form allows slack: tau = l/||g||^2, and one wrong label may do much
// harm.
//
// The method is meant for the hinge loss, whose value is the missing margin: a step of l/||g||^2
// exactly supplies it. A batch counts as one long example, whose hinge loss is the sum. The
// perceptron loss is 0 at zero weights and requires no margin: set Margin to add one.
//
// The method returns the average of the initial weights and the weights after every step, as
// CRFsuite does. Penalties are an error; C bounds the steps instead.
type PassiveAggressive struct {
	Passes
	// SquaredSlack selects PA-II.
	SquaredSlack bool
	// C is the aggressiveness, the largest effect of one loss on the weights; 0 means 1, and +Inf
	// allows no slack.
	C float64
	// Margin is added to the loss of a batch that has a gradient. With the perceptron loss, Margin
	// 1 is CRFsuite's method without error_sensitive.
	Margin float64
	// Last returns the last weights instead of the average.
	Last bool
}

// Minimize implements [StochasticMethod].
func (m PassiveAggressive) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && p != (Penalty{}) {
		err = fmt.Errorf("%w: the passive-aggressive method supports no penalty, but L1 = %g and L2 = %g; C bounds its steps", ErrPenalty, p.L1, p.L2)
	}
	var rule *passiveAggressiveRule
	if err == nil {
		rule, err = newPassiveAggressiveRule(w, m)
	}
	return r.runRule(m, m.Passes, rule, err, report)
}

type passiveAggressiveRule struct {
	w         []float64
	squared   bool
	c, margin float64
	average   *average // nil for the last weights
}

func newPassiveAggressiveRule(w []float64, m PassiveAggressive) (*passiveAggressiveRule, error) {
	p := &passiveAggressiveRule{w: w, squared: m.SquaredSlack, c: orDefault(m.C, 1), margin: m.Margin}
	if !(p.c > 0) || !(p.margin >= 0 && finite(p.margin)) {
		return nil, fmt.Errorf("%w: C = %g, margin %g: want a positive C and a finite margin that is not negative", ErrOption, m.C, m.Margin)
	}
	if !m.Last {
		p.average = newAverage(w)
		p.average.count(1, 1) // the starting weights
	}
	return p, nil
}

func (p *passiveAggressiveRule) before([]int) float64 { return 1 }

func (p *passiveAggressiveRule) after(g *Sparse, _ []int, loss float64) error {
	if sq := g.squared(); sq > 0 {
		tau := p.tau(max(0, loss+p.margin), sq)
		if move := tau * math.Sqrt(sq); !finite(move) {
			return fmt.Errorf("%w: step of length %g", ErrNotFinite, move)
		}
		for _, k := range g.touched {
			delta := -tau * g.val[k]
			p.w[k] += delta
			if p.average != nil {
				p.average.note(int(k), delta)
			}
		}
	}
	if p.average != nil {
		p.average.count(1, 1)
	}
	return nil
}

func (p *passiveAggressiveRule) tau(loss, sq float64) float64 {
	if p.squared {
		return loss / (sq + 1/(2*p.c))
	}
	return min(p.c, loss/sq)
}

func (p *passiveAggressiveRule) settle() {
	if p.average != nil {
		p.average.fold(p.w)
	}
}

func (p *passiveAggressiveRule) weights() []float64 {
	if p.average != nil {
		return p.average.weights(p.w)
	}
	return p.w
}

func (p *passiveAggressiveRule) rate() float64 { return 0 }

func (p *passiveAggressiveRule) state(c *checkpoint.Coder) { p.average.state(c) }
