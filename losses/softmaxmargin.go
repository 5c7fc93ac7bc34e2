package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = SoftmaxMargin{}
	_ General = SoftmaxMargin{}
)

// SoftmaxMargin is log Z(s + c) - s(g), a cross-entropy that raises the probabilities of costly
// paths (Gimpel & Smith 2010). It is smooth and convex, and is an upper bound of both hinge and
// cross-entropy.
type SoftmaxMargin struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of s + c; 0 means 1
}

// Traits implements [HasTraits].
func (SoftmaxMargin) Traits() Traits { return Traits{Smooth: true, Convex: true} }

// Eval implements [Loss].
func (m SoftmaxMargin) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(m, grad, s, y, w)
}

// EvalOn implements [General].
func (m SoftmaxMargin) EvalOn(p Problem) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	logZ, err := p.LogZ(m.Cost, orOne(m.Scale), orOne(m.Gamma), 1)
	if err != nil {
		return 0, err
	}
	p.AddGold(-1)
	return max(logZ-score, 0), nil
}
