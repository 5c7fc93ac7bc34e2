package losses

import "github.com/trellis-nlp/trellis/structured"

var _ Loss = SoftmaxMargin{}

// SoftmaxMargin is log Z(s + c) - s(g), a cross-entropy whose probabilities lean towards costly
// paths (Gimpel & Smith 2010): smooth, convex, and at least both hinge and cross-entropy.
type SoftmaxMargin struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of s + c; 0 means 1
}

// Traits implements [HasTraits].
func (SoftmaxMargin) Traits() Traits { return Traits{Smooth: true, Convex: true} }

// Eval implements [Loss].
func (m SoftmaxMargin) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	gold, score, err := goldPath(s, y, "softmax-margin")
	if err != nil {
		return 0, err
	}
	aug, err := w.augment(s, m.Cost, m.Scale, gold)
	if err != nil {
		return 0, err
	}
	logZ, err := w.logZ(grad, aug, s, orOne(m.Gamma))
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.AddPath(gold, -1)
	}
	return max(logZ-score, 0), nil
}
