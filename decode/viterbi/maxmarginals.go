package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// MaxMarginals sets every node of dst to the score of the best path of s through that node, or -Inf
// if there is none. It does the same for every edge if dst has edges. A shared edge gets the
// maximum over positions. The greatest node of each position equals the score of [Workspace.Decode]
// up to rounding.
//
// dst must have the T and L of s. Its edges may have any shape, whatever the shape of s, and it
// must not share memory with s. If s has no path, MaxMarginals fills dst with -Inf and returns
// ErrNoPath. It takes O(T L^2) time.
func (w *Workspace) MaxMarginals(dst, s *structured.Lattice) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := dst.Check(); err != nil {
		return err
	}
	if dst.T != s.T || dst.L != s.L {
		return fmt.Errorf("%w: max-marginals of %d x %d for a lattice of %d x %d", structured.ErrShape, dst.T, dst.L, s.T, s.L)
	}
	vec.Fill(dst.Edge, math.Inf(-1))
	if s.T == 0 {
		return nil
	}
	s = w.full(s)
	n := s.L
	w.forward(s, n)
	w.beta, w.right = vec.Resize(w.beta, n), vec.Resize(w.right, n)
	beta, right := w.beta, w.right
	clear(beta)
	for t := s.T - 1; ; t-- {
		for j, d := range w.delta[t*n : (t+1)*n] {
			dst.Node[t*n+j] = d + beta[j]
		}
		if t == 0 {
			break
		}
		for j, v := range s.NodeAt(t) {
			right[j] = v + beta[j]
		}
		edge := s.EdgeAt(t)
		if left := w.delta[(t-1)*n : t*n]; dst.Pairs != nil {
			raisePairs(dst, left, edge, right)
		} else if to := dst.EdgeAt(t); to != nil {
			raiseEdges(to, left, edge, right)
		}
		stepBack(beta, edge, right)
	}
	if best, _ := vec.ArgMax(dst.Node[:n]); math.IsInf(best, -1) {
		return structured.ErrNoPath
	}
	return nil
}

// MaxMarginals is [Workspace.MaxMarginals] with a new workspace.
func MaxMarginals(dst, s *structured.Lattice) error {
	return new(Workspace).MaxMarginals(dst, s)
}

// stepBack sets beta[i] to the maximum over j of edge[i*L+j] + right[j].
func stepBack(beta, edge, right []float64) {
	if edge == nil {
		best, _ := vec.ArgMax(right)
		vec.Fill(beta, best)
		return
	}
	n := len(right)
	for i := range beta {
		beta[i] = maxPlus(edge[i*n:(i+1)*n], right)
	}
}

// raisePairs is raiseEdges for a lattice with sparse edges.
func raisePairs(dst *structured.Lattice, left, edge, right []float64) {
	p, n := dst.Pairs.Pattern(), len(right)
	for i, d := range left {
		to, first := p.Row(i)
		for k, j := range to {
			v := d
			if edge != nil {
				v += edge[i*n+int(j)]
			}
			dst.Edge[first+k] = max(dst.Edge[first+k], v+right[j])
		}
	}
}

// raiseEdges sets dst[i*L+j] to left[i] + edge[i*L+j] + right[j] if that is greater.
func raiseEdges(dst, left, edge, right []float64) {
	n := len(right)
	for i, d := range left {
		row := dst[i*n : (i+1)*n]
		if edge == nil {
			for j, r := range right {
				row[j] = max(row[j], d+r)
			}
			continue
		}
		for j, e := range edge[i*n : (i+1)*n] {
			row[j] = max(row[j], d+e+right[j])
		}
	}
}
