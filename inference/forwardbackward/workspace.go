package forwardbackward

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Workspace is the scratch memory for inference; the zero value is ready. It serves one goroutine
// at a time. Methods grow it as needed and allocate nothing once it is large enough.
type Workspace struct {
	// Exact computes log-sum-exp at each edge instead of scaling: the slow reference.
	Exact bool

	s    *structured.Lattice // the scores of the tables below
	logs bool                // the tables hold logarithms, and norm holds log c_t

	node  []float64 // T x L: exp(Node - maximum at t); scaling only
	edge  []float64 // the shape of s.Edge: exp(Edge - maximum); scaling only
	alpha []float64 // T x L: sums to 1 at each t
	beta  []float64 // T x L: sum_j alpha_t(j) beta_t(j) = 1 at each t
	into  []float64 // T x L: node_t(j) beta_t(j) / c_t, so p(t,i,j) = alpha_{t-1}(i) edge(i,j) into_t(j)
	norm  []float64 // T: c_t

	edgeOf []float64 // the shared edges from which edge was computed
	edgeM  float64   // their maximum

	block  block
	sparse sparseEdges
	dense  structured.Lattice // scores with sparse edges, for the exact recursion
	cost   structured.Lattice // a second lattice with sparse edges

	row  []float64 // L
	row2 []float64 // L
	mat  []float64 // L x L

	prefix, suffix []float64 // T x L: expected cost of the prefix and suffix
	left, right    []float64 // 2 (T-1) x L: the factors of the covariance of shared edges
}

// LogZ returns log Z of scores s.
func (w *Workspace) LogZ(s *structured.Lattice) (float64, error) { return w.forward(s) }

// Marginals sets dst to the marginals under scores s and returns log Z. Nodes hold p(y_t = j).
// Edges, in the given shape, hold p(y_{t-1} = i, y_t = j), or its sum over positions if they are
// shared (expected counts).
func (w *Workspace) Marginals(dst, s *structured.Lattice, edges structured.EdgeShape) (logZ float64, err error) {
	dst.Reset(s.T, s.L, edges)
	return w.AddMarginals(dst, s, 1)
}

// AddMarginals adds c times the marginals under scores s to dst, in the edge shape of dst, and
// returns log Z. It is the gradient step of every loss with a log Z. On error, dst is unchanged.
func (w *Workspace) AddMarginals(dst, s *structured.Lattice, c float64) (logZ float64, err error) {
	if err := sameSize(dst, s); err != nil {
		return 0, err
	}
	if logZ, err = w.forwardBackward(s); err != nil || s.T == 0 {
		return logZ, err // if T = 0 the tables belong to the previous sentence
	}
	w.addNodes(dst.Node, c)
	if len(dst.Edge) == 0 || s.T < 2 {
		return logZ, nil
	}
	if w.sparsely(dst) {
		w.sparse.sumOuter(w.alpha[:(s.T-1)*s.L], w.into[s.L:], s.T-1)
		simd.Axpy(dst.Edge, c, w.sparse.dots)
		return logZ, nil
	}
	w.mat = vec.Resize(w.mat, s.L*s.L)
	if dst.Shape() == structured.SharedEdges && s.Shape() == structured.SharedEdges && !w.logs {
		w.addSharedEdges(dst.Edge, c)
		return logZ, nil
	}
	for t := 1; t < s.T; t++ {
		w.edgeMarginals(w.mat, t)
		addEdges(dst, t, c, w.mat)
	}
	return logZ, nil
}

// sparsely reports whether the tables have sparse edges with the pairs of dst.
func (w *Workspace) sparsely(dst *structured.Lattice) bool {
	return dst.Pairs != nil && !w.logs && dst.Pairs == w.s.Pairs
}

// addEdges adds c times the L x L numbers of x, of the step into t, to the edges of dst.
func addEdges(dst *structured.Lattice, t int, c float64, x []float64) {
	if dst.Pairs == nil {
		simd.Axpy(dst.EdgeAt(t), c, x)
		return
	}
	p := dst.Pairs.Pattern()
	for i := range p.N {
		to, first := p.Row(i)
		for k, j := range to {
			dst.Edge[first+k] += c * x[i*p.N+int(j)]
		}
	}
}

// addNodes adds c times the node marginals to dst, T x L.
func (w *Workspace) addNodes(dst []float64, c float64) {
	if !w.logs {
		simd.MulAdd(dst, c, w.alpha, w.beta)
		return
	}
	l := w.s.L
	w.row = vec.Resize(w.row, l)
	for t := range w.s.T {
		w.nodeMarginals(w.row, t)
		simd.Axpy(dst[t*l:(t+1)*l], c, w.row)
	}
}

// sameSize returns an error unless a has the T and L of s and valid lengths.
func sameSize(a, s *structured.Lattice) error {
	if a.T != s.T || a.L != s.L {
		return fmt.Errorf("%w: second lattice has T = %d, L = %d, but scores have T = %d, L = %d",
			structured.ErrShape, a.T, a.L, s.T, s.L)
	}
	return a.Check()
}

// forward fills alpha and norm for scores s and returns log Z.
func (w *Workspace) forward(s *structured.Lattice) (float64, error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	w.s = s
	if s.T == 0 {
		return 0, nil
	}
	if s.L == 0 {
		return 0, structured.ErrNoPath
	}
	n := s.T * s.L
	w.alpha, w.norm = vec.Resize(w.alpha, n), vec.Resize(w.norm, s.T)
	w.logs = w.Exact
	if !w.logs {
		logZ, ok := w.scaledForward()
		if ok {
			return logZ, nil
		}
		w.logs = true
	}
	if s.Pairs != nil {
		s.Dense(&w.dense)
		w.s = &w.dense
	}
	logZ := w.exactForward()
	if math.IsInf(logZ, -1) {
		return 0, structured.ErrNoPath
	}
	return logZ, nil
}

// forwardBackward fills all tables for scores s and returns log Z.
func (w *Workspace) forwardBackward(s *structured.Lattice) (float64, error) {
	logZ, err := w.forward(s)
	if err != nil || s.T == 0 {
		return logZ, err
	}
	n := s.T * s.L
	w.beta, w.into = vec.Resize(w.beta, n), vec.Resize(w.into, n)
	if w.logs {
		w.exactBackward()
	} else {
		w.scaledBackward()
	}
	return logZ, nil
}

// nodeMarginals sets dst, of length L, to p(y_t = j).
func (w *Workspace) nodeMarginals(dst []float64, t int) {
	l := w.s.L
	a, b := w.alpha[t*l:(t+1)*l], w.beta[t*l:(t+1)*l]
	if w.logs {
		for j := range dst {
			dst[j] = a[j] + b[j]
		}
		simd.Exp(dst, dst, 0)
		return
	}
	simd.Mul(dst, 1, a, b)
}

// edgeMarginals sets dst, L x L, to p(y_{t-1} = i, y_t = j).
func (w *Workspace) edgeMarginals(dst []float64, t int) {
	l := w.s.L
	a, v := w.alpha[(t-1)*l:t*l], w.into[t*l:(t+1)*l]
	if w.logs {
		e := w.s.EdgeAt(t)
		for i, ai := range a {
			to := dst[i*l : (i+1)*l]
			for j := range to {
				x := ai + v[j]
				if e != nil {
					x += e[i*l+j]
				}
				to[j] = x
			}
			simd.Exp(to, to, 0)
		}
		return
	}
	e := w.edgeAt(t)
	if w.s.Pairs != nil {
		w.sparse.full(dst)
		e = dst
	}
	for i, ai := range a {
		to := dst[i*l : (i+1)*l]
		if e == nil {
			simd.Scale(to, ai, v)
		} else {
			simd.Mul(to, ai, e[i*l:(i+1)*l], v)
		}
	}
}
