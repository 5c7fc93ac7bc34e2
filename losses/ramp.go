package losses

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

var (
	_ Loss    = Ramp{}
	_ General = Ramp{}
)

// Ramp compares the best path with a path that is also selected by its cost. The form numbers are
// those of Gimpel & Smith (2012); form 1 is due to Do et al. (2008).
//
//	1   max_y (s+c)(y) - max_y s(y)
//	2   max_y s(y) - max_y (s-c)(y)
//	3   max_y (s+c)(y) - max_y (s-c)(y)
//
// The loss lies between 0 and the greatest cost (form 3: twice the greatest cost). Unlike hinge, it
// therefore gives up on hopeless sentences. The gold path enters only through the cost.
//
// The loss is neither convex nor smooth. The subgradient is the difference of the subgradients of
// the two maxima. There is no inner optimization as in the concave-convex procedure.
type Ramp struct {
	Form  int             // 1, 2 or 3; 0 means 1
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
}

// Traits implements [HasTraits].
func (Ramp) Traits() Traits { return Traits{NeedsStart: true} }

// Eval implements [Loss].
func (r Ramp) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(r, grad, s, y, w)
}

// EvalOn implements [General].
func (r Ramp) EvalOn(p Problem) (float64, error) {
	up, down, err := rampScales(r.Form, r.Scale)
	if err != nil {
		return 0, err
	}
	above, err := p.Max(r.Cost, up)
	if err != nil {
		return 0, err
	}
	p.AddBest(1)
	below, err := p.Max(r.Cost, down)
	if err != nil {
		return 0, err
	}
	p.AddBest(-1)
	return max(above-below, 0), nil
}

// rampScales returns the factors of the cost in the two terms of a ramp.
func rampScales(form int, scale float64) (up, down float64, err error) {
	scale = orOne(scale)
	switch form {
	case 0, 1:
		return scale, 0, nil
	case 2:
		return 0, -scale, nil
	case 3:
		return scale, -scale, nil
	}
	return 0, 0, fmt.Errorf("ramp form %d: want 1, 2 or 3", form)
}
