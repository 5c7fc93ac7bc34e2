package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = Hinge{}
	_ Loss    = SquaredHinge{}
	_ General = Hinge{}
	_ General = SquaredHinge{}
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
	return evalOn(h, grad, s, y, w)
}

// EvalOn implements [General].
func (h Hinge) EvalOn(p Problem) (float64, error) { return margin(p, h.Cost, orOne(h.Scale), false) }

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
	return evalOn(h, grad, s, y, w)
}

// EvalOn implements [General].
func (h SquaredHinge) EvalOn(p Problem) (float64, error) {
	return margin(p, h.Cost, orOne(h.Scale), true)
}
