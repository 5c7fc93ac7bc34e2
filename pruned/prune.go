package pruned

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Pruning defines which labels a token keeps.
type Pruning struct {
	Threshold float64 // minimum probability of a kept label
	Most      int     // maximum number of these labels, most probable first; 0 means all
}

// Prune sets dst to the labels whose marginal probability under scores s reaches the threshold. It
// always keeps the labels of the best path, so each token keeps at least one. It also keeps the
// labels of gold unless gold is nil. A gold label that s does not keep wraps ErrPruned. dst must
// not be the list of s.
func (w *Workspace) Prune(dst *Kept, s *Lattice, p Pruning, gold []int) error {
	if s.kept == nil {
		dst.Reset(0)
		return s.CheckPath(gold)
	}
	if s.kept == dst {
		return fmt.Errorf("%w: dst is the list of kept labels of the scores: want another", structured.ErrShape)
	}
	dst.Reset(s.kept.l)
	if gold != nil {
		if err := s.CheckPath(gold); err != nil {
			return err
		}
	}
	if s.order == 0 {
		return w.pruneTokens(dst, s, p, gold)
	}
	if _, err := w.Marginals(&w.marginal, s); err != nil || s.Len() == 0 {
		return err
	}
	if _, err := w.decode(); err != nil {
		return err
	}
	for t := range s.Len() {
		p.keep(dst, s.kept.At(t), w.marginal.NodeAt(t), p.Threshold, w.at[t], s.placeOf(gold, t))
	}
	return nil
}

// pruneTokens is Prune for order 0, where each token has its own distribution.
func (w *Workspace) pruneTokens(dst *Kept, s *Lattice, p Pruning, gold []int) error {
	if err := s.Validate(); err != nil {
		return err
	}
	for t := range s.Len() {
		node := s.NodeAt(t)
		best, most := -1, math.Inf(-1)
		for k, v := range node {
			if v > most {
				best, most = k, v
			}
		}
		if best < 0 {
			return structured.ErrNoPath
		}
		w.mu = vec.Resize(w.mu, len(node))
		simd.Exp(w.mu, node, most)
		sum := 0.0
		for _, v := range w.mu {
			sum += v
		}
		p.keep(dst, s.kept.At(t), w.mu, p.Threshold*sum, best, s.placeOf(gold, t))
	}
	return nil
}

// placeOf returns the index of the gold label of token t, or -1 if gold is nil.
func (s *Lattice) placeOf(gold []int, t int) int {
	if gold == nil {
		return -1
	}
	return s.kept.Index(t, gold[t])
}

// keep appends a token with the labels whose mu is at least least, at most p.Most of them. It also
// keeps the labels at best and must; must may be -1.
func (p Pruning) keep(dst *Kept, labels []int, mu []float64, least float64, best, must int) {
	n := 0
	for _, v := range mu {
		if v >= least {
			n++
		}
	}
	crowded := p.Most > 0 && n > p.Most
	for k, label := range labels {
		if k == best || k == must || mu[k] >= least && (!crowded || rank(mu, k) < p.Most) {
			dst.label = append(dst.label, label)
		}
	}
	dst.end = append(dst.end, len(dst.label))
}

// rank returns the position of v[k] in descending order. Among equal values, the lower index comes
// first.
func rank(v []float64, k int) int {
	n := 0
	for m, x := range v {
		if x > v[k] || x == v[k] && m < k {
			n++
		}
	}
	return n
}
