package secondorder

import (
	"fmt"

	"github.com/trellis-nlp/trellis/structured"
)

// Pruning says which labels a token keeps.
type Pruning struct {
	Threshold float64 // the least probability of a label that is kept
	Most      int     // of these, so many of the most probable; 0 means all
}

// Prune makes dst the labels of s whose marginal probability under its scores meets the threshold, together with
// those of the best path, so that one is always left, and those of gold, unless that is nil. A gold label that s
// does not keep wraps ErrPruned. dst must not be the list that s is over.
func (w *Workspace) Prune(dst *Kept, s *Lattice, p Pruning, gold []int) error {
	if s.kept == nil {
		dst.Reset(0)
		return s.fits(gold)
	}
	if s.kept == dst {
		return fmt.Errorf("%w: pruning into the list that the scores are over", structured.ErrShape)
	}
	dst.Reset(s.kept.l)
	if _, err := w.Marginals(&w.marginal, s); err != nil || s.Len() == 0 {
		return err
	}
	if gold != nil {
		var err error
		if w.gold, err = s.kept.indices(w.gold, gold); err != nil {
			return err
		}
	}
	if _, err := w.decode(); err != nil {
		return err
	}
	for t := range s.Len() {
		mu, labels := w.marginal.NodeAt(t), s.kept.At(t)
		for k, label := range labels {
			if k == w.at[t] || gold != nil && k == w.gold[t] || mu[k] >= p.Threshold && (p.Most <= 0 || rank(mu, k) < p.Most) {
				dst.label = append(dst.label, label)
			}
		}
		dst.end = append(dst.end, len(dst.label))
	}
	return nil
}

// rank returns how many of v stand before v[k] in descending order, the first of equal ones first.
func rank(v []float64, k int) int {
	n := 0
	for m, x := range v {
		if x > v[k] || x == v[k] && m < k {
			n++
		}
	}
	return n
}
