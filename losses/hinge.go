package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss = Hinge{}
	_ Loss = SquaredHinge{}
)

// Hinge is max_y (s + c)(y) - s(g), the loss of the structured support vector machine with margin
// rescaling: every path must stay below the gold one by its cost.
type Hinge struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
}

// Traits implements [HasTraits].
func (Hinge) Traits() Traits {
	return Traits{Convex: true, PathDifference: true, MissingMargin: true}
}

// Eval implements [Loss].
func (h Hinge) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return h.eval(grad, s, y, w, "hinge", false)
}

func (h Hinge) eval(grad, s *structured.Lattice, y structured.Target, w *Workspace, name string, squared bool) (float64, error) {
	gold, score, err := goldPath(s, y, name)
	if err != nil {
		return 0, err
	}
	aug, err := w.augment(s, h.Cost, h.Scale, gold)
	if err != nil {
		return 0, err
	}
	return w.margin(grad, s, aug, gold, score, squared)
}

// SquaredHinge is the square of [Hinge]: small violations weigh less, large ones more. It still has
// kinks, where another path becomes the worst.
type SquaredHinge struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
}

// Traits implements [HasTraits].
func (SquaredHinge) Traits() Traits { return Traits{Convex: true} }

// Eval implements [Loss].
func (h SquaredHinge) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return Hinge(h).eval(grad, s, y, w, "squared-hinge", true)
}
