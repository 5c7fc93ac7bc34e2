package optimize

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/checkpoint"
)

var _ StochasticMethod = AROW{}

// AROW is adaptive regularization of weights with a diagonal covariance (Crammer, Kulesza & Dredze
// 2013, for structures as in CRFsuite). Each weight has a variance s, which starts at Variance and
// shrinks with the gradients of the weight. A step takes the value l and the gradient g of a loss
// and sets
//
//	w <- w - l/(Gamma + sum_k s_k g_k^2) s g,   1/s <- 1/s + g^2/Gamma
//
// so rare features move far and frequent features settle. AROW is meant for the hinge loss. A batch
// counts as one long example. AROW returns the last weights, not an average. Penalties are an
// error, because the variances regularise.
type AROW struct {
	Passes
	// Variance is the initial variance of every weight; 0 means 1.
	Variance float64
	// Gamma weighs the past against the current example: the larger Gamma, the shorter the steps. 0
	// means 1.
	Gamma float64
}

// Minimize implements [StochasticMethod].
func (m AROW) Minimize(ctx context.Context, f Stochastic, w []float64, p Penalty, report func(*Step) error) (Result, error) {
	r, err := newPassRun(ctx, f, w, p, m.Passes)
	if err == nil && p != (Penalty{}) {
		err = fmt.Errorf("%w: AROW supports no penalty, but L1 = %g and L2 = %g; its variances regularise instead", ErrPenalty, p.L1, p.L2)
	}
	var rule *arowRule
	if err == nil {
		rule, err = newAROWRule(w, m)
	}
	return r.runRule(m, m.Passes, rule, err, report)
}

type arowRule struct {
	w, variance []float64
	start       float64 // the largest variance
	gamma       float64
}

func newAROWRule(w []float64, m AROW) (*arowRule, error) {
	a := &arowRule{w: w, variance: make([]float64, len(w)), start: orDefault(m.Variance, 1), gamma: orDefault(m.Gamma, 1)}
	for _, x := range []float64{a.start, a.gamma} {
		if !(x >= 1e-100 && x <= 1e100) {
			return nil, fmt.Errorf("%w: variance %g, gamma %g: want 1e-100 to 1e100", ErrOption, m.Variance, m.Gamma)
		}
	}
	for k := range a.variance {
		a.variance[k] = a.start
	}
	return a, nil
}

func (a *arowRule) before([]int) float64 { return 1 }

func (a *arowRule) after(g *Sparse, _ []int, loss float64) error {
	confidence := a.gamma
	for _, k := range g.touched {
		confidence += a.variance[k] * g.val[k] * g.val[k]
	}
	alpha := max(0, loss) / confidence
	// A coordinate moves by alpha s |g| <= alpha sqrt(s confidence).
	if !finite(confidence) || !finite(alpha*loss*a.start) {
		return fmt.Errorf("%w: step of %g gradients at a confidence of %g", ErrNotFinite, alpha, confidence)
	}
	for _, k := range g.touched {
		s, v := a.variance[k], g.val[k]
		a.w[k] -= alpha * s * v
		a.variance[k] = s * a.gamma / (a.gamma + s*v*v)
	}
	return nil
}

func (a *arowRule) settle()            {}
func (a *arowRule) weights() []float64 { return a.w }
func (a *arowRule) rate() float64      { return 0 }

func (a *arowRule) state(c *checkpoint.Coder) { c.Floats(a.variance) }
