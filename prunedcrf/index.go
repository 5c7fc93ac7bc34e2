package prunedcrf

import (
	"slices"

	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/pruned"
)

// index assigns weights to features. Weights of attributes come first, attribute by attribute, then
// those of label pairs and triples.
type index struct {
	labels, outcomes int       // outcomes are labels and subtags
	parts            [][]int32 // per label: its subtags, as outcomes
	partNames        []string
	start            []int   // attributes+1: attribute a has the weights start[a]..start[a+1]-1
	outcome          []int32 // the outcome of each of these weights
	chain            chain
}

// newIndex gives a weight to each combination that occurs in d. Attributes that occur fewer than
// minCount times get none. Neither do label sequences of more than order+1 labels.
func newIndex(d *Dataset, separator string, minCount, order int) *index {
	labels := d.Labels()
	of, names := parts(labels, separator)
	x := &index{labels: len(labels), outcomes: len(labels) + len(names), parts: of, partNames: names, start: []int{0}}
	seen := make([][]int32, d.attrs.Len()) // distinct outcomes of each attribute
	for k := range d.list {
		e := &d.list[k]
		for t, j := range e.gold {
			for _, a := range e.token(t) {
				if d.count[a] < minCount || slices.Contains(seen[a], int32(j)) {
					continue
				}
				seen[a] = append(seen[a], int32(j))
				for _, u := range x.parts[j] {
					if !slices.Contains(seen[a], u) {
						seen[a] = append(seen[a], u)
					}
				}
			}
		}
	}
	for _, list := range seen {
		slices.Sort(list)
		x.outcome = append(x.outcome, list...)
		x.start = append(x.start, len(x.outcome))
	}
	for k := range d.list {
		y := d.list[k].gold
		for t := 1; t < len(y) && order > 0; t++ {
			x.chain.add(none, y[t-1], y[t])
			if t > 1 && order > 1 {
				x.chain.add(y[t-2], y[t-1], y[t])
			}
		}
	}
	return x
}

func (x *index) dim() int { return len(x.outcome) + len(x.chain.keys) }

// score sets node, tokens x labels, to the node scores under the weights scale*w.
func (x *index) score(node, row []float64, s *sentence, w []float64, scale float64) {
	for t := range s.tokens() {
		clear(row)
		values := s.values(t)
		for n, a := range s.token(t) {
			weights, v := w[x.start[a]:x.start[a+1]], 1.0
			if values != nil {
				v = values[n]
			}
			for k, o := range x.outcome[x.start[a]:x.start[a+1]] {
				row[o] += v * weights[k]
			}
		}
		for j, of := range x.parts {
			sum := row[j]
			for _, u := range of {
				sum += row[u]
			}
			node[t*x.labels+j] = scale * sum
		}
	}
}

// pull adds c times the gradient with respect to the weights to dst, given the gradient g with
// respect to scores. It is the transpose of score and of visiting the chain.
func (x *index) pull(dst *optimize.Sparse, row []float64, g *pruned.Lattice, s *sentence, c float64) {
	for t := range s.tokens() {
		clear(row)
		node := g.NodeAt(t)
		for k, j := range g.Kept().At(t) {
			row[j] += c * node[k]
			for _, u := range x.parts[j] {
				row[u] += c * node[k]
			}
		}
		values := s.values(t)
		for n, a := range s.token(t) {
			span, v := dst.Span(x.start[a], x.start[a+1]), 1.0
			if values != nil {
				v = values[n]
			}
			for k, o := range x.outcome[x.start[a]:x.start[a+1]] {
				span[k] += v * row[o]
			}
		}
	}
	x.chain.visit(g, func(value *float64, n int) { dst.Add(len(x.outcome)+n, c**value) })
}

// support visits the ranges of weights that a sentence may read.
func (x *index) support(s *sentence, visit func(lo, hi int)) {
	for _, a := range s.attr {
		visit(x.start[a], x.start[a+1])
	}
}
