package extend

import (
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// Hinge is the structured hinge loss with a Hamming cost: each wrong label costs Cost.
type Hinge struct{ Cost float64 }

var (
	_ losses.Loss      = Hinge{}
	_ losses.HasTraits = Hinge{}
)

// Traits implements [losses.HasTraits].
func (Hinge) Traits() losses.Traits {
	return losses.Traits{Convex: true, PathDifference: true, MissingMargin: true}
}

// Eval implements [losses.Loss].
func (h Hinge) Eval(grad, s *structured.Lattice, y structured.Target, w *losses.Workspace) (float64, error) {
	if y.Soft != nil || y.Partial != nil {
		return 0, structured.ErrTarget
	}
	if err := y.Check(s); err != nil {
		return 0, err
	}
	var augmented structured.Lattice
	s.Copy(&augmented)
	for t, gold := range y.Path {
		for j := range s.L {
			if j != gold {
				augmented.NodeAt(t)[j] += h.Cost
			}
		}
	}
	path := make([]int, s.T)
	best, err := w.Viterbi.Decode(path, &augmented)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Reset(s.T, s.L, s.Shape())
		grad.AddPath(path, 1)
		grad.AddPath(y.Path, -1)
	}
	return best - s.PathScore(y.Path), nil
}
