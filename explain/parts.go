package explain

import (
	"cmp"
	"math"
	"slices"
)

// parts merges the terms of two scores. Terms with the same key become one part.
type parts struct {
	number map[key]int
	all    []Part
	order  []int
	labels map[[3]string][]string // lists of labels, which shares have in common
	shares []Share                // memory for shares
}

// key identifies a part.
type key struct {
	kind       PartKind
	token, end int
	name       string
	subtag     string
	value      float64
}

// Bounds of the memory of parts: lists of labels to remember, and shares to allocate at a time.
const (
	maxLists   = 1 << 12
	shareBlock = 64
)

func (p *parts) reset() {
	if p.number == nil {
		p.number, p.labels = make(map[key]int), make(map[[3]string][]string)
	}
	clear(p.number)
	p.all = p.all[:0]
	if len(p.labels) > maxLists {
		clear(p.labels)
	}
}

// at returns the part of a term.
func (p *parts) at(t *Term) *Part {
	id := key{t.Kind, t.Token, t.End, t.Name, t.Subtag, t.Value}
	k, ok := p.number[id]
	if !ok {
		k = len(p.all)
		p.number[id] = k
		p.all = append(p.all, Part{Kind: t.Kind, Token: t.Token, End: t.End, Name: t.Name, Subtag: t.Subtag})
		if t.Value != 1 {
			p.all[k].Value = t.Value
		}
	}
	return &p.all[k]
}

func (p *parts) chosen(t *Term) { p.add(&p.at(t).Chosen, t) }
func (p *parts) other(t *Term)  { p.add(&p.at(t).Other, t) }

// add adds a term to the share of a part.
func (p *parts) add(s **Share, t *Term) {
	if *s == nil {
		if len(p.shares) == cap(p.shares) {
			p.shares = make([]Share, 0, shareBlock)
		}
		p.shares = append(p.shares, Share{Labels: p.listOf(t)})
		*s = &p.shares[len(p.shares)-1]
	}
	(*s).Weight += t.Weight
}

// listOf returns the labels of a term.
func (p *parts) listOf(t *Term) []string {
	list, ok := p.labels[t.Labels]
	if !ok {
		for k, name := range t.Labels {
			if name != "" || len(list) > 0 || k == len(t.Labels)-1 {
				list = append(list, name)
			}
		}
		p.labels[t.Labels] = list
	}
	return list
}

// list returns the parts that do not cancel, sorted by magnitude, and the sum of their differences.
// Equal magnitudes stay in the order of the terms.
func (p *parts) list() (list []Part, sum float64) {
	p.order = p.order[:0]
	for k := range p.all {
		part := &p.all[k]
		if part.Chosen != nil {
			part.Difference += part.Chosen.Weight
		}
		if part.Other != nil {
			part.Difference -= part.Other.Weight
		}
		if part.Difference != 0 {
			p.order = append(p.order, k)
		}
	}
	slices.SortFunc(p.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(math.Abs(p.all[b].Difference), math.Abs(p.all[a].Difference)), cmp.Compare(a, b))
	})
	list = make([]Part, len(p.order))
	for k, at := range p.order {
		list[k] = p.all[at]
		sum += list[k].Difference
	}
	return list, sum
}
