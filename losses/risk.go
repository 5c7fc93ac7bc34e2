package losses

import "github.com/trellis-nlp/trellis/structured"

var _ Loss = Risk{}

// Risk is E[c], the expected cost of a path drawn from p_s: what a decoder that samples would pay.
// It is bounded and not convex: start from a convex loss's weights where you can.
type Risk struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of s; 0 means 1
}

// Traits implements [HasTraits].
func (Risk) Traits() Traits { return Traits{Smooth: true, NeedsStart: true} }

// Eval implements [Loss].
func (r Risk) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	if err := onlyPath(s, y, "risk"); err != nil {
		return 0, err
	}
	cost, err := w.costOf(r.Cost, y.Path, s.L)
	if err != nil {
		return 0, err
	}
	scale, gamma := orOne(r.Scale), orOne(r.Gamma)
	p := w.temper(s, gamma)
	var mean float64
	if grad == nil {
		mean, err = w.ForwardBackward.Expectation(p, cost)
	} else {
		grad.Reset(s.T, s.L, s.Shape())
		mean, err = w.ForwardBackward.AddExpectationGradient(grad, p, cost, scale*gamma)
	}
	return scale * mean, err
}
