package pruned

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Copy sets dst to a copy of s, over the same kept labels.
func (s *Lattice) Copy(dst *Lattice) {
	if s.kept == nil {
		*dst = Lattice{}
		return
	}
	dst.resize(s.kept, s.order)
	copy(dst.Node, s.Node)
	copy(dst.Edge, s.Edge)
	copy(dst.Triple, s.Triple)
}

// Scale multiplies every number of s by c, which must be finite and not negative. c = 0 sets every
// number to zero, even -Inf.
func (s *Lattice) Scale(c float64) {
	for _, v := range [...][]float64{s.Node, s.Edge, s.Triple} {
		vec.Scale(v, c)
	}
}

// AddScaled sets dst to a + c*b: cost-augmented scores s + c*cost, or scores plus constraints. b
// must be over the kept labels of a and of the same or a lower order. c must be finite. dst may be
// a, but not b.
func AddScaled(dst, a, b *Lattice, c float64) error {
	if err := liesOver(b, a); err != nil {
		return err
	}
	if dst != a {
		a.Copy(dst)
	}
	if c == 0 {
		return nil
	}
	for k, to := range [...][]float64{dst.Node, dst.Edge, dst.Triple} {
		for m, v := range [...][]float64{b.Node, b.Edge, b.Triple}[k] {
			to[m] += c * v
		}
	}
	return nil
}

// liesOver returns an error unless c is over the kept labels of s and of the same or a lower order.
func liesOver(c, s *Lattice) error {
	if c.kept != s.kept || c.order > s.order {
		return fmt.Errorf("%w: second lattice has order %d (want at most %d) or other kept labels", structured.ErrShape, c.order, s.order)
	}
	return nil
}
