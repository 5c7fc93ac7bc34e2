package crf

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/structured"
)

// tokens holds the attributes of consecutive tokens.
type tokens struct {
	first []int     // n+1: the attributes of token t are attr[first[t]:first[t+1]]
	attr  []int32   // attribute numbers
	value []float64 // attribute values; nil while all are 1

	bfirst []int   // n+1: the same for bigram attributes; empty while there are none
	battr  []int32 // bigram attribute numbers; all values are 1

	name   []byte   // scratch for attribute names
	names  [][]byte // the same for those of a token
	prints []uint64 // their fingerprints
	ids    []int32  // their numbers
}

func (k *tokens) reset() {
	k.first, k.attr, k.value = append(k.first[:0], 0), k.attr[:0], k.value[:0]
	k.bfirst, k.battr = k.bfirst[:0], k.battr[:0]
}

func (k *tokens) add(id int32, value float64) {
	if value != 1 && len(k.value) == 0 {
		for range k.attr {
			k.value = append(k.value, 1)
		}
	}
	if value != 1 || len(k.value) > 0 {
		k.value = append(k.value, value)
	}
	k.attr = append(k.attr, id)
}

// find sets ids to the numbers of names, with -1 for those that are unknown and not added. It first
// looks up all fingerprints, so that the lookups wait for memory at the same time.
func (k *tokens) find(f *finder, names [][]byte) {
	k.prints = k.prints[:0]
	for _, name := range names {
		k.prints = append(k.prints, f.known.hasher.Of(name))
	}
	k.ids = slices.Grow(k.ids[:0], len(names))[:len(names)]
	f.known.table.FindAll(k.ids, k.prints)
	for i, id := range k.ids {
		if id < 0 || string(f.known.name(id)) != string(names[i]) {
			k.ids[i] = f.number(k.prints[i], names[i])
		}
	}
}

// next completes the current token.
func (k *tokens) next() {
	if len(k.battr) > 0 {
		k.padPairs()
		k.bfirst = append(k.bfirst, len(k.battr))
	}
	k.first = append(k.first, len(k.attr))
}

// padPairs sets bfirst for tokens without bigram attributes before the first one with some.
func (k *tokens) padPairs() {
	for len(k.bfirst) < len(k.first) {
		k.bfirst = append(k.bfirst, 0)
	}
}

// pairs returns the bigram attributes of tokens lo..hi-1.
func (k *tokens) pairs(lo, hi int) []int32 {
	if len(k.bfirst) == 0 {
		return nil
	}
	return k.battr[k.bfirst[lo]:k.bfirst[hi]]
}

// index numbers the features. Those of the attributes come first, grouped by attribute, then the
// transitions, then those of the bigram attributes.
type index struct {
	labels int
	start  []int   // A+1: the features of attribute a are start[a]..start[a+1]
	label  []int32 // label of each feature
	trans  []int32 // the label pair i*L+j of each transition
	bstart []int   // B+1: the features of bigram attribute b are bstart[b]..bstart[b+1], counted from bigramsAt
	bpair  []int32 // label pair of each feature

	pairs *structured.Pairs // the transitions, if edges are sparse
}

// finish chooses the shape of the edges.
func (x *index) finish() *index {
	if len(x.bpair) == 0 && len(x.trans) > 0 && chain.Sparse(x.labels, len(x.trans)) {
		x.pairs, _ = structured.NewPairs(x.labels, x.trans) // ascending, and below L*L
	}
	return x
}

func (x *index) transAt() int   { return len(x.label) }
func (x *index) bigramsAt() int { return len(x.label) + len(x.trans) }
func (x *index) dim() int       { return len(x.label) + len(x.trans) + len(x.bpair) }

func (x *index) edges() structured.EdgeShape {
	switch {
	case x.pairs != nil:
		return structured.SparseEdges
	case len(x.bpair) > 0:
		return structured.PositionEdges
	case len(x.trans) > 0:
		return structured.SharedEdges
	}
	return structured.NoEdges
}

// resize gives dst the shape of the scores of n tokens.
func (x *index) resize(dst *structured.Lattice, n int) {
	dst.Pairs = x.pairs
	dst.Resize(n, x.labels, x.edges())
}

// reset is resize with zeros.
func (x *index) reset(dst *structured.Lattice, n int) {
	x.resize(dst, n)
	clear(dst.Node)
	clear(dst.Edge)
}

// score sets dst to the scores of tokens lo..hi-1 under the weights scale*w.
func (x *index) score(dst *structured.Lattice, k *tokens, lo, hi int, w []float64, scale float64) {
	x.reset(dst, hi-lo)
	for t := lo; t < hi; t++ {
		row := dst.NodeAt(t - lo)
		for p := k.first[t]; p < k.first[t+1]; p++ {
			from, to := x.start[k.attr[p]], x.start[k.attr[p]+1]
			labels, weights := x.label[from:to], w[from:to]
			if len(k.value) == 0 {
				for q, j := range labels {
					row[j] += weights[q]
				}
				continue
			}
			v := k.value[p]
			for q, j := range labels {
				row[j] += float64(v * weights[q]) // rounded, not fused: the same bits on every machine
			}
		}
	}
	if len(dst.Edge) > 0 {
		x.scoreEdges(dst, k, lo, hi, w)
	}
	if scale != 1 {
		dst.Scale(scale)
	}
}

func (x *index) scoreEdges(dst *structured.Lattice, k *tokens, lo, hi int, w []float64) {
	trans, bigrams := w[x.transAt():x.bigramsAt()], w[x.bigramsAt():]
	if x.pairs != nil {
		copy(dst.Edge, trans)
		return
	}
	if len(x.bpair) == 0 {
		for q, pair := range x.trans {
			dst.Edge[pair] = trans[q]
		}
		return
	}
	for t := lo + 1; t < hi; t++ {
		edge := dst.EdgeAt(t - lo)
		for q, pair := range x.trans {
			edge[pair] = trans[q]
		}
		for _, b := range k.pairs(t, t+1) {
			for q := x.bstart[b]; q < x.bstart[b+1]; q++ {
				edge[x.bpair[q]] += bigrams[q]
			}
		}
	}
}

// pull is the transpose of score. Given the gradient g with respect to the scores of tokens
// lo..hi-1, it adds c times the gradient with respect to the weights to dst.
func (x *index) pull(dst training.Vector, g *structured.Lattice, k *tokens, lo, hi int, c float64) {
	for t := lo; t < hi; t++ {
		row := g.NodeAt(t - lo)
		if isZero(row) {
			continue
		}
		for p := k.first[t]; p < k.first[t+1]; p++ {
			from, to := x.start[k.attr[p]], x.start[k.attr[p]+1]
			if from == to {
				continue
			}
			v := c
			if len(k.value) > 0 {
				v *= k.value[p]
			}
			span := dst.Span(from, to)
			for q, j := range x.label[from:to] {
				span[q] += v * row[j]
			}
		}
	}
	x.pullEdges(dst, g, k, lo, c)
}

// pullSquares is pull with squared attribute values.
func (x *index) pullSquares(dst []float64, g *structured.Lattice, k *tokens, lo, hi int, c float64) {
	for t := lo; t < hi; t++ {
		row := g.NodeAt(t - lo)
		for p := k.first[t]; p < k.first[t+1]; p++ {
			from, to := x.start[k.attr[p]], x.start[k.attr[p]+1]
			v := c
			if len(k.value) > 0 {
				v *= k.value[p] * k.value[p]
			}
			for q, j := range x.label[from:to] {
				dst[from+q] += v * row[j]
			}
		}
	}
	to := training.Dense(dst)
	x.pullEdges(&to, g, k, lo, c)
}

func (x *index) pullEdges(dst training.Vector, g *structured.Lattice, k *tokens, lo int, c float64) {
	if x.pairs != nil {
		span := dst.Span(x.transAt(), x.bigramsAt())
		for q, v := range g.Edge {
			span[q] += c * v
		}
		return
	}
	n := x.labels * x.labels
	for at := 0; at < len(g.Edge); at += n {
		edge := g.Edge[at : at+n]
		if isZero(edge) {
			continue
		}
		span := dst.Span(x.transAt(), x.bigramsAt())
		for q, pair := range x.trans {
			span[q] += c * edge[pair]
		}
		if len(x.bpair) == 0 {
			continue
		}
		t := lo + at/n + 1
		for _, b := range k.pairs(t, t+1) {
			from, to := x.bstart[b], x.bstart[b+1]
			span := dst.Span(x.bigramsAt()+from, x.bigramsAt()+to)
			for q, pair := range x.bpair[from:to] {
				span[q] += c * edge[pair]
			}
		}
	}
}

func isZero(x []float64) bool {
	for _, v := range x {
		if v != 0 {
			return false
		}
	}
	return true
}

// support visits the features that score reads for the tokens lo..hi-1.
func (x *index) support(k *tokens, lo, hi int, visit func(from, to int)) {
	for _, a := range k.attr[k.first[lo]:k.first[hi]] {
		if x.start[a] < x.start[a+1] {
			visit(x.start[a], x.start[a+1])
		}
	}
	if hi-lo < 2 {
		return
	}
	if len(x.trans) > 0 {
		visit(x.transAt(), x.bigramsAt())
	}
	if len(x.bpair) == 0 {
		return
	}
	for _, b := range k.pairs(lo+1, hi) {
		if x.bstart[b] < x.bstart[b+1] {
			visit(x.bigramsAt()+x.bstart[b], x.bigramsAt()+x.bstart[b+1])
		}
	}
}
