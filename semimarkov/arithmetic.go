package semimarkov

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Copy sets dst to a copy of s.
func (s *Lattice) Copy(dst *Lattice) {
	dst.Resize(s.T, s.L, s.M, s.Shape())
	copy(dst.Segment, s.Segment)
	copy(dst.Edge, s.Edge)
}

// Scale multiplies every number of s by c, which must be finite and not negative. c = 0 sets every
// number to zero, even -Inf.
func (s *Lattice) Scale(c float64) {
	vec.Scale(s.Segment, c)
	vec.Scale(s.Edge, c)
}

// LimitLength forbids segments of label with more than longest tokens. For example, longest = 1
// makes each token outside names a segment of its own.
func (s *Lattice) LimitLength(label, longest int) {
	for t := range s.T {
		rows := s.From(t)
		for k := max(longest, 0)*s.L + label; k < len(rows); k += s.L {
			rows[k] = math.Inf(-1)
		}
	}
}

// AddScaled sets dst to a + c*b: cost-augmented scores s + c*cost, or scores plus constraints. c
// must be finite, and the shapes of a and b must be valid (see [Lattice.Check]). dst gets the finer
// edge shape of the two. dst may be a, but not b.
func AddScaled(dst, a, b *Lattice, c float64) error {
	if err := sameSize(b, a); err != nil {
		return err
	}
	edges := a.Edge
	dst.Resize(a.T, a.L, a.M, max(a.Shape(), b.Shape()))
	addScaled(dst.Segment, a.Segment, b.Segment, c)
	// Backwards, so that shared edges of a are read before growing in place overwrites them.
	n := a.L * a.L
	for at := len(dst.Edge) - n; n > 0 && at >= 0; at -= n {
		addScaled(dst.Edge[at:at+n], vec.Block(edges, at, n), vec.Block(b.Edge, at, n), c)
	}
	return nil
}

// addScaled sets dst to a + c*b, where nil means zeros.
func addScaled(dst, a, b []float64, c float64) {
	if a == nil {
		clear(dst)
	} else {
		copy(dst, a)
	}
	if c != 0 {
		for k, v := range b {
			dst[k] += c * v
		}
	}
}

// sameSize returns an error unless a has the T, L and M of s and valid lengths.
func sameSize(a, s *Lattice) error {
	if a.T != s.T || a.L != s.L || a.M != s.M {
		return fmt.Errorf("%w: second lattice has T = %d, L = %d, M = %d, but the first has T = %d, L = %d, M = %d",
			structured.ErrShape, a.T, a.L, a.M, s.T, s.L, s.M)
	}
	return a.Check()
}
