package prunedcrf

import (
	"errors"
	"slices"

	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// mostSpelt is the largest number of labels with a grammar, which stores a number for each pair of
// labels.
const mostSpelt = 1 << 11

// grammar returns the transition constraints of the labels, or nil if they encode no spans or are
// too many. outside is the number of label O, or -1.
func grammar(labels []string, scheme structured.Scheme) (g *structured.Grammar, outside int) {
	if scheme == structured.Plain || len(labels) > mostSpelt {
		return nil, -1
	}
	return structured.NewGrammar(labels, scheme), slices.Index(labels, "O")
}

// within is run with transition constraints. It uses at least order 1 and keeps O at every token,
// or all labels if the model has no O, so that a labelling exists. If fixed labels still leave
// none, it runs without constraints. If g is nil, within equals run.
func (k *search) within(x *index, n int, w []float64, p plan, g *structured.Grammar, outside int) (*pruned.Lattice, error) {
	if g == nil {
		return k.run(x, n, w, 1, p, nil, nil)
	}
	q := p
	q.order = max(q.order, 1)
	var keep []int
	if outside < 0 || k.fixed {
		q.prune[0] = pruned.Pruning{}
	} else {
		k.path = k.path[:0]
		for range n {
			k.path = append(k.path, outside)
		}
		keep = k.path
	}
	s, err := k.run(x, n, w, 1, q, keep, g)
	if err == nil && keep == nil && q.order == 1 { // nothing has checked yet that a labelling exists
		_, err = k.w.LogZ(s)
	}
	if errors.Is(err, structured.ErrNoPath) {
		return k.run(x, n, w, 1, p, nil, nil)
	}
	return s, err
}
