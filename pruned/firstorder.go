package pruned

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

// AddFirstOrder adds c times the numbers of f, a lattice over all labels, to the nodes and edges of
// s. It looks up shared transition weights and emissions for the kept labels only. Order 0 ignores
// the edges of f. If f has shared edges, f.Node may be empty; then only the edges are added.
func (s *Lattice) AddFirstOrder(f *structured.Lattice, c float64) error {
	return s.lookUp(f, func(mine, theirs *float64) { *mine += c * *theirs })
}

// AddToFirstOrder is the transpose of AddFirstOrder. It adds c times the nodes and edges of s to
// their places in f. Shared edges of f receive the sum over tokens.
func (s *Lattice) AddToFirstOrder(f *structured.Lattice, c float64) error {
	return s.lookUp(f, func(mine, theirs *float64) { *theirs += c * *mine })
}

// lookUp calls visit for each node and edge of s with its place in f.
func (s *Lattice) lookUp(f *structured.Lattice, visit func(mine, theirs *float64)) error {
	if err := s.within(f); err != nil {
		return err
	}
	for t := range s.Len() {
		labels := s.kept.At(t)
		if len(f.Node) > 0 {
			node, all := s.NodeAt(t), f.NodeAt(t)
			for k, j := range labels {
				visit(&node[k], &all[j])
			}
		}
		if t == 0 || s.order == 0 || f.Shape() == structured.NoEdges {
			continue
		}
		edge := s.EdgeAt(t)
		if f.Pairs != nil {
			for k, i := range s.kept.At(t - 1) {
				visitPairs(f, t, i, labels, edge[k*len(labels):], visit)
			}
			continue
		}
		all := f.EdgeAt(t)
		for k, i := range s.kept.At(t - 1) {
			row, from := edge[k*len(labels):], all[i*f.L:(i+1)*f.L]
			for m, j := range labels {
				visit(&row[m], &from[j])
			}
		}
	}
	return nil
}

// visitPairs is lookUp for the sparse edges of f from label i to labels. A pair that is not listed
// has a fixed score and no place.
func visitPairs(f *structured.Lattice, t, i int, labels []int, row []float64, visit func(mine, theirs *float64)) {
	for m, j := range labels {
		if k := f.Pairs.Find(i, j); k >= 0 {
			visit(&row[m], &f.Edge[k])
			continue
		}
		v := f.EdgeScore(t, i, j)
		visit(&row[m], &v)
	}
}

// within returns an error unless f has the tokens and labels of s.
func (s *Lattice) within(f *structured.Lattice) error {
	if len(f.Node) > 0 || len(f.Edge) != f.L*f.L {
		if err := f.Check(); err != nil {
			return err
		}
	}
	if s.kept != nil && (f.T != s.Len() || f.L != s.kept.l) {
		return fmt.Errorf("%w: lattice has %d tokens and %d labels: want %d and %d", structured.ErrShape, f.T, f.L, s.Len(), s.kept.l)
	}
	return nil
}
