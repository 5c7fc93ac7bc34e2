package pruned

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Lattice holds one real number for each kept label of a sentence. Order 1 adds one for each pair
// of adjacent labels, and order 2 one for each three adjacent labels. Reset sets its shape. The
// zero Lattice has no tokens.
type Lattice struct {
	Node   []float64 // token by token, K_t numbers each
	Edge   []float64 // from token 1 on, K_{t-1} x K_t numbers each
	Triple []float64 // from token 2 on, K_{t-2} x K_{t-1} x K_t numbers each

	kept     *Kept
	order    int
	edgeAt   []int // T+1: where the edges of token t start
	tripleAt []int // T+1: the same for triples
}

// Reset gives s the order 0, 1 or 2 over kept and sets every number to zero. It panics for other
// orders. kept must not change while s is in use. Reset reuses the memory of s.
func (s *Lattice) Reset(kept *Kept, order int) {
	s.resize(kept, order)
	clear(s.Node)
	clear(s.Edge)
	clear(s.Triple)
}

// resize is Reset without the zeros: the numbers are undefined.
func (s *Lattice) resize(kept *Kept, order int) {
	if order < 0 || order > 2 {
		panic(fmt.Sprintf("pruned: lattice of order %d: want 0, 1 or 2", order))
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
}

// ResetLike gives s the shape and kept labels of like and sets every number to zero.
func (s *Lattice) ResetLike(like *Lattice) {
	if like.kept == nil {
		*s = Lattice{}
		return
	}
	s.Reset(like.kept, like.order)
}

// Kept returns the kept labels of s. It is nil for the zero Lattice.
func (s *Lattice) Kept() *Kept { return s.kept }

// Order returns the order of s: 0, 1 or 2.
func (s *Lattice) Order() int { return s.order }

// Len returns the number of tokens.
func (s *Lattice) Len() int {
	if s.kept == nil {
		return 0
	}
	return s.kept.Len()
}

// NodeAt returns the K_t numbers of token t. The slice aliases s.
func (s *Lattice) NodeAt(t int) []float64 { return s.Node[s.kept.start(t):s.kept.end[t]] }

// EdgeAt returns the K_{t-1} x K_t numbers of the pairs that end at token t. The slice aliases s.
// It is empty if s has none.
func (s *Lattice) EdgeAt(t int) []float64 { return s.Edge[s.edgeAt[t]:s.edgeAt[t+1]] }

// TripleAt returns the K_{t-2} x K_{t-1} x K_t numbers of the triples that end at token t. The
// slice aliases s. It is empty if s has none.
func (s *Lattice) TripleAt(t int) []float64 { return s.Triple[s.tripleAt[t]:s.tripleAt[t+1]] }

// CheckPath returns an error if y is not a path of s. A wrong length wraps structured.ErrShape. A
// label that its token does not keep wraps ErrPruned.
func (s *Lattice) CheckPath(y []int) error {
	if len(y) != s.Len() {
		return fmt.Errorf("%w: path has %d labels, but the lattice has %d tokens", structured.ErrShape, len(y), s.Len())
	}
	for t, j := range y {
		if s.kept.Index(t, j) < 0 {
			return fmt.Errorf("%w: label %d at token %d", ErrPruned, j, t)
		}
	}
	return nil
}

// PathScore returns the score of a path that passes [Lattice.CheckPath]; it panics for others. It
// adds the highest-order scores of a token first, as the recursion does.
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

// AddPath adds v to the numbers of s along a path that passes [Lattice.CheckPath]. It panics for
// other paths.
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

// along calls visit with the numbers of s along a path. Numbers that s does not have are nil.
func (s *Lattice) along(y []int, visit func(node, edge, triple *float64)) {
	a, b := 0, 0 // indexes of the previous labels
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

// Validate checks that every number is finite or -Inf. Otherwise the error is a [*ValueError].
func (s *Lattice) Validate() error {
	for order, v := range [][]float64{s.Node, s.Edge, s.Triple} {
		if k := vec.FirstBad(v); k >= 0 {
			return &ValueError{Order: order, Index: k, Value: v[k]}
		}
	}
	return nil
}

// ValueError reports a NaN or +Inf among scores.
type ValueError struct {
	Order int // 0 in Node, 1 in Edge, 2 in Triple
	Index int // index in that slice
	Value float64
}

// Error returns the value and its position.
func (e *ValueError) Error() string {
	return fmt.Sprintf("%s[%d] is %v: want a finite number or -Inf", [...]string{"Node", "Edge", "Triple"}[e.Order], e.Index, e.Value)
}

// sameShape returns an error unless dst and s have the same order and kept labels.
func sameShape(dst, s *Lattice) error {
	if dst.kept != s.kept || dst.order != s.order {
		return fmt.Errorf("%w: lattices of order %d and %d: want equal orders and the same kept labels", structured.ErrShape, dst.order, s.order)
	}
	return nil
}
