package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = Hinge{}
	_ Loss    = SquaredHinge{}
	_ General = Hinge{}
	_ General = SquaredHinge{}
)

// Hinge is max_y (s + c)(y) - s(g), the loss of the structured SVM with margin rescaling. It
// requires the gold path to beat every other path by the cost of that path.
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

// SquaredHinge is the square of [Hinge]. Small violations weigh less, large ones more. It is still
// non-differentiable where the most violating path changes.
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
