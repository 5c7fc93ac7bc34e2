package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = Perceptron{}
	_ General = Perceptron{}
)

// Perceptron is max_y s(y) - s(g), which is zero if the gold path is the best path. Subgradient
// steps on it are the structured perceptron of Collins (2002).
type Perceptron struct{}

// Traits implements [HasTraits].
func (Perceptron) Traits() Traits { return Traits{Convex: true, PathDifference: true} }

// Eval implements [Loss].
func (l Perceptron) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(l, grad, s, y, w)
}

// EvalOn implements [General]. The decoder breaks ties, so the subgradient can move away from zero
// scores.
func (Perceptron) EvalOn(p Problem) (float64, error) { return margin(p, nil, 0, false) }

// margin returns max_y (s + scale c)(y) - s(g), or its square, and adds its subgradient.
func margin(p Problem, c structured.Cost, scale float64, squared bool) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	best, err := p.Max(c, scale)
	if err != nil {
		return 0, err
	}
	h, g := max(best-score, 0), 1.0
	if squared {
		h, g = h*h, 2*h
	}
	p.AddBest(g)
	p.AddGold(-g)
	return h, nil
}
