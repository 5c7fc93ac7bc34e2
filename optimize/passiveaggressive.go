package optimize

import (
	"context"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = PassiveAggressive{}

// PassiveAggressive changes the weights as little as the example at hand allows (Crammer et al. 2006). A
// step takes the value l and the gradient g of a loss and makes w <- w - tau g, where
//
//	tau = min(C, l/||g||^2)          PA-I: slack at the price C
//	tau = l / (||g||^2 + 1/(2C))     PA-II: SquaredSlack
//
// An infinite C allows no slack in either: tau = l/||g||^2, and one wrong label may spoil much.
//
// It is meant for the hinge loss, whose value is the missing margin: l/||g||^2 then just mends it. A
// batch counts as one long example, whose hinge loss is the sum. The perceptron loss is 0 at
// the start from 0 and asks for no margin: give it one by Margin. The returned weights are the average of
// those at the start and after every step, as CRFsuite's. It refuses penalties: C bounds the steps instead.
type PassiveAggressive struct {
	Passes
	// SquaredSlack makes it PA-II.
	SquaredSlack bool
	// C is the aggressiveness, the most that one loss may move the weights; 0 is 1, and +Inf allows no slack.
	C float64
	// Margin is added to the loss of a batch that has a gradient. With the perceptron loss, 1 is
	// CRFsuite's method without error_sensitive.
	Margin float64
	// Last returns the last weights, not the average.
	Last bool
}

// Minimize implements [StochasticMethod].
func (m PassiveAggressive) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && p != (Penalty{}) {
		err = fmt.Errorf("%w: passive-aggressive steps take none, not L1 = %g, L2 = %g; C bounds them", ErrPenalty, p.L1, p.L2)
	}
	var rule *passiveAggressiveRule
	if err == nil {
		rule, err = newPassiveAggressiveRule(w, m)
	}
	if err != nil {
		return finish(ctx, r.result, err)
	}
	r.rule = rule
	return r.run(m, m.Passes, report)
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
		return nil, fmt.Errorf("%w: C = %g, margin %g", ErrOption, m.C, m.Margin)
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
			return fmt.Errorf("%w: a step of length %g", ErrNotFinite, move)
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
