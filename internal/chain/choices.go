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
	if c.some && g != nil && !satisfiable(g, c.among, &c.reach) {
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
