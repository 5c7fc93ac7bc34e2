package semimarkov

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Lattice holds one real number for each segment and for each pair of labels at a boundary. It
// covers a sentence of T tokens, L labels and segments of at most M tokens. Its edges have one of
// the three shapes of [structured.Lattice]:
//
//   - none;
//   - one matrix for all boundaries (in a gradient, their sum);
//   - one matrix for each boundary 1..T-1 inside the sentence.
//
// Put scores of the first and last label on the segments that start at 0 and end at T. Numbers of
// segments that would extend beyond T are never read.
type Lattice struct {
	T, L, M int
	Segment []float64 // T x M x L: Segment[(t*M+d-1)*L+j] starts at t, has d tokens and label j
	Edge    []float64 // none, L x L: Edge[i*L+j], or (T-1) x L x L: Edge[((t-1)*L+i)*L+j]
}

// NewLattice returns a lattice of zeros.
func NewLattice(t, l, m int, edges structured.EdgeShape) *Lattice {
	s := new(Lattice)
	s.Reset(t, l, m, edges)
	return s
}

// Reset gives s the shape t x m x l with the given edge shape and sets every number to zero. It
// reuses the memory of s.
func (s *Lattice) Reset(t, l, m int, edges structured.EdgeShape) {
	s.Resize(t, l, m, edges)
	clear(s.Segment)
	clear(s.Edge)
}

// Resize is Reset without the zeros: the numbers are undefined.
func (s *Lattice) Resize(t, l, m int, edges structured.EdgeShape) {
	s.T, s.L, s.M = t, l, m
	s.Segment = vec.Resize(s.Segment, t*m*l)
	n := 0
	switch edges {
	case structured.SharedEdges:
		n = l * l
	case structured.PositionEdges:
		n = max(t-1, 0) * l * l
	}
	s.Edge = vec.Resize(s.Edge, n)
}

// Shape returns the shape of the edges. At T = 2, where two shapes coincide, it returns
// SharedEdges.
func (s *Lattice) Shape() structured.EdgeShape {
	switch len(s.Edge) {
	case 0:
		return structured.NoEdges
	case s.L * s.L:
		return structured.SharedEdges
	}
	return structured.PositionEdges
}

// At returns the L numbers of the segments of d tokens that start at t, 1 <= d <= M. The slice
// aliases s.
func (s *Lattice) At(t, d int) []float64 {
	at := (t*s.M + d - 1) * s.L
	return s.Segment[at : at+s.L]
}

// From returns the numbers of all segments that start at t and end within the sentence: min(M, T-t)
// lengths x L labels. The slice aliases s.
func (s *Lattice) From(t int) []float64 {
	at := t * s.M * s.L
	return s.Segment[at : at+min(s.M, s.T-t)*s.L]
}

// EdgeAt returns the L x L numbers of the boundary before token t, for t in 1..T-1. Row i belongs
// to label i that ends there. The slice aliases s. It is nil if s has no edges.
func (s *Lattice) EdgeAt(t int) []float64 {
	n := s.L * s.L
	return vec.Block(s.Edge, (t-1)*n, n)
}

// Check returns an error that wraps [structured.ErrShape] if the lengths of s match none of the
// shapes.
func (s *Lattice) Check() error {
	if s.T < 0 || s.L < 0 || s.M < 0 {
		return fmt.Errorf("%w: lattice has T = %d tokens, L = %d labels, M = %d tokens per segment: want 0 or more", structured.ErrShape, s.T, s.L, s.M)
	}
	if n := s.T * s.M * s.L; len(s.Segment) != n {
		return fmt.Errorf("%w: lattice of T = %d, L = %d, M = %d has %d segments: want %d",
			structured.ErrShape, s.T, s.L, s.M, len(s.Segment), n)
	}
	n := s.L * s.L
	if e := len(s.Edge); e != 0 && e != n && e != max(s.T-1, 0)*n {
		return fmt.Errorf("%w: lattice of T = %d, L = %d has %d edges: want 0, %d or %d",
			structured.ErrShape, s.T, s.L, e, n, max(s.T-1, 0)*n)
	}
	return nil
}

// Validate checks the shape of s and that every used number is finite or -Inf. The error wraps
// [structured.ErrShape] or is a *ValueError with the position of the first bad number.
func (s *Lattice) Validate() error {
	if err := s.Check(); err != nil {
		return err
	}
	for t := range s.T {
		if k := vec.FirstBad(s.From(t)); k >= 0 {
			return &ValueError{Start: t, Length: k/s.L + 1, From: -1, Label: k % s.L, Value: s.From(t)[k]}
		}
	}
	if k := vec.FirstBad(s.Edge); k >= 0 {
		e := &ValueError{Start: k/(s.L*s.L) + 1, From: k / s.L % s.L, Label: k % s.L, Value: s.Edge[k]}
		if s.Shape() == structured.SharedEdges && s.T != 2 {
			e.Start = -1
		}
		return e
	}
	return nil
}

// ValueError reports a NaN or +Inf among scores.
type ValueError struct {
	Start  int // first token of the segment, or of the one after the edge; -1 for a shared edge
	Length int // length of the segment; 0 for an edge
	From   int // label before an edge; -1 for a segment
	Label  int // label of the segment, or after the edge
	Value  float64
}

// Error returns the value and its position.
func (e *ValueError) Error() string {
	place := fmt.Sprintf("segment (start=%d, length=%d, label=%d)", e.Start, e.Length, e.Label)
	switch {
	case e.From >= 0 && e.Start < 0:
		place = fmt.Sprintf("shared edge (from=%d, label=%d)", e.From, e.Label)
	case e.From >= 0:
		place = fmt.Sprintf("edge (t=%d, from=%d, label=%d)", e.Start, e.From, e.Label)
	}
	return fmt.Sprintf("score of %s is %v: want a finite number or -Inf", place, e.Value)
}
