package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = Risk{}
	_ General = Risk{}
)

// Risk is E[c], the expected cost of a path drawn from p_s. It is bounded and not convex. Start
// from the weights of a convex loss if you can.
type Risk struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of s; 0 means 1
}

// Traits implements [HasTraits].
func (Risk) Traits() Traits { return Traits{Smooth: true, NeedsStart: true} }

// Eval implements [Loss].
func (r Risk) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(r, grad, s, y, w)
}

// EvalOn implements [General].
func (r Risk) EvalOn(p Problem) (float64, error) {
	return p.Risk(r.Cost, orOne(r.Scale), orOne(r.Gamma), 1)
}
