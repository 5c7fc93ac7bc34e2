package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Workspace is the scratch memory of the decoders. The zero value is ready. A reused workspace
// stops allocating once it has grown to the largest lattice. It serves one goroutine at a time.
type Workspace struct {
	delta  []float64  // T x L: the best score of a prefix that ends in (t, j)
	most   []float64  // T x L: the same without the score of node (t, j); row 0 is unused
	kept   [][]uint16 // T: the labels considered before position t; empty means all
	labels []uint16   // of the lists of kept that bounds shortened
	sum    structured.Lattice
	rank   []float64 // L: what the beam ranks
	right  []float64 // L: the best score from (t, j) on, including its node
	beta   []float64 // L: the same without its node
	kbest  kbest
	smooth smooth
	sparse sparseEdges
	dense  structured.Lattice // scores with sparse edges, for the other recursions
}

// Decode fills path, of length T, with the best path of s and returns its score. The package
// comment defines the order of ties. On error, path is unchanged.
func (w *Workspace) Decode(path []int, s *structured.Lattice) (score float64, err error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	return w.decode(path, s, s.L)
}

// DecodeAugmented is [Workspace.Decode] on the lattice s + scale*cost, for margin-based training.
// The score includes the cost. A NaN or +Inf in the sum is an error. With scale = 0 the numbers of
// cost are ignored.
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

// DecodeConstrained is [Workspace.Decode] over the paths that allowed permits. allowed holds 0 on
// allowed nodes and edges, and -Inf on forbidden ones.
func (w *Workspace) DecodeConstrained(path []int, s, allowed *structured.Lattice) (score float64, err error) {
	return w.DecodeAugmented(path, s, allowed, 1)
}

// Decode is [Workspace.Decode] with a new workspace.
func Decode(path []int, s *structured.Lattice) (score float64, err error) {
	return new(Workspace).Decode(path, s)
}

// DecodeAugmented is [Workspace.DecodeAugmented] with a new workspace.
func DecodeAugmented(path []int, s, cost *structured.Lattice, scale float64) (score float64, err error) {
	return new(Workspace).DecodeAugmented(path, s, cost, scale)
}

// DecodeConstrained is [Workspace.DecodeConstrained] with a new workspace.
func DecodeConstrained(path []int, s, allowed *structured.Lattice) (score float64, err error) {
	return new(Workspace).DecodeConstrained(path, s, allowed)
}

// decode finds the best path of s, which is valid, among the prefixes in a beam of the given width.
func (w *Workspace) decode(path []int, s *structured.Lattice, width int) (float64, error) {
	if len(path) != s.T {
		return 0, fmt.Errorf("%w: path has %d labels, but the lattice has T = %d", structured.ErrShape, len(path), s.T)
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
		j = w.before(s, t, j)
	}
	path[0] = j
	return score, nil
}

// before returns the lowest label of a best prefix of node (t, j), without its last label.
func (w *Workspace) before(s *structured.Lattice, t, j int) int {
	prev, most := w.delta[(t-1)*s.L:t*s.L], w.most[t*s.L+j]
	if s.Pairs != nil {
		return w.sparse.before(prev, j, most)
	}
	return before(prev, s.EdgeAt(t), j, most)
}

// full returns s without sparse edges.
func (w *Workspace) full(s *structured.Lattice) *structured.Lattice {
	if s.Pairs == nil {
		return s
	}
	s.Dense(&w.dense)
	return &w.dense
}

// forward runs the recursion over s, T > 0, into delta and most. After each position it sets all
// but the best width prefixes to -Inf.
func (w *Workspace) forward(s *structured.Lattice, width int) {
	n := s.L
	w.delta = vec.Resize(w.delta, s.T*n)
	w.most = vec.Resize(w.most, s.T*n)
	if s.Pairs != nil {
		w.sparse.prepare(s)
	}
	prev := w.delta[:n]
	copy(prev, s.NodeAt(0))
	w.prune(prev, width)
	for t := 1; t < s.T; t++ {
		delta, most := w.delta[t*n:(t+1)*n], w.most[t*n:(t+1)*n]
		if s.Pairs != nil {
			w.sparse.step(most, prev)
		} else {
			step(most, prev, s.EdgeAt(t), width < n/4)
		}
		for j, v := range s.NodeAt(t) {
			delta[j] = most[j] + v
		}
		w.prune(delta, width)
		prev = delta
	}
}
