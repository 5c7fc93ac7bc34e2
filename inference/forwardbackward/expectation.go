package forwardbackward

import (
	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/structured"
)

// Expectation returns E[c] = sum_y p(y) c(y) of the lattice c, whose numbers are finite, under
// scores s: a sum over marginals.
func (w *Workspace) Expectation(s, c *structured.Lattice) (float64, error) {
	if err := sameSize(c, s); err != nil {
		return 0, err
	}
	if _, err := w.forwardBackward(s); err != nil {
		return 0, err
	}
	return w.expectation(c), nil
}

func (w *Workspace) expectation(c *structured.Lattice) float64 {
	l := c.L
	w.row, w.mat = grow(w.row, l), grow(w.mat, l*l)
	sum := 0.0
	for t := range c.T {
		w.nodeMarginals(w.row, t)
		sum += simd.Dot(w.row, c.NodeAt(t))
		if t > 0 && len(c.Edge) > 0 {
			w.edgeMarginals(w.mat, t)
			sum += simd.Dot(w.mat, c.EdgeAt(t))
		}
	}
	return sum
}

// AddExpectationGradient adds g times the gradient of E[c] with respect to the scores s to dst, in
// the edge shape that dst has, and returns E[c]. The gradient is the covariance of c with the
// indicator of each node and edge,
//
//	dE[c]/ds(e) = p(e) (E[c | e] - E[c]),
//	E[c | y_{t-1} = i, y_t = j] = A_{t-1}(i) + Edge(t,i,j) + Node(t,j) + B_t(j)
//
// with A_t(j) the expected c of the prefix that ends in node (t, j), that node included, and B_t(j)
// of the suffix after it: the first-order expectation semiring of Li & Eisner (2009), in the form
// of conditional means, in O(T L^2). dst is left as it was where it returns an error.
func (w *Workspace) AddExpectationGradient(dst, s, c *structured.Lattice, g float64) (float64, error) {
	if err := sameSize(dst, s); err != nil {
		return 0, err
	}
	if err := sameSize(c, s); err != nil {
		return 0, err
	}
	if _, err := w.forwardBackward(s); err != nil || s.T == 0 {
		return 0, err
	}
	mean := w.conditionalMeans(c)
	l := s.L
	for t := range s.T {
		w.nodeMarginals(w.row, t)
		a, b := w.prefix[t*l:(t+1)*l], w.suffix[t*l:(t+1)*l]
		to := dst.NodeAt(t)
		for j, p := range w.row {
			to[j] += g * p * (a[j] + b[j] - mean)
		}
		if t == 0 || len(dst.Edge) == 0 {
			continue
		}
		w.edgeMarginals(w.mat, t)
		edge, cost, before := dst.EdgeAt(t), c.EdgeAt(t), w.prefix[(t-1)*l:t*l]
		after := w.row2
		for j, v := range c.NodeAt(t) {
			after[j] = v + b[j] - mean
		}
		for i, x := range before {
			row := edge[i*l : (i+1)*l]
			p := w.mat[i*l : (i+1)*l]
			if cost == nil {
				for j := range row {
					row[j] += g * p[j] * (x + after[j])
				}
				continue
			}
			e := cost[i*l : (i+1)*l]
			for j := range row {
				row[j] += g * p[j] * (x + e[j] + after[j])
			}
		}
	}
	return mean, nil
}

// conditionalMeans fills prefix (A) and suffix (B) for c and returns E[c]. A label of marginal 0
// has no mean: its entries are 0 and nothing reads them but a product with 0.
func (w *Workspace) conditionalMeans(c *structured.Lattice) (mean float64) {
	l, last := c.L, c.T-1
	n := c.T * l
	w.prefix, w.suffix = grow(w.prefix, n), grow(w.suffix, n)
	w.row, w.row2, w.mat = grow(w.row, l), grow(w.row2, l), grow(w.mat, l*l)
	a := w.prefix[:l]
	copy(a, c.NodeAt(0))
	clear(w.suffix[last*l:])
	for t := 1; t <= last; t++ {
		w.edgeMarginals(w.mat, t)
		next, mass := w.prefix[t*l:(t+1)*l], w.row
		clear(next)
		clear(mass)
		e := c.EdgeAt(t)
		for i, x := range a {
			for j, p := range w.mat[i*l : (i+1)*l] {
				mass[j] += p
				next[j] += p * x
			}
			if e != nil {
				row := e[i*l : (i+1)*l]
				for j, p := range w.mat[i*l : (i+1)*l] {
					next[j] += p * row[j]
				}
			}
		}
		for j, v := range c.NodeAt(t) {
			if mass[j] > 0 {
				next[j] = next[j]/mass[j] + v
			}
		}
		a = next
	}
	w.nodeMarginals(w.row, last)
	for j, p := range w.row {
		if p > 0 {
			mean += p * a[j]
		}
	}
	for t := last; t > 0; t-- {
		w.edgeMarginals(w.mat, t)
		b, before, ahead := w.suffix[t*l:(t+1)*l], w.suffix[(t-1)*l:t*l], w.row2
		for j, v := range c.NodeAt(t) {
			ahead[j] = v + b[j]
		}
		e := c.EdgeAt(t)
		for i := range before {
			row := w.mat[i*l : (i+1)*l]
			mass := 0.0
			for _, p := range row {
				mass += p
			}
			before[i] = 0
			if mass > 0 {
				x := simd.Dot(row, ahead)
				if e != nil {
					x += simd.Dot(row, e[i*l:(i+1)*l])
				}
				before[i] = x / mass
			}
		}
	}
	return mean
}
