package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = SmoothedHinge{}
	_ General = SmoothedHinge{}
)

// SmoothedHinge is V(s+c) - s(g), which is [Hinge] with each max of Viterbi's recursion smoothed by
// the squared norm (Mensch & Blondel 2018, after Nesterov 2005):
//
//	max_Omega(x) = max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//	V_t(j) = Node[t][j] + max_Omega over i of (V_{t-1}(i) + Edge[t][i][j]),   V = max_Omega over j of V_{T-1}(j)
//
// It is smooth and convex. It lies between hinge and softmax-margin of the same gamma, and exceeds
// hinge by at most T (1 - 1/L) / (2 gamma). Unlike softmax-margin, it is exactly 0, with gradient
// 0, if the gold path wins by a sufficient margin. For one token and two labels it is the smooth
// hinge of Rennie & Srebro (2005).
//
// The recursion runs from left to right; from right to left, the value would differ slightly. On
// segments and in order 2, the recursion of that structure is smoothed.
type SmoothedHinge struct {
	Cost  structured.Cost // nil means Hamming
	Scale float64         // of the cost; 0 means 1
	Gamma float64         // sharpness: the maxima are smoothed over a width of 1 / gamma; 0 means 1
}

// Traits implements [HasTraits].
func (SmoothedHinge) Traits() Traits { return Traits{Smooth: true, Convex: true} }

// Eval implements [Loss].
func (h SmoothedHinge) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(h, grad, s, y, w)
}

// EvalOn implements [General].
func (h SmoothedHinge) EvalOn(p Problem) (float64, error) {
	score, err := p.Gold()
	if err != nil {
		return 0, err
	}
	v, err := p.SmoothMax(h.Cost, orOne(h.Scale), orOne(h.Gamma), 1)
	if err != nil {
		return 0, err
	}
	p.AddGold(-1)
	return max(v-score, 0), nil
}
