package crf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// A pruning is what a tag dictionary leaves of the labels of a sentence.
type pruning struct {
	among [][]uint16 // T: the labels of a token, ascending; empty: all
	some  bool       // some token has a list
	reach []bool     // 2 x L, scratch memory
}

// begin makes p leave all labels to n tokens.
func (p *pruning) begin(n int) {
	p.among = slices.Grow(p.among[:0], n)[:n]
	clear(p.among)
	p.some = false
}

// give leaves token t these labels, all if there are none.
func (p *pruning) give(t int, labels []uint16) {
	p.among[t] = labels
	p.some = p.some || len(labels) > 0
}

// keep makes p leave all labels to all tokens again where the grammar has no labelling among those that are left.
func (p *pruning) keep(g *structured.Grammar) {
	if p.some && g != nil && !p.passable(g) {
		p.begin(len(p.among))
	}
}

// apply makes the scores of all other labels -Inf.
func (p *pruning) apply(s *structured.Lattice) {
	if !p.some {
		return
	}
	for t, labels := range p.among {
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

// passable reports whether the grammar has a labelling among the labels that are left.
func (p *pruning) passable(g *structured.Grammar) bool {
	l := len(g.Start)
	p.reach = slices.Grow(p.reach[:0], 2*l)[:2*l]
	now, next := p.reach[:l], p.reach[l:]
	for t, labels := range p.among {
		clear(next)
		some, last := false, t == len(p.among)-1
		for k := range p.count(t, l) {
			j := k
			if len(labels) > 0 {
				j = int(labels[k])
			}
			switch {
			case last && g.End[j] != 0:
			case t == 0:
				next[j] = g.Start[j] == 0
			default:
				next[j] = p.follows(g, now, t, j)
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

// count is the number of labels of token t, out of l.
func (p *pruning) count(t, l int) int {
	if n := len(p.among[t]); n > 0 {
		return n
	}
	return l
}

// follows reports whether label j at t follows one at t-1 that was reached.
func (p *pruning) follows(g *structured.Grammar, reached []bool, t, j int) bool {
	l, before := len(reached), p.among[t-1]
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
