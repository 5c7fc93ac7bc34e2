package losses

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// uniformCounts returns the expected counts, in the shape of s, of the uniform distribution over the
// paths of finite score: 1/L and 1/L^2 for each position, if s forbids nothing.
func (w *Workspace) uniformCounts(s *structured.Lattice) (*structured.Lattice, error) {
	q := &w.uniform
	forbids := func(x []float64) bool { return slices.Contains(x, math.Inf(-1)) }
	if !forbids(s.Node) && !forbids(s.Edge) {
		q.Resize(s.T, s.L, s.Shape())
		p := 1 / float64(s.L)
		fill(q.Node, p)
		if q.Shape() == structured.SharedEdges {
			fill(q.Edge, float64(max(s.T-1, 0))*p*p)
		} else {
			fill(q.Edge, p*p)
		}
		return q, nil
	}
	// The distribution of scores that are all level.
	level := &w.restricted
	s.Copy(level)
	for _, x := range [][]float64{level.Node, level.Edge} {
		for k, v := range x {
			if v > math.Inf(-1) {
				x[k] = 0
			}
		}
	}
	_, err := w.ForwardBackward.Marginals(q, level, s.Shape())
	return q, err
}

func fill(x []float64, v float64) {
	for k := range x {
		x[k] = v
	}
}

// entropy returns the entropy H of p_{gamma s} in nats, given its log Z, and subtracts weight times its
// gradient from grad: with p(y) = exp(s(y))/Z, H = log Z - E[s], so that dH/ds(e) = -Cov(1(e), s(y)).
func (w *Workspace) entropy(grad, s *structured.Lattice, gamma, logZ, weight float64) (float64, error) {
	p := w.temper(s, gamma)
	finite := &w.restricted // what is forbidden has no probability, and no share in E[s]
	p.Copy(finite)
	for _, x := range [][]float64{finite.Node, finite.Edge} {
		for k, v := range x {
			if math.IsInf(v, -1) {
				x[k] = 0
			}
		}
	}
	var mean float64
	var err error
	if grad == nil {
		mean, err = w.ForwardBackward.Expectation(p, finite)
	} else {
		mean, err = w.ForwardBackward.AddExpectationGradient(grad, p, finite, weight*gamma)
	}
	return max(logZ-mean, 0), err
}
