package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

var _ Loss = TokenMarginal{}

// TokenMarginal is -sum_t log mu_s(t, g_t), the log loss of each gold label's marginal (Kakade, Teh &
// Roweis 2002): it wants every token right on its own, as posterior decoding reads the model, and
// not the whole path. It is smooth, and not convex.
type TokenMarginal struct {
	Gamma float64 // inverse temperature; 0 means 1
}

// Traits implements [HasTraits].
func (TokenMarginal) Traits() Traits { return Traits{Smooth: true} }

// rare is the marginal from which on log mu(t, j) is the difference of two log Z: the weight 1/mu of
// anything rarer would come near the end of the numbers.
const rare = 1e-100

// Eval implements [Loss]. The gold path may have score -Inf if each of its labels lies on a path that
// has not.
//
// With P the probability under p_s, the gradient of -log mu(t, j) is mu(e) - P(e | y_t = j). The sum over
// positions is minus the covariance of the indicators with the lattice that weighs each gold node by
// 1/mu(t, g_t): one expected-cost recursion, O(T L^2).
func (m TokenMarginal) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	if err := onlyPath(s, y, "token-marginal"); err != nil {
		return 0, err
	}
	gamma := orOne(m.Gamma)
	p := w.temper(s, gamma)
	mu := &w.augmented
	logZ, err := w.ForwardBackward.Marginals(mu, p, structured.NoEdges)
	if err != nil {
		return 0, err
	}
	if grad != nil {
		grad.Reset(s.T, s.L, s.Shape())
	}
	weight := &w.cost
	weight.Reset(s.T, s.L, structured.NoEdges)
	sum, rares := 0.0, 0
	for t, g := range y.Path {
		q := mu.NodeAt(t)[g]
		if q > rare {
			sum -= math.Log(min(q, 1))
			weight.NodeAt(t)[g] = 1 / q
			continue
		}
		logZt, err := w.through(grad, p, t, g)
		if err != nil {
			return 0, err
		}
		sum += logZ - logZt
		rares++
	}
	if grad == nil {
		return sum / gamma, nil
	}
	if rares > 0 {
		if _, err := w.ForwardBackward.AddMarginals(grad, p, float64(rares)); err != nil {
			return 0, err
		}
	}
	if rares < s.T {
		if _, err := w.ForwardBackward.AddExpectationGradient(grad, p, weight, -1); err != nil {
			return 0, err
		}
	}
	return sum / gamma, nil
}

// through returns log Z over the paths of label j at t and, unless grad is nil, takes their
// marginals from it.
func (w *Workspace) through(grad, p *structured.Lattice, t, j int) (float64, error) {
	r := &w.restricted
	p.Copy(r)
	row := r.NodeAt(t)
	v := row[j]
	fill(row, math.Inf(-1))
	row[j] = v
	logZ, err := w.addLogZ(grad, r, 1, -1)
	if errors.Is(err, structured.ErrNoPath) {
		err = fmt.Errorf("%w: gold label %d at position %d", ErrForbidden, j, t)
	}
	return logZ, err
}
