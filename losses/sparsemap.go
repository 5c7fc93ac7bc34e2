package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = SparseMAP{}
	_ General = SparseMAP{}
)

// SparseMAP is the Fenchel-Young loss of the squared norm of the node marginals (Niculae et al. 2018;
// Blondel, Martins & Niculae 2020): over the mixtures of paths, mu their marginals,
//
//	max over mu of [s(mu) - |mu_nodes|^2 / (2 gamma)] + T / (2 gamma) - s(g)
//
// The gradient is mu - 1_g, and mu mixes few paths: one, if it is far enough ahead. The loss is exactly
// 0 where the gold path beats every other one by its Hamming cost / gamma. It is at least perceptron, by at
// most T (1 - 1/L) / (2 gamma), and without edges it is the sparsemax loss of each token (Martins & Astudillo
// 2016). It is convex, smooth in the node scores, and has kinks in those of the edges, which the norm leaves
// out.
//
// On segments the norm is over segments, T is the number of gold ones, and the loss is 0 where the gold segmentation
// beats every other one by the number of gold segments that it lacks / gamma.
//
// An active set of paths finds the maximum, with Viterbi to name the next one in each round: exact to a duality
// gap of 1e-13, relative to the best path's score where that exceeds 1. Nearly level scores may take thousands of
// paths; if the rounds run out before, the value falls short by at most the gap that is left, and the gradient
// is a subgradient to within that gap.
type SparseMAP struct {
	Gamma  float64 // inverse temperature; 0 means 1
	Rounds int     // at most; 0 means 200
}

// Traits implements [HasTraits].
func (SparseMAP) Traits() Traits { return Traits{Convex: true} }

// Eval implements [Loss].
func (m SparseMAP) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(m, grad, s, y, w)
}

// EvalOn implements [General].
func (m SparseMAP) EvalOn(p Problem) (float64, error) {
	rounds := m.Rounds
	if rounds <= 0 {
		rounds = 200
	}
	v, err := p.Mixture(orOne(m.Gamma), rounds, 1)
	if err != nil {
		return 0, err
	}
	p.AddGold(-1)
	return max(v, 0), nil
}
