package semimarkov

import (
	"fmt"
	"iter"

	"github.com/trellis-nlp/trellis/structured"
)

// A Segment is the tokens Start..End-1 under one label. A segmentation is a list of them, the first of
// which starts at 0, each next where the one before ends, the last ending at T.
type Segment struct{ Start, End, Label int }

// Len returns the number of tokens.
func (g Segment) Len() int { return g.End - g.Start }

// AppendLabels appends the label of each token of a segmentation.
func AppendLabels(dst []int, y []Segment) []int {
	for _, g := range y {
		for range g.Len() {
			dst = append(dst, g.Label)
		}
	}
	return dst
}

// Segmentations yields every segmentation of t tokens into segments of l labels and at most m tokens: the
// referee of the tests. The slice is reused: copy what must last.
func Segmentations(t, l, m int) iter.Seq[[]Segment] {
	return func(yield func([]Segment) bool) {
		var y []Segment
		var extend func(from int) bool
		extend = func(from int) bool {
			if from == t {
				return yield(y)
			}
			for end := from + 1; end <= min(from+m, t); end++ {
				for j := range l {
					y = append(y, Segment{from, end, j})
					if !extend(end) {
						return false
					}
					y = y[:len(y)-1]
				}
			}
			return true
		}
		extend(0)
	}
}

// CheckSegmentation reports, as an error that wraps [structured.ErrShape], segments that are no
// segmentation of s: a gap or overlap, one that is too long, a label out of range.
func (s *Lattice) CheckSegmentation(y []Segment) error {
	at := 0
	for k, g := range y {
		switch {
		case g.Start != at:
			return fmt.Errorf("%w: segment %d starts at token %d: want %d", structured.ErrShape, k, g.Start, at)
		case g.Len() < 1 || g.Len() > s.M:
			return fmt.Errorf("%w: segment %d of %d tokens: want 1..%d", structured.ErrShape, k, g.Len(), s.M)
		case g.Label < 0 || g.Label >= s.L:
			return fmt.Errorf("%w: label %d of segment %d: want 0..%d", structured.ErrShape, g.Label, k, s.L-1)
		}
		at = g.End
	}
	if at != s.T {
		return fmt.Errorf("%w: segmentation of %d tokens in a lattice of T = %d", structured.ErrShape, at, s.T)
	}
	return nil
}

// Score returns the sum of s along a segmentation, which [Lattice.CheckSegmentation] has no fault with.
func (s *Lattice) Score(y []Segment) float64 {
	sum := 0.0
	for k, g := range y {
		if k > 0 && len(s.Edge) > 0 { // the edge first, as the decoder adds them up: equal to the last bit
			sum += s.EdgeAt(g.Start)[y[k-1].Label*s.L+g.Label]
		}
		sum += s.At(g.Start, g.Len())[g.Label]
	}
	return sum
}

// Add adds v to the segments and edges of s along a segmentation: Add(y, 1) on zeros makes the indicator
// of y. Edges are left alone where s has none.
func (s *Lattice) Add(y []Segment, v float64) {
	for k, g := range y {
		if k > 0 && len(s.Edge) > 0 {
			s.EdgeAt(g.Start)[y[k-1].Label*s.L+g.Label] += v
		}
		s.At(g.Start, g.Len())[g.Label] += v
	}
}
