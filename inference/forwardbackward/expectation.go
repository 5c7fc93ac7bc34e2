package forwardbackward

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Expectation returns E[c] = sum_y p(y) c(y), the expectation of lattice c under scores s. The
// numbers of c must be finite.
func (w *Workspace) Expectation(s, c *structured.Lattice) (float64, error) {
	if err := sameSize(c, s); err != nil {
		return 0, err
	}
	if _, err := w.forwardBackward(s); err != nil {
		return 0, err
	}
	return w.expectation(w.plain(c)), nil
}

// plain returns c without sparse edges. Forbidden edges, which have probability 0, become zero.
func (w *Workspace) plain(c *structured.Lattice) *structured.Lattice {
	if c.Pairs == nil {
		return c
	}
	c.Dense(&w.cost)
	for k, v := range w.cost.Edge {
		if math.IsInf(v, -1) {
			w.cost.Edge[k] = 0
		}
	}
	return &w.cost
}

func (w *Workspace) expectation(c *structured.Lattice) float64 {
	l := c.L
	w.row = vec.Resize(w.row, l)
	if len(c.Edge) > 0 {
		w.mat = vec.Resize(w.mat, l*l)
	}
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
// the edge shape of dst. It returns E[c]. The gradient is the covariance of c with the indicator of
// each node and edge,
//
//	dE[c]/ds(e) = p(e) (E[c | e] - E[c]),
//	E[c | y_{t-1} = i, y_t = j] = A_{t-1}(i) + Edge(t,i,j) + Node(t,j) + B_t(j)
//
// where A_t(j) is the expected c of the prefix that ends in node (t, j), including that node, and
// B_t(j) that of the suffix after it. This is the first-order expectation semiring of Li & Eisner
// (2009) in the form of conditional means. It takes O(T L^2) time. On error, dst is unchanged.
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
	c = w.plain(c)
	mean := w.conditionalMeans(c)
	l := s.L
	for t := range s.T {
		w.nodeMarginals(w.row, t)
		a, b := w.prefix[t*l:(t+1)*l], w.suffix[t*l:(t+1)*l]
		to := dst.NodeAt(t)
		for j, p := range w.row {
			to[j] += g * p * (a[j] + b[j] - mean)
		}
	}
	if len(dst.Edge) == 0 || s.T < 2 {
		return mean, nil
	}
	if dst.Shape() == structured.SharedEdges && s.Shape() == structured.SharedEdges && len(c.Edge) == 0 && !w.logs {
		w.covarianceFactors(c, mean)
		w.mat = vec.Resize(w.mat, l*l)
		simd.SumOuter(w.mat, w.left, w.right, l)
		simd.MulAdd(dst.Edge, g, w.edge, w.mat)
		return mean, nil
	}
	if w.sparsely(dst) && len(c.Edge) == 0 {
		w.covarianceFactors(c, mean)
		w.sparse.sumOuter(w.left, w.right, 2*(s.T-1))
		simd.Axpy(dst.Edge, g, w.sparse.dots)
		return mean, nil
	}
	w.mat = vec.Resize(w.mat, l*l)
	for t := 1; t < s.T; t++ {
		w.edgeMarginals(w.mat, t)
		cost, before, after := c.EdgeAt(t), w.prefix[(t-1)*l:t*l], w.ahead(c, t, mean)
		for i, x := range before {
			p := w.mat[i*l : (i+1)*l]
			if cost == nil {
				for j := range p {
					p[j] *= x + after[j]
				}
				continue
			}
			e := cost[i*l : (i+1)*l]
			for j := range p {
				p[j] *= x + e[j] + after[j]
			}
		}
		addEdges(dst, t, g, w.mat)
	}
	return mean, nil
}

// ahead returns Node(t,j) + B_t(j) - mean for every label j, in w.row2.
func (w *Workspace) ahead(c *structured.Lattice, t int, mean float64) []float64 {
	b := w.suffix[t*c.L : (t+1)*c.L]
	for j, v := range c.NodeAt(t) {
		w.row2[j] = v + b[j] - mean
	}
	return w.row2
}

// covarianceFactors sets left and right for a gradient of shared edges and a c without edges. As
// for expected counts, the potential is the same at all positions. It multiplies a sum of outer
// products once:
//
//	sum_t alpha_{t-1}(i) A_{t-1}(i) into_t(j) + alpha_{t-1}(i) into_t(j) ahead_t(j)
func (w *Workspace) covarianceFactors(c *structured.Lattice, mean float64) {
	l, n := c.L, (c.T-1)*c.L
	w.left, w.right = vec.Resize(w.left, 2*n), vec.Resize(w.right, 2*n)
	alpha, into := w.alpha[:n], w.into[l:]
	simd.Mul(w.left, 1, alpha, w.prefix[:n])
	copy(w.right, into)
	copy(w.left[n:], alpha)
	for t := 1; t < c.T; t++ {
		at := (t - 1) * l
		simd.Mul(w.right[n+at:n+at+l], 1, into[at:at+l], w.ahead(c, t, mean))
	}
}

// conditionalMeans fills prefix (A) and suffix (B) for c and returns E[c]. A label of marginal 0
// has no mean: its entries are 0 and only enter products with 0.
func (w *Workspace) conditionalMeans(c *structured.Lattice) (mean float64) {
	l, last := c.L, c.T-1
	n := c.T * l
	w.prefix, w.suffix = vec.Resize(w.prefix, n), vec.Resize(w.suffix, n)
	w.row, w.row2 = vec.Resize(w.row, l), vec.Resize(w.row2, l)
	copy(w.prefix[:l], c.NodeAt(0))
	clear(w.suffix[last*l:])
	// Without costs on the edges, only the means of the previous labels are averaged, and the
	// weights can stay factored.
	factored := !w.logs && w.s.Shape() != structured.NoEdges && len(c.Edge) == 0
	if !factored {
		w.mat = vec.Resize(w.mat, l*l)
	}
	for t := 1; t <= last; t++ {
		if factored {
			w.factoredPrefix(c, t)
		} else {
			w.edgeMarginals(w.mat, t)
			w.prefixMeans(c, t)
		}
	}
	w.nodeMarginals(w.row, last)
	for j, p := range w.row {
		if p > 0 {
			mean += p * w.prefix[last*l+j]
		}
	}
	for t := last; t > 0; t-- {
		if factored {
			w.factoredSuffix(c, t)
		} else {
			w.edgeMarginals(w.mat, t)
			w.suffixMeans(c, t)
		}
	}
	return mean
}

// factoredPrefix sets
//
//	A_t(j) = sum_i alpha(i) e(i,j) A_{t-1}(i) / sum_i alpha(i) e(i,j) + Node(t,j).
func (w *Workspace) factoredPrefix(c *structured.Lattice, t int) {
	l := c.L
	from, next := w.prefix[(t-1)*l:t*l], w.prefix[t*l:(t+1)*l]
	before := w.alpha[(t-1)*l : t*l]
	node, alpha, norm := w.node[t*l:(t+1)*l], w.alpha[t*l:(t+1)*l], w.norm[t]
	simd.Mul(w.row, 1, before, from)
	if w.s.Pairs == nil {
		simd.VecMat(next, w.row, w.edgeAt(t))
	} else {
		for j, a := range alpha {
			w.row2[j] = math.Inf(1)
			if a != 0 {
				w.row2[j] = a * norm / node[j]
			}
		}
		w.sparse.row(next, w.row, w.row2, before)
	}
	for j, v := range c.NodeAt(t) {
		if alpha[j] == 0 {
			next[j] = 0
			continue
		}
		next[j] = next[j]*node[j]/(alpha[j]*norm) + v
	}
}

// factoredSuffix sets B_{t-1}(i) = sum_j e(i,j) into_t(j) (Node(t,j) + B_t(j)) / beta_{t-1}(i).
func (w *Workspace) factoredSuffix(c *structured.Lattice, t int) {
	l := c.L
	ahead, into := w.ahead(c, t, 0), w.into[t*l:(t+1)*l]
	simd.Mul(ahead, 1, ahead, into)
	before, beta := w.suffix[(t-1)*l:t*l], w.beta[(t-1)*l:t*l]
	if w.s.Pairs == nil {
		simd.MatVec(before, w.edgeAt(t), ahead)
	} else {
		for i, b := range beta {
			w.row[i] = math.Inf(1)
			if b != 0 {
				w.row[i] = b
			}
		}
		w.sparse.column(before, ahead, w.row, into)
	}
	for i, b := range beta {
		if b > 0 {
			before[i] /= b
		} else {
			before[i] = 0
		}
	}
}

// prefixMeans computes A_t from A_{t-1} and the edge marginals of the step into t, in w.mat.
func (w *Workspace) prefixMeans(c *structured.Lattice, t int) {
	l := c.L
	from, next, mass := w.prefix[(t-1)*l:t*l], w.prefix[t*l:(t+1)*l], w.row
	clear(next)
	clear(mass)
	e := c.EdgeAt(t)
	for i, x := range from {
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
}

// suffixMeans computes B_{t-1} from B_t and the edge marginals of the step into t, in w.mat.
func (w *Workspace) suffixMeans(c *structured.Lattice, t int) {
	l := c.L
	before, ahead, e := w.suffix[(t-1)*l:t*l], w.ahead(c, t, 0), c.EdgeAt(t)
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
