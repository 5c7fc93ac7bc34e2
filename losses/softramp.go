package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = SoftRamp{}
	_ General = SoftRamp{}
)

// SoftRamp is [Ramp] with log Z in place of max (Gimpel & Smith 2012):
//
//	1   log Z(s+c) - log Z(s)   =  log E[exp c], the Jensen risk bound
//	2   log Z(s) - log Z(s-c)   = -log E[exp -c]
//	3   log Z(s+c) - log Z(s-c)
//
// with E under p_s. Form 1 is an upper bound of risk, form 2 a lower bound. The loss is smooth,
// bounded like [Ramp], and not convex.
type SoftRamp struct {
	Form  int             // 1, 2 or 3; 0 means 1
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // inverse temperature of both terms; 0 means 1
}

// Traits implements [HasTraits].
func (SoftRamp) Traits() Traits { return Traits{Smooth: true, NeedsStart: true} }

// Eval implements [Loss].
func (r SoftRamp) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(r, grad, s, y, w)
}

// EvalOn implements [General].
func (r SoftRamp) EvalOn(p Problem) (float64, error) {
	up, down, err := rampScales(r.Form, r.Scale)
	if err != nil {
		return 0, err
	}
	gamma := orOne(r.Gamma)
	above, err := p.LogZ(r.Cost, up, gamma, 1)
	if err != nil {
		return 0, err
	}
	below, err := p.LogZ(r.Cost, down, gamma, -1)
	return max(above-below, 0), err
}
