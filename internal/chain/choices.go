package chain

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// Choices lists, for each token of a sentence, the labels that the tag dictionary allows.
type Choices struct {
	among [][]uint16 // T: the labels of each token, ascending; empty allows all
	some  bool       // at least one token is restricted
	reach []bool     // 2 x L; scratch memory
}

// Begin allows all labels for each of n tokens.
func (c *Choices) Begin(n int) {
	c.among = slices.Grow(c.among[:0], n)[:n]
	clear(c.among)
	c.some = false
}

// Give restricts token t to labels. An empty list allows all labels.
func (c *Choices) Give(t int, labels []uint16) {
	c.among[t] = labels
	c.some = c.some || len(labels) > 0
}

// Some reports whether at least one token is restricted.
func (c *Choices) Some() bool { return c.some }

// At returns the labels that token t is restricted to. An empty list allows all labels.
func (c *Choices) At(t int) []uint16 { return c.among[t] }

// Keep removes all restrictions if no labelling within them satisfies the constraints of g.
func (c *Choices) Keep(g *structured.Grammar) {
	if c.some && g != nil && !c.passable(g) {
		c.Begin(len(c.among))
	}
}

// Apply sets the scores of labels that are not allowed to -Inf.
func (c *Choices) Apply(s *structured.Lattice) {
	if !c.some {
		return
	}
	for t, labels := range c.among {
		if len(labels) == 0 {
			continue
		}
		from, row := 0, s.NodeAt(t)
		for _, j := range labels {
			forbid(row[from:j])
			from = int(j) + 1
		}
		forbid(row[from:])
	}
}

func forbid(scores []float64) {
	for k := range scores {
		scores[k] = math.Inf(-1)
	}
}

// passable reports whether a labelling within the restrictions satisfies the constraints of g.
func (c *Choices) passable(g *structured.Grammar) bool {
	l := len(g.Start)
	c.reach = slices.Grow(c.reach[:0], 2*l)[:2*l]
	now, next := c.reach[:l], c.reach[l:]
	for t, labels := range c.among {
		clear(next)
		some, last := false, t == len(c.among)-1
		for k := range c.count(t, l) {
			j := k
			if len(labels) > 0 {
				j = int(labels[k])
			}
			switch {
			case last && g.End[j] != 0:
			case t == 0:
				next[j] = g.Start[j] == 0
			default:
				next[j] = c.follows(g, now, t, j)
			}
			some = some || next[j]
		}
		if !some {
			return false
		}
		now, next = next, now
	}
	return true
}

// count returns the number of allowed labels of token t, out of l.
func (c *Choices) count(t, l int) int {
	if n := len(c.among[t]); n > 0 {
		return n
	}
	return l
}

// follows reports whether label j at t can follow a reached label at t-1.
func (c *Choices) follows(g *structured.Grammar, reached []bool, t, j int) bool {
	l, before := len(reached), c.among[t-1]
	for _, i := range before {
		if reached[i] && g.Edge[int(i)*l+j] == 0 {
			return true
		}
	}
	for i := 0; i < l && len(before) == 0; i++ {
		if reached[i] && g.Edge[i*l+j] == 0 {
			return true
		}
	}
	return false
}
