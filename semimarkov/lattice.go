package semimarkov

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Lattice is one real number on every segment of a sentence of T tokens, L labels and at most M tokens
// a segment, and on every pair of labels that meet at a boundary. Its edges come in the three shapes of
// [structured.Lattice]: none, one matrix that serves all boundaries (in a gradient, their sum), or one for
// each boundary 1..T-1 within the sentence. Scores of the first and last label belong to the segments
// that start at 0 and end at T.
//
// The numbers of segments that would reach beyond T are unused: whatever they are, nothing reads them.
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

// Reset gives s the shape t x m x l with edges of the shape named and sets every number to zero. It reuses
// the memory that s holds.
func (s *Lattice) Reset(t, l, m int, edges structured.EdgeShape) {
	s.Resize(t, l, m, edges)
	clear(s.Segment)
	clear(s.Edge)
}

// Resize is Reset without the zeros: the numbers are whatever the memory held.
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

// Shape returns the shape of the edges. Where two coincide (T = 2) it says SharedEdges.
func (s *Lattice) Shape() structured.EdgeShape {
	switch len(s.Edge) {
	case 0:
		return structured.NoEdges
	case s.L * s.L:
		return structured.SharedEdges
	}
	return structured.PositionEdges
}

// At returns the L numbers of the segments of d tokens that start at t, 1 <= d <= M; it aliases s.
func (s *Lattice) At(t, d int) []float64 {
	at := (t*s.M + d - 1) * s.L
	return s.Segment[at : at+s.L]
}

// From returns the numbers of all segments that start at t and end within the sentence: min(M, T-t)
// lengths x L labels. It aliases s.
func (s *Lattice) From(t int) []float64 {
	at := t * s.M * s.L
	return s.Segment[at : at+min(s.M, s.T-t)*s.L]
}

// EdgeAt returns the L x L numbers of the boundary before token t, row i the label that ends there; it
// aliases s and is nil where s has no edges. t runs from 1 to T-1.
func (s *Lattice) EdgeAt(t int) []float64 {
	n := s.L * s.L
	return vec.Block(s.Edge, (t-1)*n, n)
}

// Check reports, as an error that wraps [structured.ErrShape], lengths that fit none of the shapes.
func (s *Lattice) Check() error {
	if s.T < 0 || s.L < 0 || s.M < 0 {
		return fmt.Errorf("%w: lattice of T = %d tokens, L = %d labels, M = %d tokens a segment", structured.ErrShape, s.T, s.L, s.M)
	}
	if n := s.T * s.M * s.L; len(s.Segment) != n {
		return fmt.Errorf("%w: %d segments in a lattice of T = %d, L = %d, M = %d: want %d",
			structured.ErrShape, len(s.Segment), s.T, s.L, s.M, n)
	}
	n := s.L * s.L
	if e := len(s.Edge); e != 0 && e != n && e != max(s.T-1, 0)*n {
		return fmt.Errorf("%w: %d edges in a lattice of T = %d, L = %d: want 0, %d or %d",
			structured.ErrShape, e, s.T, s.L, n, max(s.T-1, 0)*n)
	}
	return nil
}

// Validate checks the shape of s and that every number that is used can be a score: finite or -Inf. The
// error says what stands where; it wraps [structured.ErrShape] or is a *ValueError.
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

// A ValueError is a NaN or +Inf among scores.
type ValueError struct {
	Start  int // token at which the segment, or the one behind the edge, starts; -1 for a shared edge
	Length int // of the segment, 0 for an edge
	From   int // label before an edge, -1 for a segment
	Label  int // of the segment, or behind the edge
	Value  float64
}

// Error says the value and its place.
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
