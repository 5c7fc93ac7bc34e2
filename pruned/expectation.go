package pruned

import (
	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
)

// Expectation returns E[c] = sum_y p(y) c(y), the expectation of lattice c under scores s. c must
// be over the kept labels of s and of the same or a lower order. Its numbers must be finite.
func (w *Workspace) Expectation(s, c *Lattice) (float64, error) {
	if err := liesOver(c, s); err != nil {
		return 0, err
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	return w.prefixMeans(c)
}

// AddExpectationGradient adds g times the gradient of E[c] with respect to the scores s to dst,
// which must have the shape of s. It returns E[c]. The gradient is the covariance of c with the
// indicator of each label, pair and triple, p(e) (E[c | e] - E[c]), with
//
//	E[c | a, b, c] = A_{t-1}(a, b) + W(a, b, c) + U(b, c) + B_t(b, c)
//
// Here W and U are those of c. A_t is the expected c of the prefix up to t, given the state at t,
// and B_t that of the suffix after t. This is the first-order expectation semiring (Li & Eisner
// 2009) in the form of conditional means. It takes as long as the recursion. On error, dst is
// unchanged.
func (w *Workspace) AddExpectationGradient(dst, s, c *Lattice, g float64) (float64, error) {
	if err := sameShape(dst, s); err != nil {
		return 0, err
	}
	if err := liesOver(c, s); err != nil {
		return 0, err
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	mean, err := w.prefixMeans(c)
	if err != nil {
		return 0, err
	}
	clear(w.after[:len(w.states(s.Len()-1))])
	for t := s.Len() - 1; t >= 0; t-- {
		p := s.step(t)
		node, edge := dst.NodeAt(t), dst.EdgeAt(t)
		prefix := w.prefix[w.stateAt[t]:w.stateAt[t+1]]
		for k, mu := range w.mu[:p.b*p.c] {
			v := g * mu * (prefix[k] + w.after[k] - mean)
			node[k%p.c] += v
			if s.order == 2 && t >= 1 {
				edge[k] += v
			}
		}
		for k, u := range w.entered(c, t) {
			w.after[k] += u
		}
		weights := edge
		if s.order == 2 {
			weights = dst.TripleAt(t)
		}
		w.addStepCovariance(weights, weightsOf(c, s, t), t, mean, g)
		w.mu, w.prev = w.prev, w.mu
		w.after, w.before = w.before, w.after
	}
	return mean, nil
}

// addStepCovariance adds g times the covariances of the step to t to dst, unless the step has no
// weights. It fills prev and before with the marginals and expected suffixes of the states at t-1.
// after holds the expected suffixes from the states at t on, including these states. A nil cost
// means zeros.
func (w *Workspace) addStepCovariance(dst, cost []float64, t int, mean, g float64) {
	p, share, weighted := w.s.step(t), w.shares(t), w.s.step(t).weight != nil
	for ab := range p.a * p.b {
		at, before := ab%p.b*p.c, 0.0
		if t > 0 {
			before = w.prefix[w.stateAt[t-1]+ab] - mean
		}
		mass, sum := 0.0, 0.0
		for k, mu := range w.mu[at : at+p.c] {
			q, v := mu, w.after[at+k]
			if weighted {
				q *= share[ab*p.c+k]
				if cost != nil {
					v += cost[ab*p.c+k]
				}
				dst[ab*p.c+k] += g * q * (before + v)
			} else {
				q *= share[ab]
			}
			mass += q
			sum += q * v
		}
		w.prev[ab], w.before[ab] = mass, 0
		if mass > 0 {
			w.before[ab] = sum / mass
		}
	}
}

// prefixMeans runs the forward recursion and returns E[c]. It fills prefix with A_t of each state,
// and mu with the marginals of the last states.
func (w *Workspace) prefixMeans(c *Lattice) (float64, error) {
	logZ, err := w.forward()
	if err != nil {
		return 0, err
	}
	s := w.s
	n := s.Len()
	w.prefix = vec.Resize(w.prefix, len(w.alpha))
	w.after, w.before = vec.Resize(w.after, len(w.mu)), vec.Resize(w.before, len(w.mu))
	for t := range n {
		p, share, cost := s.step(t), w.shares(t), weightsOf(c, s, t)
		out := w.prefix[w.stateAt[t]:w.stateAt[t+1]]
		copy(out, w.entered(c, t))
		if t == 0 {
			continue
		}
		in := w.prefix[w.stateAt[t-1]:w.stateAt[t]]
		for ab, v := range in {
			to := out[ab%p.b*p.c:][:p.c]
			for k := range to {
				switch {
				case p.weight == nil:
					to[k] += share[ab] * v
				case cost == nil:
					to[k] += share[ab*p.c+k] * v
				default:
					to[k] += share[ab*p.c+k] * (v + cost[ab*p.c+k])
				}
			}
		}
	}
	last := w.states(n - 1)
	simd.Exp(w.mu[:len(last)], last, logZ)
	return simd.Dot(w.mu[:len(last)], w.prefix[w.stateAt[n-1]:w.stateAt[n]]), nil
}

// entered returns U of c at t for the states of the workspace scores.
func (w *Workspace) entered(c *Lattice, t int) []float64 {
	node := c.NodeAt(t)
	p := w.s.step(t)
	w.enter = vec.Resize(w.enter, p.b*p.c)
	for k := range w.enter {
		w.enter[k] = node[k%p.c]
	}
	if w.s.order == 2 {
		for k, v := range c.EdgeAt(t) {
			w.enter[k] += v
		}
	}
	return w.enter
}

// weightsOf returns W of c at t for the states of s; nil means zeros.
func weightsOf(c, s *Lattice, t int) []float64 {
	switch {
	case s.order == 2 && c.order == 2 && t >= 2:
		return c.TripleAt(t)
	case s.order == 1 && c.order == 1 && t >= 1:
		return c.EdgeAt(t)
	}
	return nil
}
