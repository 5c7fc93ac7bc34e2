package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = JensenRiskBound{}
	_ General = JensenRiskBound{}
)

// JensenRiskBound is log E[exp c] = log Z(s+c) - log Z(s) >= E[c]. By Jensen's inequality it is an
// upper bound of [Risk]; it takes two log Z (Gimpel & Smith 2010). It equals softmax-margin minus
// cross-entropy. It is [SoftRamp] of form 1 under its older name.
type JensenRiskBound struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of both terms; 0 means 1
}

// Traits implements [HasTraits].
func (JensenRiskBound) Traits() Traits { return SoftRamp{}.Traits() }

// Eval implements [Loss].
func (j JensenRiskBound) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(j, grad, s, y, w)
}

// EvalOn implements [General].
func (j JensenRiskBound) EvalOn(p Problem) (float64, error) {
	return j.ramp().EvalOn(p)
}

func (j JensenRiskBound) ramp() SoftRamp {
	return SoftRamp{Form: 1, Cost: j.Cost, Scale: j.Scale, Gamma: j.Gamma}
}
