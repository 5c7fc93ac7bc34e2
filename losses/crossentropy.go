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
type CrossEntropy struct {
	Gamma float64 // inverse temperature; 0 means 1
}

// Traits implements [Described]. Partial targets make it non-convex.
func (CrossEntropy) Traits() Traits { return Traits{Smooth: true, Convex: true} }

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
	switch {
	case y.Soft != nil:
		score, err := w.expectedScore(grad, s, y.Soft)
		return logZ - score, err
	case y.Partial != nil:
		score, err := w.scoreOfSet(grad, s, y.Partial, gamma)
		return max(logZ-score, 0), err
	}
	score := s.PathScore(y.Path)
	if math.IsInf(score, -1) {
		return 0, fmt.Errorf("%w: gold path", ErrForbidden)
	}
	if grad != nil {
		grad.AddPath(y.Path, -1)
	}
	return max(logZ-score, 0), nil
}

// expectedScore returns sum_e q(e) s(e) and subtracts q from grad.
func (w *Workspace) expectedScore(grad, s, q *structured.Lattice) (float64, error) {
	sum := 0.0
	add := func(grad, s, q []float64) {
		for k, p := range q {
			if p != 0 {
				sum += p * s[k]
				if grad != nil {
					grad[k] -= p
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
// their marginals from grad.
func (w *Workspace) scoreOfSet(grad, s, partial *structured.Lattice, gamma float64) (float64, error) {
	if err := structured.AddScaled(&w.restricted, s, partial, 1); err != nil {
		return 0, err
	}
	set := w.temper(&w.restricted, gamma)
	var logZ float64
	var err error
	if grad == nil {
		logZ, err = w.ForwardBackward.LogZ(set)
	} else {
		logZ, err = w.ForwardBackward.AddMarginals(grad, set, -1)
	}
	if errors.Is(err, structured.ErrNoPath) {
		err = fmt.Errorf("%w: every path of a partial target", ErrForbidden)
	}
	return logZ / gamma, err
}
