package losses

import "github.com/trellis-nlp/trellis/structured"

var _ Loss = SoftRamp{}

// SoftRamp is [Ramp] with log Z in place of max (Gimpel & Smith 2012):
//
//	1   log Z(s+c) - log Z(s)   =  log E[exp c], the Jensen risk bound
//	2   log Z(s) - log Z(s-c)   = -log E[exp -c]
//	3   log Z(s+c) - log Z(s-c)
//
// with E under p_s. Form 2 lies below risk as form 1 lies above. It is smooth, bounded like [Ramp], and not
// convex.
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
	if err := onlyPath(s, y, "soft ramp"); err != nil {
		return 0, err
	}
	up, down, err := rampScales(r.Form, r.Scale)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Reset(s.T, s.L, s.Shape())
	}
	gamma := orOne(r.Gamma)
	above, err := w.addAugmentedLogZ(grad, s, r.Cost, up, y.Path, gamma, 1)
	if err != nil {
		return 0, err
	}
	below, err := w.addAugmentedLogZ(grad, s, r.Cost, down, y.Path, gamma, -1)
	return max(above-below, 0), err
}

// addAugmentedLogZ returns (1/gamma) log Z(gamma (s + scale * cost)) and adds v times its gradient to
// grad.
func (w *Workspace) addAugmentedLogZ(grad, s *structured.Lattice, c structured.Cost, scale float64, gold []int, gamma, v float64) (float64, error) {
	if scale != 0 {
		var err error
		if s, err = w.augment(s, c, scale, gold); err != nil {
			return 0, err
		}
	}
	return w.addLogZ(grad, s, gamma, v)
}
