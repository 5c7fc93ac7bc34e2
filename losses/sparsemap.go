package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = SparseMAP{}
	_ General = SparseMAP{}
)

// SparseMAP is the Fenchel-Young loss of the squared norm of the node marginals (Niculae et al.
// 2018; Blondel, Martins & Niculae 2020). Over the mixtures of paths, with mu their marginals, it
// is
//
//	max over mu of [s(mu) - |mu_nodes|^2 / (2 gamma)] + T / (2 gamma) - s(g)
//
// The gradient is mu - 1_g. The maximising mu mixes few paths, and only one if that path is far
// enough ahead. Properties:
//
//   - The loss is exactly 0 if the gold path beats every other path by its Hamming cost / gamma.
//   - It is at least perceptron, and exceeds it by at most T (1 - 1/L) / (2 gamma).
//   - Without edges it is the sum of the sparsemax losses of the tokens (Martins & Astudillo 2016).
//   - It is convex, and smooth in the node scores. In the edge scores it is non-smooth, because the
//     norm does not include edges.
//
// On segments, the norm is over segments and T is the number of gold segments. The loss is 0 if the
// gold segmentation beats every other one by the number of gold segments that the other one lacks /
// gamma.
//
// An active-set method finds the maximum; Viterbi finds the next path in each round. The result is
// exact up to a duality gap of 1e-13, relative to the score of the best path if that exceeds 1.
// Nearly equal scores may need thousands of paths. If the rounds run out first, the value is too
// low by at most the remaining gap, and the gradient is a subgradient within that gap.
type SparseMAP struct {
	Gamma  float64 // inverse temperature; 0 means 1
	Rounds int     // maximum number of rounds; 0 means 200
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
