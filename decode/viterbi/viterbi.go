package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Workspace is the memory of the decoders. The zero value is ready; one that is kept stops
// allocating when it has grown to what it is asked for. It serves one goroutine at a time.
type Workspace struct {
	delta  []float64 // T x L: the best score of a prefix that ends in (t, j)
	most   []float64 // T x L: the same without the score of node (t, j); row 0 is unused
	sum    structured.Lattice
	rank   []float64 // L: what the beam ranks
	right  []float64 // L: the best score from (t, j) on, its node included
	beta   []float64 // L: the same without its node
	kbest  kbest
	smooth smooth
}

// Decode fills path, which has length T, with the best path of s and returns its score. Ties
// are broken as the package comment says: of the best last labels the lowest, and going back
// the lowest of the best predecessors. On error path is left as it was.
func (w *Workspace) Decode(path []int, s *structured.Lattice) (score float64, err error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	return w.decode(path, s, s.L)
}

// DecodeAugmented is [Workspace.Decode] on the lattice s + scale*cost, as margin-based training
// wants it; the score includes the cost. A NaN or +Inf in that sum is refused. With scale = 0
// the numbers of cost do not count.
func (w *Workspace) DecodeAugmented(path []int, s, cost *structured.Lattice, scale float64) (score float64, err error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	if err := cost.Check(); err != nil {
		return 0, err
	}
	if err := structured.AddScaled(&w.sum, s, cost, scale); err != nil {
		return 0, err
	}
	return w.Decode(path, &w.sum)
}

// DecodeConstrained is [Workspace.Decode] over the paths that allowed leaves: it holds 0 on what
// is allowed and -Inf on what is not, on nodes, edges or both.
func (w *Workspace) DecodeConstrained(path []int, s, allowed *structured.Lattice) (score float64, err error) {
	return w.DecodeAugmented(path, s, allowed, 1)
}

// Decode is [Workspace.Decode] with a workspace of its own.
func Decode(path []int, s *structured.Lattice) (score float64, err error) {
	return new(Workspace).Decode(path, s)
}

// DecodeAugmented is [Workspace.DecodeAugmented] with a workspace of its own.
func DecodeAugmented(path []int, s, cost *structured.Lattice, scale float64) (score float64, err error) {
	return new(Workspace).DecodeAugmented(path, s, cost, scale)
}

// DecodeConstrained is [Workspace.DecodeConstrained] with a workspace of its own.
func DecodeConstrained(path []int, s, allowed *structured.Lattice) (score float64, err error) {
	return new(Workspace).DecodeConstrained(path, s, allowed)
}

// decode finds the best path of s, which is valid, among the prefixes that a beam keeps.
func (w *Workspace) decode(path []int, s *structured.Lattice, width int) (float64, error) {
	if len(path) != s.T {
		return 0, fmt.Errorf("%w: path of %d labels for a lattice of T = %d", structured.ErrShape, len(path), s.T)
	}
	if s.T == 0 {
		return 0, nil
	}
	w.forward(s, width)
	score, j := vec.ArgMax(w.delta[(s.T-1)*s.L:])
	if math.IsInf(score, -1) {
		return 0, structured.ErrNoPath
	}
	for t := s.T - 1; t > 0; t-- {
		path[t] = j
		j = before(w.delta[(t-1)*s.L:t*s.L], s.EdgeAt(t), j, w.most[t*s.L+j])
	}
	path[0] = j
	return score, nil
}

// forward runs the recursion over s, T > 0, into delta and most. After each position all but
// the best width prefixes become -Inf.
func (w *Workspace) forward(s *structured.Lattice, width int) {
	n := s.L
	w.delta = vec.Resize(w.delta, s.T*n)
	w.most = vec.Resize(w.most, s.T*n)
	prev := w.delta[:n]
	copy(prev, s.NodeAt(0))
	w.prune(prev, width)
	for t := 1; t < s.T; t++ {
		delta, most := w.delta[t*n:(t+1)*n], w.most[t*n:(t+1)*n]
		step(most, prev, s.EdgeAt(t), width < n/4)
		for j, v := range s.NodeAt(t) {
			delta[j] = most[j] + v
		}
		w.prune(delta, width)
		prev = delta
	}
}
