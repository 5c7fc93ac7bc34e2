package prunedcrf

import (
	"errors"
	"slices"

	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// mostSpelt labels have a grammar, which has a number for each pair of them.
const mostSpelt = 1 << 11

// grammar returns that of the labels, nil if they spell no spans or are too many, and the number of the label O, -1
// if there is none.
func grammar(labels []string, scheme structured.Scheme) (g *structured.Grammar, outside int) {
	if scheme == structured.Plain || len(labels) > mostSpelt {
		return nil, -1
	}
	return structured.NewGrammar(labels, scheme), slices.Index(labels, "O")
}

// within is run for labelling: with what pairs of labels must be kept to the grammar, at least order 1, and labels
// kept such that there is a labelling: O, or all of them where the model lacks it. Where there is none all the
// same, because labels were fixed, the grammar is lifted. Without a grammar it is run.
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
	if err == nil && keep == nil && q.order == 1 { // which nothing has looked for a labelling in
		_, err = k.w.LogZ(s)
	}
	if errors.Is(err, structured.ErrNoPath) {
		return k.run(x, n, w, 1, p, nil, nil)
	}
	return s, err
}
