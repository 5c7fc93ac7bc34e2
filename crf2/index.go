package crf2

import (
	"slices"

	"github.com/trellis-nlp/trellis/inference/secondorder"
	"github.com/trellis-nlp/trellis/optimize"
)

// An index says which weight belongs to what. Those of attributes come first, attribute by attribute, then those
// of pairs and triples of labels.
type index struct {
	labels, outcomes int       // outcomes are the labels and their parts
	parts            [][]int32 // of each label
	start            []int     // attributes+1: those of attribute a are the weights start[a]..start[a+1]-1
	outcome          []int32   // of each of them
	chain            map[[3]int32]int32
}

// none stands before a pair where a triple has its first label.
const none = -1

func newIndex(attrs int, labels []string, separator string, examples []example) *index {
	x := &index{labels: len(labels), chain: make(map[[3]int32]int32)}
	x.parts, x.outcomes = parts(labels, separator)
	seen := make([][]int32, attrs) // outcomes of each attribute, each once
	for k := range examples {
		e := &examples[k]
		for t, j := range e.gold {
			for _, a := range e.token(t) {
				if slices.Contains(seen[a], int32(j)) {
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
	x.start = []int{0}
	for _, list := range seen {
		slices.Sort(list)
		x.outcome = append(x.outcome, list...)
		x.start = append(x.start, len(x.outcome))
	}
	for k := range examples {
		y := examples[k].gold
		for t := 1; t < len(y); t++ {
			x.link(none, y[t-1], y[t])
			if t > 1 {
				x.link(y[t-2], y[t-1], y[t])
			}
		}
	}
	return x
}

// link gives a pair or triple of labels a weight.
func (x *index) link(h, i, j int) {
	key := [3]int32{int32(h), int32(i), int32(j)}
	if _, ok := x.chain[key]; !ok {
		x.chain[key] = int32(x.dim())
	}
}

func (x *index) dim() int { return len(x.outcome) + len(x.chain) }

// score makes node, tokens x labels, the scores of the nodes under the weights scale*w.
func (x *index) score(node, row []float64, s *sentence, w []float64, scale float64) {
	for t := range s.tokens() {
		clear(row)
		for _, a := range s.token(t) {
			weights := w[x.start[a]:x.start[a+1]]
			for k, o := range x.outcome[x.start[a]:x.start[a+1]] {
				row[o] += weights[k]
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

// visit calls each with the numbers of the pairs and triples of s that have a weight, and with that weight.
func (x *index) visit(s *secondorder.Lattice, each func(number *float64, weight int32)) {
	kept := s.Kept()
	for t := 1; t < s.Len() && s.Order() > 0; t++ {
		edge, triple := s.EdgeAt(t), s.TripleAt(t)
		to, n := kept.At(t), 0
		for k := range edge {
			i, j := kept.At(t - 1)[k/len(to)], to[k%len(to)]
			if q, ok := x.chain[[3]int32{none, int32(i), int32(j)}]; ok {
				each(&edge[k], q)
			}
		}
		if len(triple) == 0 {
			continue
		}
		for _, h := range kept.At(t - 2) {
			for _, i := range kept.At(t - 1) {
				for _, j := range to {
					if q, ok := x.chain[[3]int32{int32(h), int32(i), int32(j)}]; ok {
						each(&triple[n], q)
					}
					n++
				}
			}
		}
	}
}

// pull adds the gradient g with respect to scores, brought back onto the weights, to dst: the transpose of score
// and visit.
func (x *index) pull(dst *optimize.Sparse, row []float64, g *secondorder.Lattice, s *sentence) {
	for t := range s.tokens() {
		clear(row)
		node := g.NodeAt(t)
		for k, j := range g.Kept().At(t) {
			row[j] += node[k]
			for _, u := range x.parts[j] {
				row[u] += node[k]
			}
		}
		for _, a := range s.token(t) {
			span := dst.Span(x.start[a], x.start[a+1])
			for k, o := range x.outcome[x.start[a]:x.start[a+1]] {
				span[k] += row[o]
			}
		}
	}
	x.visit(g, func(number *float64, q int32) { dst.Add(int(q), *number) })
}

// support visits the weights that a sentence may read.
func (x *index) support(s *sentence, visit func(lo, hi int)) {
	for _, a := range s.attr {
		visit(x.start[a], x.start[a+1])
	}
	visit(len(x.outcome), x.dim())
}
