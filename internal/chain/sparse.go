package chain

import (
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/structured"
)

// Sparse reports whether a lattice of the given number of labels should have sparse edges if the
// given number of label pairs has a score. The bound follows from the measurements in
// docs/benchmarks/performance.md. With 48 labels sparse edges pay if a fifteenth of the pairs is
// listed, with 230 labels if it is a sixth.
func Sparse(labels, pairs int) bool { return 5*pairs <= labels*(labels-32) }

// edges are the L x L scores of label pairs, dense and, if that pays, sparse.
type edges struct {
	dense []float64
	pairs *structured.Pairs // nil if few scores are zero
	list  []float64
}

// newEdges returns the edges with the given matrix, of l labels. nil means no edges.
func newEdges(l int, dense []float64) edges {
	e := edges{dense: dense}
	scored := 0
	for _, v := range dense {
		if v != 0 && v-v == 0 {
			scored++
		}
	}
	if len(dense) == 0 || !Sparse(l, scored) {
		return e
	}
	if pairs, list := structured.Compress(l, dense); Sparse(l, pairs.Len()) {
		e.pairs, e.list = pairs, list
	}
	return e
}

// lattice returns the nodes of s with these edges. Shared is a lattice with shared edges, whether
// or not sparse edges pay.
func (e *edges) lattice(s *structured.Lattice, shared bool) structured.Lattice {
	x := structured.Lattice{T: s.T, L: s.L, Node: s.Node, Edge: e.dense}
	if e.pairs != nil && !shared {
		x.Edge, x.Pairs = e.list, e.pairs
	}
	return x
}

// bounds returns the bounds for the edges, or nil if they do not pay.
func (e *edges) bounds(l int) *viterbi.Bounds {
	if e.pairs != nil && l > sparseBounds || len(e.dense) == 0 {
		return nil
	}
	if b := viterbi.NewBounds(e.dense, l); l >= manyLabels || b.Splits() {
		return b
	}
	return nil
}

// Sentences scores sentences with the same edges, for decoding: transitions and constraints.
type Sentences struct {
	grammar *structured.Grammar
	edges   edges
}

// NewSentences returns the edges of transitions, L x L, within the constraints of g, or nil if
// lattices with sparse edges do not pay. It may change transitions.
func NewSentences(l int, transitions []float64, g *structured.Grammar) *Sentences {
	if g != nil {
		for k, v := range g.Edge {
			transitions[k] += v
		}
	}
	x := &Sentences{g, newEdges(l, transitions)}
	if x.edges.pairs == nil {
		return nil
	}
	return x
}

// Within returns the nodes of s with the edges, and adds the constraints at the ends to the nodes.
func (x *Sentences) Within(s *structured.Lattice) structured.Lattice {
	if x.grammar != nil {
		within(s, x.grammar)
	}
	return x.edges.lattice(s, false)
}
