package structured

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
)

// Cost measures the error of each path against the gold path. The cost lattice is zero along the
// gold path and not negative elsewhere.
type Cost interface {
	// Fill sets dst to the cost lattice of the gold path over l labels, with the edge shape that
	// the cost needs. Labels of gold are in 0..l-1. It returns an error if the cost was made for
	// another number of labels.
	Fill(dst *Lattice, gold []int, l int) error
}

var (
	_ Cost = Hamming{}
	_ Cost = WeightedHamming(nil)
	_ Cost = EntityCost{}
	_ Cost = (*BoundaryCost)(nil)
)

// Hamming costs 1 for each wrong label.
type Hamming struct{}

// Fill implements [Cost].
func (Hamming) Fill(dst *Lattice, gold []int, l int) error {
	dst.Resize(len(gold), l, NoEdges)
	vec.Fill(dst.Node, 1)
	for t, g := range gold {
		dst.Node[t*l+g] = 0
	}
	return nil
}

// WeightedHamming holds one weight per label. A wrong label costs the weight of the gold label.
type WeightedHamming []float64

// Fill implements [Cost].
func (w WeightedHamming) Fill(dst *Lattice, gold []int, l int) error {
	if len(w) != l {
		return fmt.Errorf("%w: weighted Hamming cost has %d weights for %d labels", ErrShape, len(w), l)
	}
	dst.Resize(len(gold), l, NoEdges)
	for t, g := range gold {
		row := dst.NodeAt(t)
		vec.Fill(row, w[g])
		row[g] = 0
	}
	return nil
}

// EntityCost weights each type of named-entity error separately. A high FalseNegative favours
// recall, a high FalsePositive favours precision. Gimpel & Smith (2010) train named-entity
// recognisers with such costs.
//
// A cost of 0 means 1, so EntityCost{FalseNegative: 3} triples one type of error and leaves the
// others as in [Hamming]. A negative cost means that the error costs nothing.
type EntityCost struct {
	Outside       int     // the label of tokens outside entities
	FalseNegative float64 // an entity token labelled Outside
	FalsePositive float64 // an outside token labelled as an entity
	Confusion     float64 // an entity token with the label of another entity
}

// Fill implements [Cost].
func (c EntityCost) Fill(dst *Lattice, gold []int, l int) error {
	if c.Outside < 0 || c.Outside >= l {
		return fmt.Errorf("%w: entity cost has outside label %d: want 0..%d", ErrShape, c.Outside, l-1)
	}
	dst.Resize(len(gold), l, NoEdges)
	falseNegative, falsePositive, confusion := oneOrNone(c.FalseNegative), oneOrNone(c.FalsePositive), oneOrNone(c.Confusion)
	for t, g := range gold {
		row := dst.NodeAt(t)
		other := confusion
		if g == c.Outside {
			other = falsePositive
		}
		vec.Fill(row, other)
		row[c.Outside] = falseNegative
		row[g] = 0
	}
	return nil
}

// oneOrNone resolves an optional cost: 0 means 1, and a negative number means 0.
func oneOrNone(cost float64) float64 {
	if cost == 0 {
		return 1
	}
	return max(cost, 0)
}

// BoundaryCost is a Hamming cost plus an extra cost for each wrong span boundary. A boundary is
// wrong if only one of path and gold has a span start, or a span end, there. Whether a span starts
// at t depends on the labels at t-1 and t, so this cost is on the edges. Boundaries at the ends of
// the sentence are on the nodes of the first and last token.
type BoundaryCost struct {
	l          int
	token      float64
	start, end float64
	starts     []bool // L x L: a span starts at the second label
	ends       []bool // L x L: a span ends with the first label
	first      []bool // L: a span starts if this is the first label of the sentence
	last       []bool // L: a span ends if this is the last label of the sentence
}

// NewBoundaryCost returns a cost over the labels of a span scheme. A wrong label costs token, a
// wrong span start costs start and a wrong span end costs end.
func NewBoundaryCost(labels []string, token, start, end float64) *BoundaryCost {
	l := len(labels)
	c := &BoundaryCost{
		l: l, token: token, start: start, end: end,
		starts: make([]bool, l*l), ends: make([]bool, l*l), first: make([]bool, l), last: make([]bool, l),
	}
	for i, prev := range labels {
		_, c.first[i] = Boundary("O", prev)
		c.last[i], _ = Boundary(prev, "O")
		for j, next := range labels {
			c.ends[i*l+j], c.starts[i*l+j] = Boundary(prev, next)
		}
	}
	return c
}

// Fill implements [Cost].
func (c *BoundaryCost) Fill(dst *Lattice, gold []int, l int) error {
	if c.l != l {
		return fmt.Errorf("%w: boundary cost for %d labels, scores have %d", ErrShape, c.l, l)
	}
	dst.Resize(len(gold), l, PositionEdges)
	for t, g := range gold {
		row := dst.NodeAt(t)
		vec.Fill(row, c.token)
		row[g] = 0
		if t == 0 {
			addWhere(row, c.first, c.first[g], c.start)
		}
		if t == len(gold)-1 {
			addWhere(row, c.last, c.last[g], c.end)
		}
		if t > 0 {
			e, k := dst.EdgeAt(t), gold[t-1]*l+g
			clear(e)
			addWhere(e, c.starts, c.starts[k], c.start)
			addWhere(e, c.ends, c.ends[k], c.end)
		}
	}
	return nil
}

// addWhere adds v to dst[k] for every k where is[k] differs from gold.
func addWhere(dst []float64, is []bool, gold bool, v float64) {
	for k, b := range is {
		if b != gold {
			dst[k] += v
		}
	}
}
