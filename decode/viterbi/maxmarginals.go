package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// MaxMarginals sets every node of dst to the score of the best path of s through it, and so
// every edge if dst has edges; a shared edge gets the maximum over positions. Where no path
// goes the number is -Inf. dst has the T and L of s and edges of any shape, whatever those of s
// (dst.Resize(s.T, s.L, ...) makes it so); it shares no memory with s. Where s has no path at
// all dst is filled with -Inf and the error is ErrNoPath. The greatest node of each position
// equals [Workspace.Decode]'s score up to rounding. It takes O(T L^2) time.
func (w *Workspace) MaxMarginals(dst, s *structured.Lattice) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := dst.Check(); err != nil {
		return err
	}
	if dst.T != s.T || dst.L != s.L {
		return fmt.Errorf("%w: max-marginals %d x %d of a lattice %d x %d", structured.ErrShape, dst.T, dst.L, s.T, s.L)
	}
	vec.Fill(dst.Edge, math.Inf(-1))
	if s.T == 0 {
		return nil
	}
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
		if to := dst.EdgeAt(t); to != nil {
			raiseEdges(to, w.delta[(t-1)*n:t*n], edge, right)
		}
		stepBack(beta, edge, right)
	}
	if best, _ := vec.ArgMax(dst.Node[:n]); math.IsInf(best, -1) {
		return structured.ErrNoPath
	}
	return nil
}

// MaxMarginals is [Workspace.MaxMarginals] with a workspace of its own.
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

// raiseEdges raises dst[i*L+j] to left[i] + edge[i*L+j] + right[j] where that is greater.
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
