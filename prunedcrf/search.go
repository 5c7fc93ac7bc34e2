package prunedcrf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// A search is the scratch memory with which one goroutine scores a sentence from coarse to fine.
type search struct {
	node, row []float64      // tokens x labels; labels and parts
	kept      [3]pruned.Kept // before each order
	lattice   [3]pruned.Lattice
	w         pruned.Workspace
	path      []int // that pruning keeps
	fixed     bool  // the nodes forbid labels
}

// A plan says how to search: up to which order, and what goes before pairs and before triples.
type plan struct {
	order int
	prune [2]pruned.Pruning
}

// score makes the nodes those of a sentence under the weights scale*w.
func (k *search) score(x *index, s *sentence, w []float64, scale float64) {
	k.node, k.row = vec.Resize(k.node, s.tokens()*x.labels), vec.Resize(k.row, x.outcomes)
	x.score(k.node, k.row, s, w, scale)
	k.fixed = false
}

// run returns the lattice of a sentence of n tokens whose nodes are scored, which is valid until the next call. The
// labels of the path keep are kept; nil stands for none. Pairs of labels get what the grammar has for them, unless it
// is nil.
func (k *search) run(x *index, n int, w []float64, scale float64, p plan, keep []int, g *structured.Grammar) (*pruned.Lattice, error) {
	k.kept[0].KeepAll(n, x.labels)
	for order := 0; ; order++ {
		l := &k.lattice[order]
		l.Reset(&k.kept[order], order)
		for t := range n {
			node := l.NodeAt(t)
			for m, j := range k.kept[order].At(t) {
				node[m] = k.node[t*x.labels+j]
			}
		}
		x.chain.visit(l, func(value *float64, q int) { *value = scale * w[len(x.outcome)+q] })
		if g != nil && order > 0 {
			restrict(l, g)
		}
		if order == p.order {
			return l, nil
		}
		if err := k.w.Prune(&k.kept[order+1], l, p.prune[order], keep); err != nil {
			return nil, err
		}
	}
}

// restrict forbids what is not in the grammar.
func restrict(l *pruned.Lattice, g *structured.Grammar) {
	kept, last := l.Kept(), l.Len()-1
	for t := range l.Len() {
		to := kept.At(t)
		node := l.NodeAt(t)
		for m, j := range to {
			if t == 0 {
				node[m] += g.Start[j]
			}
			if t == last {
				node[m] += g.End[j]
			}
		}
		if t == 0 {
			continue
		}
		edge := l.EdgeAt(t)
		for k, i := range kept.At(t - 1) {
			for m, j := range to {
				edge[k*len(to)+m] += g.Edge[i*len(g.Start)+j]
			}
		}
	}
}

// allow forbids all labels but allowed[t] at each token t, unless that is empty.
func (k *search) allow(x *index, allowed [][]int) {
	for t, list := range allowed {
		if len(list) == 0 {
			continue
		}
		k.fixed = true
		node := k.node[t*x.labels:][:x.labels]
		for j := range node {
			if !slices.Contains(list, j) {
				node[j] = math.Inf(-1)
			}
		}
	}
}
