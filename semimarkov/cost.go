package semimarkov

import (
	"sync"

	"github.com/trellis-nlp/trellis/structured"
)

// A Cost says how bad each segmentation is, given the gold one, as a lattice that is zero along the gold one
// and not negative elsewhere.
type Cost interface {
	// Fill makes dst the cost lattice, with segments of up to m tokens and l labels, of a gold segmentation
	// that is one of such a lattice. It fails if the cost was made for another number of labels.
	Fill(dst *Lattice, gold []Segment, l, m int) error
}

var (
	_ Cost = Hamming{}
	_ Cost = TokenCost{}
	_ Cost = SpanCost{}
)

// Hamming costs 1 for each token with a wrong label. A wrong boundary between two segments of one label
// costs nothing.
type Hamming struct{}

// Fill implements [Cost].
func (Hamming) Fill(dst *Lattice, gold []Segment, l, m int) error {
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
	return nil
}

// length returns the number of tokens of a segmentation.
func length(y []Segment) int {
	if len(y) == 0 {
		return 0
	}
	return y[len(y)-1].End
}

// TokenCost sums the cost of each token's label over the tokens of a segment, and of each pair of adjacent
// labels.
type TokenCost struct {
	Cost structured.Cost // of the gold label of each token; not nil
}

// tokenScratch is the memory of TokenCost, which goroutines share by value.
var tokenScratch = sync.Pool{New: func() any { return new(tokenCost) }}

type tokenCost struct {
	labels []int
	tokens structured.Lattice
}

// Fill implements [Cost].
func (c TokenCost) Fill(dst *Lattice, gold []Segment, l, m int) error {
	w := tokenScratch.Get().(*tokenCost)
	defer tokenScratch.Put(w)
	w.labels = AppendLabels(w.labels[:0], gold)
	if err := c.Cost.Fill(&w.tokens, w.labels, l); err != nil {
		return err
	}
	return FromTokens(dst, &w.tokens, m)
}

// SpanCost counts whole segments, as precision and recall do: those of gold that are not there just
// so, and those that are there and not in gold. Segments of the label Outside do not count.
type SpanCost struct {
	Outside       int     // the label of tokens in no span; -1 for none
	FalseNegative float64 // a span of gold that is missed
	FalsePositive float64 // a span that is not in gold
}

// Fill implements [Cost]. A span of gold is missed by the segment that covers its first token, or found by it,
// so that the cost is a sum over segments.
func (c SpanCost) Fill(dst *Lattice, gold []Segment, l, m int) error {
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
