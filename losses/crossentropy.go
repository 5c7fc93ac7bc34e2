package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

var _ Loss = CrossEntropy{}

// CrossEntropy is the loss of a conditional random field, log Z(s) - s(g): minus the log
// probability of the gold path. It takes every kind of target: a soft one gives the cross-entropy
// with its distribution (up to its entropy, which no score moves), a partial one minus the log
// probability of its set of paths.
//
// Two regularizers keep it from being too sure. Smoothing mixes the loss for the target with that
// for the uniform distribution over all paths of finite score (Szegedy et al. 2016, here over
// paths). Entropy subtracts so much of the entropy of p_s: a penalty on confidence if positive
// (Pereyra et al. 2017), on doubt if negative (Grandvalet & Bengio 2004).
type CrossEntropy struct {
	Gamma     float64 // inverse temperature; 0 means 1
	Smoothing float64 // share of the uniform distribution in the target, in [0, 1)
	Entropy   float64 // weight of the entropy that is subtracted
}

// Traits implements [HasTraits]. Partial targets make it non-convex.
func (c CrossEntropy) Traits() Traits { return Traits{Smooth: true, Convex: c.Entropy == 0} }

// Eval implements [Loss].
func (c CrossEntropy) Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	if err := y.Check(s); err != nil {
		return 0, err
	}
	gamma := orOne(c.Gamma)
	logZ, err := w.logZ(grad, s, s, gamma)
	if err != nil {
		return 0, err
	}
	score, err := w.targetScore(grad, s, y, gamma, 1-c.Smoothing)
	if err != nil {
		return 0, err
	}
	if c.Smoothing == 0 && c.Entropy == 0 {
		if y.Soft == nil {
			return max(logZ-score, 0), nil
		}
		return logZ - score, nil
	}
	v := logZ - (1-c.Smoothing)*score
	if c.Smoothing != 0 {
		q, err := w.uniformCounts(s)
		if err != nil {
			return 0, err
		}
		score, err := w.expectedScore(grad, s, q, c.Smoothing)
		if err != nil {
			return 0, err
		}
		v -= c.Smoothing * score
	}
	if c.Entropy != 0 {
		h, err := w.entropy(grad, s, gamma, gamma*logZ, c.Entropy)
		if err != nil {
			return 0, err
		}
		v -= c.Entropy * h
	}
	return v, nil
}

// targetScore returns the score of a target of any kind and subtracts weight times its gradient from
// grad.
func (w *Workspace) targetScore(grad, s *structured.Lattice, y structured.Target, gamma, weight float64) (float64, error) {
	switch {
	case y.Soft != nil:
		return w.expectedScore(grad, s, y.Soft, weight)
	case y.Partial != nil:
		return w.scoreOfSet(grad, s, y.Partial, gamma, weight)
	}
	score := s.PathScore(y.Path)
	if math.IsInf(score, -1) {
		return 0, fmt.Errorf("%w: gold path", ErrForbidden)
	}
	if grad != nil {
		grad.AddPath(y.Path, -weight)
	}
	return score, nil
}

// expectedScore returns sum_e q(e) s(e) and subtracts weight times q from grad.
func (w *Workspace) expectedScore(grad, s, q *structured.Lattice, weight float64) (float64, error) {
	sum := 0.0
	add := func(grad, s, q []float64) {
		for k, p := range q {
			if p != 0 {
				sum += p * s[k]
				if grad != nil {
					grad[k] -= weight * p
				}
			}
		}
	}
	var gn, ge []float64
	if grad != nil {
		gn = grad.Node
	}
	add(gn, s.Node, q.Node)
	if len(s.Edge) > 0 {
		n := s.L * s.L
		for at := 0; at < len(q.Edge) && s.T > 1; at += n { // once, if q shares its edges as s does
			of := at % len(s.Edge)
			if grad != nil {
				ge = grad.Edge[of : of+n]
			}
			add(ge, s.Edge[of:of+n], q.Edge[at:at+n])
		}
	}
	if math.IsInf(sum, -1) {
		return 0, fmt.Errorf("%w: soft target", ErrForbidden)
	}
	return sum, nil
}

// scoreOfSet returns (1/gamma) log Z of gamma s over the paths of a partial target and subtracts
// weight times their marginals from grad.
func (w *Workspace) scoreOfSet(grad, s, partial *structured.Lattice, gamma, weight float64) (float64, error) {
	if err := structured.AddScaled(&w.restricted, s, partial, 1); err != nil {
		return 0, err
	}
	logZ, err := w.addLogZ(grad, &w.restricted, gamma, -weight)
	if errors.Is(err, structured.ErrNoPath) {
		err = fmt.Errorf("%w: every path of a partial target", ErrForbidden)
	}
	return logZ, err
}
