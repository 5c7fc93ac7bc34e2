package crf2

import (
	"github.com/trellis-nlp/trellis/inference/secondorder"
)

// A search is the scratch memory with which one goroutine scores a sentence from coarse to fine.
type search struct {
	node, row []float64
	kept      [3]secondorder.Kept // before each order
	lattice   [3]secondorder.Lattice
	w         secondorder.Workspace
}

// run scores a sentence up to an order under the weights scale*w and returns its lattice, which is valid until the
// next call. Gold labels are kept; nil stands for none.
func (k *search) run(x *index, s *sentence, w []float64, scale float64, order int, prune [2]secondorder.Pruning, gold []int) (*secondorder.Lattice, error) {
	n := s.tokens()
	k.node, k.row = grow(k.node, n*x.labels), grow(k.row, x.outcomes)
	x.score(k.node, k.row, s, w, scale)
	k.kept[0].KeepAll(n, x.labels)
	for o := 0; ; o++ {
		l := &k.lattice[o]
		l.Reset(&k.kept[o], o)
		for t := range n {
			node := l.NodeAt(t)
			for m, j := range k.kept[o].At(t) {
				node[m] = k.node[t*x.labels+j]
			}
		}
		x.visit(l, func(number *float64, q int32) { *number = scale * w[q] })
		if o == order {
			return l, nil
		}
		if err := k.w.Prune(&k.kept[o+1], l, prune[o], gold); err != nil {
			return nil, err
		}
	}
}

// grow returns a slice of n numbers, whatever they are, in the memory of v if it is large enough.
func grow(v []float64, n int) []float64 {
	if cap(v) < n {
		return make([]float64, n, n+n/2)
	}
	return v[:n]
}
