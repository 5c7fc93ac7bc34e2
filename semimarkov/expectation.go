package semimarkov

import (
	"github.com/trellis-nlp/trellis/internal/simd"

	"github.com/trellis-nlp/trellis/internal/vec"
)

// Expectation returns E[c] = sum_y p(y) c(y), the expectation of lattice c under scores s. The
// numbers of c must be finite.
func (w *Workspace) Expectation(s, c *Lattice) (float64, error) {
	if err := sameSize(c, s); err != nil {
		return 0, err
	}
	logZ, done, err := w.infer(s)
	if done {
		return 0, err
	}
	l, start, sum := s.L, w.left, 0.0
	for t := range s.T {
		w.startMarginals(start, t, logZ)
		cost, share := c.From(t), w.shareAt(t)
		for k := 0; k < len(cost); k += l {
			for j, v := range cost[k : k+l] {
				sum += start[j] * share[k+j] * v
			}
		}
	}
	for t := 1; t < s.T && len(c.Edge) > 0; t++ {
		w.edgeMarginals(w.mat, t, logZ)
		sum += simd.Dot(w.mat, c.EdgeAt(t))
	}
	return sum, nil
}

// AddExpectationGradient adds g times the gradient of E[c] with respect to the scores s to dst, in
// the edge shape of dst. It returns E[c]. The gradient is the covariance of c with the indicator of
// each segment and edge, p(e) (E[c | e] - E[c]), with
//
//	E[c | segment (t, t+d, j)] = A'_t(j) + Segment[t][d][j] + B_{t+d}(j)
//	E[c | edge (t, i, j)]      = A_t(i) + Edge[t][i][j] + B'_t(j)
//
// A and A' are the expected c of the prefix up to a boundary, given the label that ends or starts
// there. B and B' are the same for the suffix. This is the first-order expectation semiring (Li &
// Eisner 2009) in the form of conditional means. It takes O(T (M L + L^2)) time. c must be finite.
// On error, dst is unchanged.
func (w *Workspace) AddExpectationGradient(dst, s, c *Lattice, g float64) (float64, error) {
	if err := sameSize(dst, s); err != nil {
		return 0, err
	}
	if err := sameSize(c, s); err != nil {
		return 0, err
	}
	logZ, done, err := w.infer(s)
	if done {
		return 0, err
	}
	mean := w.prefixMeans(c, logZ)
	l := s.L
	w.suffix, w.leave = vec.Resize(w.suffix, (s.T+1)*l), vec.Resize(w.leave, l)
	clear(w.suffix[s.T*l:])
	for t := s.T - 1; t >= 0; t-- {
		w.addSegmentCovariance(dst, c, t, mean, g)
		if t > 0 {
			w.edgeMarginals(w.mat, t, logZ)
			w.addEdgeCovariance(dst.EdgeAt(t), c.EdgeAt(t), t, mean, g)
		}
	}
	return mean, nil
}

// prefixMeans fills start, prefix and enter for c and returns E[c]. An entry with marginal 0 has no
// mean: it is 0 and only enters products with 0.
func (w *Workspace) prefixMeans(c *Lattice, logZ float64) (mean float64) {
	s := w.s
	l := s.L
	w.start, w.enter = vec.Resize(w.start, s.T*l), vec.Resize(w.enter, s.T*l)
	w.prefix = vec.Resize(w.prefix, (s.T+1)*l)
	for t := range s.T {
		w.startMarginals(w.start[t*l:(t+1)*l], t, logZ)
	}
	clear(w.enter[:l])
	mass := w.sum
	for e := 1; e <= s.T; e++ {
		prefix := w.prefix[e*l : (e+1)*l]
		clear(prefix)
		clear(mass)
		for d := 1; d <= min(s.M, e); d++ {
			t := e - d
			start, enter := w.start[t*l:(t+1)*l], w.enter[t*l:(t+1)*l]
			share := w.shareAt(t)[(d-1)*l : d*l]
			for j, v := range c.At(t, d) {
				p := start[j] * share[j]
				mass[j] += p
				prefix[j] += p * (enter[j] + v)
			}
		}
		for j, p := range mass {
			if e == s.T {
				mean += prefix[j]
			}
			if p > 0 {
				prefix[j] /= p
			}
		}
		if e < s.T {
			w.edgeMarginals(w.mat, e, logZ)
			w.enterMeans(c.EdgeAt(e), e)
		}
	}
	return mean
}

// enterMeans fills enter at t from prefix at t and the edge marginals in mat.
func (w *Workspace) enterMeans(cost []float64, t int) {
	l, mass := w.s.L, w.sum
	enter := w.enter[t*l : (t+1)*l]
	clear(enter)
	clear(mass)
	for i, a := range w.prefix[t*l : (t+1)*l] {
		for j, p := range w.mat[i*l : (i+1)*l] {
			mass[j] += p
			if cost != nil {
				enter[j] += p * (a + cost[i*l+j])
			} else {
				enter[j] += p * a
			}
		}
	}
	for j, p := range mass {
		if p > 0 {
			enter[j] /= p
		}
	}
}

// addSegmentCovariance adds the gradient of the segments that start at t to dst, and fills leave.
func (w *Workspace) addSegmentCovariance(dst, c *Lattice, t int, mean, g float64) {
	l := c.L
	cost, to, share, suffix := c.From(t), dst.From(t), w.shareAt(t), w.suffix[(t+1)*l:]
	start, enter := w.start[t*l:(t+1)*l], w.enter[t*l:(t+1)*l]
	clear(w.leave)
	for k := 0; k < len(cost); k += l {
		for j, v := range cost[k : k+l] {
			v += suffix[k+j]
			w.leave[j] += share[k+j] * v
			to[k+j] += g * start[j] * share[k+j] * (enter[j] + v - mean)
		}
	}
}

// addEdgeCovariance adds the gradient of the edges at t to dst, unless dst is nil, and fills suffix
// at t. mat must hold the marginals of the edges.
func (w *Workspace) addEdgeCovariance(dst, cost []float64, t int, mean, g float64) {
	l := w.s.L
	suffix := w.suffix[t*l : (t+1)*l]
	for i, a := range w.prefix[t*l : (t+1)*l] {
		sum, mass := 0.0, 0.0
		for j, p := range w.mat[i*l : (i+1)*l] {
			v := w.leave[j]
			if cost != nil {
				v += cost[i*l+j]
			}
			mass += p
			sum += p * v
			if dst != nil {
				dst[i*l+j] += g * p * (a + v - mean)
			}
		}
		suffix[i] = 0
		if mass > 0 {
			suffix[i] = sum / mass
		}
	}
}
