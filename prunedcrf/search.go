package prunedcrf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// search is the scratch memory of one goroutine for coarse-to-fine scoring.
type search struct {
	node, row []float64      // tokens x labels; labels and subtags
	kept      [3]pruned.Kept // the kept labels before each order
	lattice   [3]pruned.Lattice
	w         pruned.Workspace
	path      []int // the path that pruning keeps
	fixed     bool  // Allow has forbidden labels
}

// plan holds the order of the search and the pruning before pairs and before triples.
type plan struct {
	order int
	prune [2]pruned.Pruning
}

// score computes the node scores of a sentence under the weights scale*w.
func (k *search) score(x *index, s *sentence, w []float64, scale float64) {
	k.node, k.row = vec.Resize(k.node, s.tokens()*x.labels), vec.Resize(k.row, x.outcomes)
	x.score(k.node, k.row, s, w, scale)
	k.fixed = false
}

// run returns the lattice of a sentence of n tokens. Call score before it. The lattice is valid
// until the next call. Pruning keeps the labels of the path keep, unless keep is nil. If g is not
// nil, run adds its transition constraints.
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

// restrict forbids what the transition constraints g forbid.
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

// allow forbids all labels except allowed[t] at each token t. An empty list forbids none.
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
