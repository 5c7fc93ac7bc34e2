package pruned

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Lattice is one real number on every kept label of a sentence and, from order 1 on, on every pair of adjacent
// ones and, in order 2, on every three of them. Reset gives it its shape. The zero Lattice has no tokens.
type Lattice struct {
	Node   []float64 // token by token, K_t each
	Edge   []float64 // from token 1 on, K_{t-1} x K_t each
	Triple []float64 // from token 2 on, K_{t-2} x K_{t-1} x K_t each

	kept     *Kept
	order    int
	edgeAt   []int // T+1: where the edges of token t start
	tripleAt []int // T+1
}

// Reset gives s the order 0, 1 or 2 (it panics for others) over kept, which must not change while s is in use,
// and sets every number to zero. It reuses the memory that s holds.
func (s *Lattice) Reset(kept *Kept, order int) {
	s.resize(kept, order)
	clear(s.Node)
	clear(s.Edge)
	clear(s.Triple)
}

// resize is Reset without the zeros: the numbers are whatever the memory held.
func (s *Lattice) resize(kept *Kept, order int) {
	if order < 0 || order > 2 {
		panic(fmt.Sprintf("pruned: lattice of order %d", order))
	}
	s.kept, s.order = kept, order
	s.edgeAt, s.tripleAt = append(s.edgeAt[:0], 0), append(s.tripleAt[:0], 0)
	edges, triples := 0, 0
	for t := range kept.Len() {
		if t >= 1 && order >= 1 {
			edges += kept.count(t-1) * kept.count(t)
		}
		if t >= 2 && order >= 2 {
			triples += kept.count(t-2) * kept.count(t-1) * kept.count(t)
		}
		s.edgeAt, s.tripleAt = append(s.edgeAt, edges), append(s.tripleAt, triples)
	}
	s.Node, s.Edge, s.Triple = vec.Resize(s.Node, kept.Labels()), vec.Resize(s.Edge, edges), vec.Resize(s.Triple, triples)
	clear(s.Node)
	clear(s.Edge)
	clear(s.Triple)
}

// ResetLike gives s the shape of like, over the same kept labels, and sets every number to zero.
func (s *Lattice) ResetLike(like *Lattice) {
	if like.kept == nil {
		*s = Lattice{}
		return
	}
	s.Reset(like.kept, like.order)
}

// Kept returns the labels that s is over; nil of the zero Lattice.
func (s *Lattice) Kept() *Kept { return s.kept }

// Order returns 0, 1 or 2.
func (s *Lattice) Order() int { return s.order }

// Len returns the number of tokens.
func (s *Lattice) Len() int {
	if s.kept == nil {
		return 0
	}
	return s.kept.Len()
}

// NodeAt returns the K_t numbers of token t; it aliases s.
func (s *Lattice) NodeAt(t int) []float64 { return s.Node[s.kept.start(t):s.kept.end[t]] }

// EdgeAt returns the K_{t-1} x K_t numbers of the pairs that end at token t; it aliases s and is empty where s has
// none.
func (s *Lattice) EdgeAt(t int) []float64 { return s.Edge[s.edgeAt[t]:s.edgeAt[t+1]] }

// TripleAt returns the K_{t-2} x K_{t-1} x K_t numbers of the triples that end at token t; it aliases s and is
// empty where s has none.
func (s *Lattice) TripleAt(t int) []float64 { return s.Triple[s.tripleAt[t]:s.tripleAt[t+1]] }

// CheckPath reports a path of labels that is none of s: one of another length wraps structured.ErrShape, a label that
// its token does not keep wraps ErrPruned.
func (s *Lattice) CheckPath(y []int) error {
	if len(y) != s.Len() {
		return fmt.Errorf("%w: a path of %d labels for %d tokens", structured.ErrShape, len(y), s.Len())
	}
	for t, j := range y {
		if s.kept.Index(t, j) < 0 {
			return fmt.Errorf("%w: label %d of token %d", ErrPruned, j, t)
		}
	}
	return nil
}

// PathScore returns the sum of s along a path of labels, which [Lattice.CheckPath] has no fault with; it panics for
// others. It adds the finest scores of a token first, as the recursion does.
func (s *Lattice) PathScore(y []int) float64 {
	sum := 0.0
	s.along(y, func(node, edge, triple *float64) {
		u := *node
		if s.order == 2 {
			if triple != nil {
				sum += *triple
			}
			if edge != nil {
				u += *edge
			}
		} else if edge != nil {
			sum += *edge
		}
		sum += u
	})
	return sum
}

// AddPath adds v to the numbers of s along a path of labels, which [Lattice.CheckPath] has no fault with; it panics
// for others.
func (s *Lattice) AddPath(y []int, v float64) {
	s.along(y, func(node, edge, triple *float64) {
		*node += v
		if edge != nil {
			*edge += v
		}
		if triple != nil {
			*triple += v
		}
	})
}

// along visits the numbers of s along a path, those that s lacks as nil.
func (s *Lattice) along(y []int, visit func(node, edge, triple *float64)) {
	a, b := 0, 0 // places of the labels before
	for t, j := range y {
		c := s.kept.Index(t, j)
		node := &s.NodeAt(t)[c]
		var edge, triple *float64
		if t >= 1 && s.order >= 1 {
			edge = &s.EdgeAt(t)[b*s.kept.count(t)+c]
		}
		if t >= 2 && s.order == 2 {
			triple = &s.TripleAt(t)[(a*s.kept.count(t-1)+b)*s.kept.count(t)+c]
		}
		visit(node, edge, triple)
		a, b = b, c
	}
}

// Validate checks that every number can be a score, finite or -Inf; else the error is a [*ValueError].
func (s *Lattice) Validate() error {
	for order, v := range [][]float64{s.Node, s.Edge, s.Triple} {
		if k := vec.FirstBad(v); k >= 0 {
			return &ValueError{Order: order, Index: k, Value: v[k]}
		}
	}
	return nil
}

// A ValueError is a NaN or +Inf among scores.
type ValueError struct {
	Order int // 0 in Node, 1 in Edge, 2 in Triple
	Index int // in that slice
	Value float64
}

// Error says the value and its place.
func (e *ValueError) Error() string {
	return fmt.Sprintf("%s[%d] is %v", [...]string{"Node", "Edge", "Triple"}[e.Order], e.Index, e.Value)
}

// sameShape reports two lattices that are not over the same kept labels in the same order.
func sameShape(dst, s *Lattice) error {
	if dst.kept != s.kept || dst.order != s.order {
		return fmt.Errorf("%w: lattices of order %d and %d that are not over the same kept labels", structured.ErrShape, dst.order, s.order)
	}
	return nil
}
