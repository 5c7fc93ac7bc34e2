package structured

import (
	"fmt"
	"math"
)

// A Grammar says which labels can start a sentence, end it, and follow each other, as scores of
// 0 (allowed) and -Inf (forbidden).
type Grammar struct {
	Start []float64 // L
	End   []float64 // L
	Edge  []float64 // L x L
}

// NewGrammar returns the grammar of a scheme over labels.
func NewGrammar(labels []string, s Scheme) *Grammar {
	g := &Grammar{
		Start: make([]float64, len(labels)),
		End:   make([]float64, len(labels)),
		Edge:  make([]float64, len(labels)*len(labels)),
	}
	for i, prev := range labels {
		g.Start[i] = allow(s.Starts(prev))
		g.End[i] = allow(s.Ends(prev))
		for j, next := range labels {
			g.Edge[i*len(labels)+j] = allow(s.Follows(prev, next))
		}
	}
	return g
}

func allow(ok bool) float64 {
	if ok {
		return 0
	}
	return math.Inf(-1)
}

// Fill makes dst the constraint lattice of a sentence of t tokens, with shared edges.
func (g *Grammar) Fill(dst *Lattice, t int) {
	dst.Reset(t, len(g.Start), SharedEdges)
	copy(dst.Edge, g.Edge)
	if t == 0 {
		return
	}
	copy(dst.NodeAt(0), g.Start)
	for j, v := range g.End {
		dst.NodeAt(t - 1)[j] += v
	}
}

// Fixed makes dst the constraint lattice, without edges, that leaves position t the label
// given[t] alone, or any of the l labels where given[t] is negative.
func Fixed(dst *Lattice, l int, given []int) error {
	dst.Reset(len(given), l, NoEdges)
	for t, g := range given {
		if g < 0 {
			continue
		}
		if g >= l {
			return fmt.Errorf("%w: label %d given at position %d: want 0..%d", ErrShape, g, t, l-1)
		}
		row := dst.NodeAt(t)
		for j := range row {
			row[j] = allow(j == g)
		}
	}
	return nil
}

// Allow makes dst the constraint lattice, without edges, that leaves position t the labels
// allowed[t], or any of the l labels where that is empty: a partially labelled sentence.
func Allow(dst *Lattice, l int, allowed [][]int) error {
	dst.Reset(len(allowed), l, NoEdges)
	for t, set := range allowed {
		if len(set) == 0 {
			continue
		}
		row := dst.NodeAt(t)
		for j := range row {
			row[j] = math.Inf(-1)
		}
		for _, j := range set {
			if j < 0 || j >= l {
				return fmt.Errorf("%w: label %d allowed at position %d: want 0..%d", ErrShape, j, t, l-1)
			}
			row[j] = 0
		}
	}
	return nil
}
