package losses

import "github.com/trellis-nlp/trellis/structured"

var _ Loss = Perceptron{}

// Perceptron is max_y s(y) - s(g), zero where the gold path is the best one: the loss whose
// subgradient steps are the structured perceptron of Collins (2002).
type Perceptron struct{}

// Traits implements [HasTraits].
func (Perceptron) Traits() Traits { return Traits{Convex: true, PathDifference: true} }

// Eval implements [Loss]. At a tie the best path is the decoder's, so that the subgradient moves
// scores of zero off zero.
func (Perceptron) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	gold, score, err := goldPath(s, y, "perceptron")
	if err != nil {
		return 0, err
	}
	return w.margin(grad, s, s, gold, score, false)
}

// margin returns max_y (aug)(y) - the gold score, or its square, and makes grad its subgradient in
// the shape of s.
func (w *Workspace) margin(grad, s, aug *structured.Lattice, gold []int, score float64, squared bool) (float64, error) {
	best, err := w.best(aug)
	if err != nil {
		return 0, err
	}
	h, g := max(best-score, 0), 1.0
	if squared {
		h, g = h*h, 2*h
	}
	if grad != nil {
		grad.Reset(s.T, s.L, s.Shape())
		grad.AddPath(w.path, g)
		grad.AddPath(gold, -g)
	}
	return h, nil
}
