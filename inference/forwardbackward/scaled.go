package forwardbackward

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A product below tiny may have lost digits or underflowed. The exact recursion then replaces the
// scaled one.
const (
	tiny    = 1e-290
	logTiny = -667.7
)

// edgeAt returns the L x L potentials of the step into t, or nil if all are 1 or the edges are
// sparse.
func (w *Workspace) edgeAt(t int) []float64 {
	n := w.s.L * w.s.L
	switch len(w.edge) {
	case 0:
		return nil
	case n:
		return w.edge
	}
	return w.edge[(t-1)*n : t*n]
}

// shiftedExp sets dst to exp(x - max(x)) and returns max(x). ok is false if a finite number, or
// all, would vanish.
func shiftedExp(dst, x []float64) (largest float64, ok bool) {
	m := simd.Max(x)
	if math.IsInf(m, -1) {
		return m, false
	}
	return m, simd.Exp(dst, x, m) >= logTiny
}

// edgePotentials fills edge and returns the sum of the shifts over all steps.
func (w *Workspace) edgePotentials() (shift float64, ok bool) {
	s := w.s
	n := s.L * s.L
	if s.T < 2 {
		return 0, true
	}
	if s.Shape() == structured.NoEdges {
		w.edge, w.edgeOf = w.edge[:0], w.edgeOf[:0]
		return 0, true
	}
	if s.Pairs != nil {
		w.edge, w.edgeOf = w.edge[:0], w.edgeOf[:0]
		most, ok := w.sparse.prepare(s)
		return float64(s.T-1) * most, ok
	}
	if s.Shape() == structured.SharedEdges {
		ok = w.sharedPotentials(s.Edge)
		return float64(s.T-1) * w.edgeM, ok
	}
	w.edgeOf = w.edgeOf[:0]
	w.edge = vec.Resize(w.edge, len(s.Edge))
	for k := 0; k < len(s.Edge); k += n {
		m, ok := shiftedExp(w.edge[k:k+n], s.Edge[k:k+n])
		if !ok {
			return 0, false
		}
		shift += m
	}
	return shift, true
}

// sharedPotentials fills edge with the potentials of shared edges, and edgeM. Sentences of a model
// share transitions. Comparing them is cheaper than exp.
func (w *Workspace) sharedPotentials(edge []float64) (ok bool) {
	if simd.Same(w.edgeOf, edge) {
		return true
	}
	w.edge = vec.Resize(w.edge, len(edge))
	w.edgeOf = w.edgeOf[:0]
	w.block.across = w.block.across[:0]
	if vec.FirstBad(edge) >= 0 {
		return false
	}
	if w.edgeM, ok = shiftedExp(w.edge, edge); ok {
		w.edgeOf = append(w.edgeOf, edge...)
	}
	return ok
}

// scaledForward is the recursion of the package comment. ok is false if the result may be
// inaccurate. The caller then uses exactForward, which also detects whether there is a path.
func (w *Workspace) scaledForward() (logZ float64, ok bool) {
	s := w.s
	l := s.L
	if logZ, ok = w.edgePotentials(); !ok {
		return 0, false
	}
	w.node = vec.Resize(w.node, s.T*l)
	product := 1.0 // of norms whose logarithm is not yet added
	for t := range s.T {
		node := w.node[t*l : (t+1)*l]
		m, ok := shiftedExp(node, s.NodeAt(t))
		if !ok {
			return 0, false
		}
		to, c := w.alpha[t*l:(t+1)*l], 0.0
		if t == 0 || s.Shape() == structured.NoEdges {
			for _, v := range node {
				c += v
			}
			copy(to, node)
		} else if s.Pairs != nil {
			if c, ok = w.sparse.step(to, w.alpha[(t-1)*l:t*l], node); !ok {
				return 0, false
			}
		} else if c, ok = step(to, w.alpha[(t-1)*l:t*l], w.edgeAt(t), node); !ok {
			return 0, false
		}
		w.norm[t] = c
		simd.Scale(to, 1/c, to)
		logZ += m
		if product *= c; product < 1e-8 || product > 1e8 { // c > tiny keeps it in range
			logZ += math.Log(product)
			product = 1
		}
	}
	return logZ + math.Log(product), true
}

// step sets to[j] = node[j] * sum_i from[i] e[i][j] and returns the sum of to. ok is false if the
// sum is 0, or if a nonzero product is below tiny.
func step(to, from, e, node []float64) (sum float64, ok bool) {
	simd.VecMat(to, from, e)
	sum, least := simd.MulSum(to, to, node)
	if least < tiny {
		for j, p := range node {
			if to[j] < tiny && p != 0 && reachable(from, e, j) {
				return 0, false
			}
		}
	}
	return sum, sum != 0
}

// reachable reports whether an edge into j comes from a reachable label.
func reachable(from, e []float64, j int) bool {
	for i, a := range from {
		if a != 0 && e[i*len(from)+j] != 0 {
			return true
		}
	}
	return false
}

// scaledBackward fills beta and into. A label that no path reaches gets 0. So beta is at most 1 /
// (least nonzero alpha), and nothing overflows.
func (w *Workspace) scaledBackward() {
	l, last := w.s.L, w.s.T-1
	for t := last; t >= 0; t-- {
		a, b := w.alpha[t*l:(t+1)*l], w.beta[t*l:(t+1)*l]
		if t == last || w.s.Shape() == structured.NoEdges {
			vec.Fill(b, 1)
		} else {
			if into := w.into[(t+1)*l : (t+2)*l]; w.s.Pairs != nil {
				w.sparse.column(b, into, b, into)
			} else {
				simd.MatVec(b, w.edgeAt(t+1), into)
			}
			for i, v := range a {
				if v == 0 {
					b[i] = 0
				}
			}
		}
		simd.Mul(w.into[t*l:(t+1)*l], 1/w.norm[t], w.node[t*l:(t+1)*l], b)
	}
}

// addSharedEdges adds c times the expected edge counts to dst, L x L. The potential is the same at
// all positions, so it multiplies the sum of outer products once.
func (w *Workspace) addSharedEdges(dst []float64, c float64) {
	l, last := w.s.L, w.s.T-1
	simd.SumOuter(w.mat, w.alpha[:last*l], w.into[l:], l)
	simd.MulAdd(dst, c, w.edge, w.mat)
}
