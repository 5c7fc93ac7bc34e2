package structured

import "fmt"

// A Cost says how bad each path is, given the gold one, as a lattice that is zero along the gold
// path and not negative elsewhere.
type Cost interface {
	// Fill makes dst the cost lattice over l labels of the gold path, with the edge shape that
	// the cost needs. Labels of gold lie in 0..l-1. It fails if the cost was made for another
	// number of labels.
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
	for k := range dst.Node {
		dst.Node[k] = 1
	}
	for t, g := range gold {
		dst.Node[t*l+g] = 0
	}
	return nil
}

// WeightedHamming costs the g-th weight where the gold label g is missed: one weight a label.
type WeightedHamming []float64

// Fill implements [Cost].
func (w WeightedHamming) Fill(dst *Lattice, gold []int, l int) error {
	if len(w) != l {
		return fmt.Errorf("%w: weighted Hamming cost of %d labels for %d", ErrShape, len(w), l)
	}
	dst.Resize(len(gold), l, NoEdges)
	for t, g := range gold {
		row := dst.NodeAt(t)
		for j := range row {
			row[j] = w[g]
		}
		row[g] = 0
	}
	return nil
}

// EntityCost distinguishes the errors of named-entity labels, for training that favours recall (a
// high FalseNegative) or precision (a high FalsePositive): costs of the kind that Gimpel & Smith
// (2010) train named-entity recognisers with. A cost of 0 means 1, so EntityCost{FalseNegative: 3}
// triples one error and leaves the others as [Hamming] has them. A negative cost means that the
// error costs nothing.
type EntityCost struct {
	Outside       int     // the label of tokens in no entity
	FalseNegative float64 // an entity's token labelled Outside
	FalsePositive float64 // an outside token labelled as an entity's
	Confusion     float64 // an entity's token with the label of another
}

// Fill implements [Cost].
func (c EntityCost) Fill(dst *Lattice, gold []int, l int) error {
	if c.Outside < 0 || c.Outside >= l {
		return fmt.Errorf("%w: outside label %d of an entity cost: want 0..%d", ErrShape, c.Outside, l-1)
	}
	dst.Resize(len(gold), l, NoEdges)
	falseNegative, falsePositive, confusion := oneOrNone(c.FalseNegative), oneOrNone(c.FalsePositive), oneOrNone(c.Confusion)
	for t, g := range gold {
		row := dst.NodeAt(t)
		other := confusion
		if g == c.Outside {
			other = falsePositive
		}
		for j := range row {
			row[j] = other
		}
		row[c.Outside] = falseNegative
		row[g] = 0
	}
	return nil
}

// oneOrNone returns the cost that an option stands for: 1 for 0, and 0 for a negative number.
func oneOrNone(cost float64) float64 {
	if cost == 0 {
		return 1
	}
	return max(cost, 0)
}

// BoundaryCost adds to a Hamming cost an extra for each wrong boundary of a span: a start or an
// end where gold has none, or none where gold has one. Whether a span starts at t is a matter of
// the labels at t-1 and t together, so this cost lives on the edges; the sentence's own ends lie
// on the nodes of its first and last token.
type BoundaryCost struct {
	l          int
	token      float64
	start, end float64
	starts     []bool // L x L: a span starts at the second label
	ends       []bool // L x L: a span ends with the first label
	first      []bool // L: a span starts if the sentence starts so
	last       []bool // L: a span ends if the sentence ends so
}

// NewBoundaryCost returns the cost of token for a wrong label, start for a wrong start and end for
// a wrong end of a span, over labels in a span scheme.
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
		return fmt.Errorf("%w: boundary cost of %d labels for %d", ErrShape, c.l, l)
	}
	dst.Resize(len(gold), l, PositionEdges)
	for t, g := range gold {
		row := dst.NodeAt(t)
		for j := range row {
			row[j] = c.token
		}
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

// addWhere adds v to dst wherever is differs from gold.
func addWhere(dst []float64, is []bool, gold bool, v float64) {
	for k, b := range is {
		if b != gold {
			dst[k] += v
		}
	}
}
