package losses

import "github.com/trellis-nlp/trellis/structured"

var (
	_ Loss    = TokenMarginal{}
	_ General = TokenMarginal{}
)

// TokenMarginal is -sum_t log mu_s(t, g_t), the log loss of the marginal of each gold label
// (Kakade, Teh & Roweis 2002). It trains each token to be correct on its own, not the path as a
// whole, which matches posterior decoding. It is smooth and not convex. On segments, mu_s(t, j) is
// the probability that a segment of label j covers t.
type TokenMarginal struct {
	Gamma float64 // inverse temperature; 0 means 1
}

// Traits implements [HasTraits].
func (TokenMarginal) Traits() Traits { return Traits{Smooth: true} }

// Eval implements [Loss].
func (m TokenMarginal) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	return evalOn(m, grad, s, y, w)
}

// EvalOn implements [General]. The gold labelling may have score -Inf if each of its labels occurs
// in a labelling of finite score.
func (m TokenMarginal) EvalOn(p Problem) (float64, error) {
	v, err := p.LogMarginals(orOne(m.Gamma), -1)
	return max(-v, 0), err
}
