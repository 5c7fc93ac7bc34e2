package losses

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

var (
	_ Loss    = Ramp{}
	_ General = Ramp{}
)

// Ramp compares the best path with a path picked for its cost as well (Do et al. 2008, and Gimpel & Smith
// 2012 for all three, in their numbering):
//
//	1   max_y (s+c)(y) - max_y s(y)
//	2   max_y s(y) - max_y (s-c)(y)
//	3   max_y (s+c)(y) - max_y (s-c)(y)
//
// It is at least 0 and, unlike hinge, at most the greatest cost (form 3: twice that), so it lets go of
// hopeless sentences. The gold path enters through its cost only. Neither convex nor smooth, it gives a
// plain subgradient, of each maximum on its own; no inner problem is solved, as the concave-convex
// procedure would.
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

// rampScales returns the factors of the cost in the first and the second term of a ramp.
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
	return 0, 0, fmt.Errorf("ramp loss of form %d: want 1, 2 or 3", form)
}
