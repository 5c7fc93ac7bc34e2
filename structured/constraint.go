package structured

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
)

// Grammar holds the transition constraints of a label scheme: which labels can start a sentence,
// end it, and follow each other. A score of 0 allows and -Inf forbids.
type Grammar struct {
	Start []float64 // L
	End   []float64 // L
	Edge  []float64 // L x L
}

// NewGrammar returns the constraints of scheme s over labels.
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

// Fill sets dst to the constraint lattice of a sentence of t tokens, with shared edges.
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

// Fixed sets dst to a constraint lattice, without edges, that fixes the label of position t to
// given[t]. If given[t] is negative, all l labels are allowed.
func Fixed(dst *Lattice, l int, given []int) error {
	dst.Reset(len(given), l, NoEdges)
	for t, g := range given {
		if g < 0 {
			continue
		}
		if g >= l {
			return fmt.Errorf("%w: fixed label %d at position %d: want 0..%d", ErrShape, g, t, l-1)
		}
		row := dst.NodeAt(t)
		for j := range row {
			row[j] = allow(j == g)
		}
	}
	return nil
}

// Allow sets dst to a constraint lattice, without edges, for a partially labelled sentence.
// Position t allows the labels in allowed[t], or all l labels if allowed[t] is empty.
func Allow(dst *Lattice, l int, allowed [][]int) error {
	dst.Reset(len(allowed), l, NoEdges)
	for t, set := range allowed {
		if len(set) == 0 {
			continue
		}
		row := dst.NodeAt(t)
		vec.Fill(row, math.Inf(-1))
		for _, j := range set {
			if j < 0 || j >= l {
				return fmt.Errorf("%w: allowed label %d at position %d: want 0..%d", ErrShape, j, t, l-1)
			}
			row[j] = 0
		}
	}
	return nil
}
