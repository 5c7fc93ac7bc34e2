package semimarkov

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Cost measures the error of whole segments against the gold segmentation. The cost lattice is zero
// along the gold segmentation and not negative elsewhere. Its Fill, for tokens, may return
// structured.ErrStructure.
type Cost interface {
	structured.Cost
	// FillSegments sets dst to the cost lattice of the gold segmentation, with segments of up to m
	// tokens and l labels. gold must be a segmentation of such a lattice. It returns an error if
	// the cost was made for another number of labels.
	FillSegments(dst *Lattice, gold []Segment, l, m int) error
}

var _ Cost = SpanCost{}

// FillCost sets dst to the cost lattice of the gold segmentation, with segments of up to m tokens
// and l labels. gold must be a segmentation of such a lattice. Unless c is a [Cost] of segments, it
// is summed over the tokens of each segment and over the pairs of adjacent labels. Under
// structured.Hamming, a wrong boundary between two segments of the same label thus costs nothing.
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

// fillHamming is FillCost for structured.Hamming, computed directly on segments.
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
				vec.Fill(row, 1)
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

func length(y []Segment) int {
	if len(y) == 0 {
		return 0
	}
	return y[len(y)-1].End
}

// SpanCost counts whole segments, as precision and recall do. A gold segment that is missing costs
// FalseNegative. A segment that is not in gold costs FalsePositive. Segments with the label Outside
// cost nothing.
type SpanCost struct {
	Outside       int     // the label of tokens outside spans; -1 for none
	FalseNegative float64 // a gold span that is missed
	FalsePositive float64 // a span that is not in gold
}

// Fill implements [structured.Cost]. It returns an error that wraps structured.ErrStructure,
// because token labels do not determine segments.
func (SpanCost) Fill(*structured.Lattice, []int, int) error {
	return fmt.Errorf("span cost: %w: it counts whole segments, so it requires a lattice of segments", structured.ErrStructure)
}

// FillSegments implements [Cost]. A gold span is charged to the segment that covers its first
// token, so the cost is a sum over segments.
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
