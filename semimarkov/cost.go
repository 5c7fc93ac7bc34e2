package semimarkov

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

// A Cost is a cost of whole segments: it says how bad each segmentation is, given the gold one, as a lattice that is
// zero along the gold one and not negative elsewhere. Its Fill, for tokens, may return structured.ErrStructure.
type Cost interface {
	structured.Cost
	// FillSegments makes dst the cost lattice, with segments of up to m tokens and l labels, of a gold segmentation
	// that is one of such a lattice. It fails if the cost was made for another number of labels.
	FillSegments(dst *Lattice, gold []Segment, l, m int) error
}

var _ Cost = SpanCost{}

// FillCost makes dst the lattice of a cost, with segments of up to m tokens and l labels, of a gold segmentation that
// is one of such a lattice. A cost that is not a [Cost] of segments is summed over the tokens of each segment, and
// over the pairs of adjacent labels: under structured.Hamming a wrong boundary between two segments of one label costs
// nothing.
func (w *Workspace) FillCost(dst *Lattice, c structured.Cost, gold []Segment, l, m int) error {
	switch c := c.(type) {
	case Cost:
		return c.FillSegments(dst, gold, l, m)
	case structured.Hamming:
		fillHamming(dst, gold, l, m)
		return nil
	}
	w.labels = AppendLabels(w.labels[:0], gold)
	if err := c.Fill(&w.tokens, w.labels, l); err != nil {
		return err
	}
	return FromTokens(dst, &w.tokens, m)
}

// fillHamming is FillCost of structured.Hamming, without the detour by tokens.
func fillHamming(dst *Lattice, gold []Segment, l, m int) {
	dst.Reset(length(gold), l, m, structured.NoEdges)
	for first, g := range gold {
		for t := g.Start; t < g.End; t++ {
			rows, at := dst.From(t), first
			for k := 0; k < len(rows); k += l {
				if t+k/l == gold[at].End {
					at++
				}
				row := rows[k : k+l]
				for j := range row {
					row[j] = 1
				}
				row[gold[at].Label] = 0
				if k > 0 {
					for j, v := range rows[k-l : k] {
						row[j] += v
					}
				}
			}
		}
	}
}

// length returns the number of tokens of a segmentation.
func length(y []Segment) int {
	if len(y) == 0 {
		return 0
	}
	return y[len(y)-1].End
}

// SpanCost counts whole segments, as precision and recall do: those of gold that are not there just
// so, and those that are there and not in gold. Segments of the label Outside do not count.
type SpanCost struct {
	Outside       int     // the label of tokens in no span; -1 for none
	FalseNegative float64 // a span of gold that is missed
	FalsePositive float64 // a span that is not in gold
}

// Fill implements [structured.Cost] by an error that wraps structured.ErrStructure: tokens do not show whole segments.
func (SpanCost) Fill(*structured.Lattice, []int, int) error {
	return fmt.Errorf("span cost: %w: it counts whole segments, so it needs a lattice of segments", structured.ErrStructure)
}

// FillSegments implements [Cost]. A span of gold is missed by the segment that covers its first token, or found by it,
// so that the cost is a sum over segments.
func (c SpanCost) FillSegments(dst *Lattice, gold []Segment, l, m int) error {
	dst.Reset(length(gold), l, m, structured.NoEdges)
	for t := range dst.T {
		rows := dst.From(t)
		for k := range rows {
			if k%l != c.Outside {
				rows[k] = c.FalsePositive
			}
		}
	}
	for _, g := range gold {
		if g.Label != c.Outside {
			for t := max(0, g.Start-m+1); t <= g.Start; t++ {
				rows := dst.From(t)
				for k := min((g.Start-t)*l, len(rows)); k < len(rows); k++ {
					rows[k] += c.FalseNegative
				}
			}
		}
		dst.At(g.Start, g.Len())[g.Label] = 0
	}
	return nil
}
