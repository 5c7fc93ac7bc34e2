package semimarkov

import (
	"fmt"
	"iter"

	"github.com/trellis-nlp/trellis/structured"
)

// Segment labels the tokens Start..End-1. A segmentation is a list of segments that covers tokens
// 0..T-1 without gaps or overlaps, from left to right.
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

// Segmentations yields every segmentation of t tokens into segments of l labels and at most m
// tokens. The tests use it as a reference. The slice is reused: copy it to keep it.
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

// CheckSegmentation returns an error that wraps [structured.ErrShape] unless y is a segmentation of
// s. It detects gaps, overlaps, segments that are too long and labels out of range.
func (s *Lattice) CheckSegmentation(y []Segment) error {
	at := 0
	for k, g := range y {
		switch {
		case g.Start != at:
			return fmt.Errorf("%w: segment %d starts at token %d: want %d", structured.ErrShape, k, g.Start, at)
		case g.Len() < 1 || g.Len() > s.M:
			return fmt.Errorf("%w: segment %d has %d tokens: want 1..%d", structured.ErrShape, k, g.Len(), s.M)
		case g.Label < 0 || g.Label >= s.L:
			return fmt.Errorf("%w: segment %d has label %d: want 0..%d", structured.ErrShape, k, g.Label, s.L-1)
		}
		at = g.End
	}
	if at != s.T {
		return fmt.Errorf("%w: segmentation has %d tokens, but the lattice has T = %d", structured.ErrShape, at, s.T)
	}
	return nil
}

// Score returns the score of a segmentation that passes [Lattice.CheckSegmentation].
func (s *Lattice) Score(y []Segment) float64 {
	sum := 0.0
	for k, g := range y {
		if k > 0 && len(s.Edge) > 0 { // edge first, in the order of the decoder: equal to the last bit
			sum += s.EdgeAt(g.Start)[y[k-1].Label*s.L+g.Label]
		}
		sum += s.At(g.Start, g.Len())[g.Label]
	}
	return sum
}

// Add adds v to the segments and edges of s along a segmentation. On a lattice of zeros, Add(y, 1)
// makes the indicator of y. If s has no edges, only segments change.
func (s *Lattice) Add(y []Segment, v float64) {
	for k, g := range y {
		if k > 0 && len(s.Edge) > 0 {
			s.EdgeAt(g.Start)[y[k-1].Label*s.L+g.Label] += v
		}
		s.At(g.Start, g.Len())[g.Label] += v
	}
}
