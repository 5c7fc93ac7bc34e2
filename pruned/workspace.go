package pruned

import (
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Workspace is the scratch memory for decoding and inference; the zero value is ready. It serves
// one goroutine at a time. Methods grow it as needed and allocate nothing once it is large enough.
type Workspace struct {
	s *Lattice // the scores of the tables below

	stateAt []int // T+1: where the states of token t start
	shareAt []int // T+1: the same for share
	alpha   []float64
	share   []float64 // per token A x B x C, or A x B if the step has no weights: p(a | b, c)
	back    []int32   // per state: the lowest of the best a

	enter     []float64 // B x C: U
	most, sum []float64 // B x C
	mu, prev  []float64 // marginals of the states at t and t-1

	prefix        []float64 // per state: the expected cost up to it
	after, before []float64 // the expected cost from the states at t, and at t-1, on

	at     []int // indexes of the labels of the best path
	smooth smooth

	marginal Lattice // of Prune
}

// step leads from the A x B states (a, b) at t-1 to the B x C states (b, c) at t.
type step struct {
	a, b, c int
	weight  []float64 // A x B x C; nil means zeros
}

func (s *Lattice) step(t int) step {
	p := step{a: s.kept.count(t - 1), b: 1, c: s.kept.count(t)}
	switch {
	case s.order == 2:
		p.a, p.b = s.kept.count(t-2), p.a
		if t >= 2 {
			p.weight = s.TripleAt(t)
		}
	case s.order == 1 && t >= 1:
		p.weight = s.EdgeAt(t)
	}
	return p
}

// enterAt returns U, the B x C lower-order scores of the states at t.
func (w *Workspace) enterAt(t int) []float64 {
	s := w.s
	node := s.NodeAt(t)
	if s.order < 2 || t == 0 {
		return node
	}
	w.enter = append(w.enter[:0], s.EdgeAt(t)...)
	for k := range w.enter {
		w.enter[k] += node[k%len(node)]
	}
	return w.enter
}

// prepare validates s and sizes the tables for it. done is true on error and if s has no tokens.
func (w *Workspace) prepare(s *Lattice) (done bool, err error) {
	if err := s.Validate(); err != nil {
		return true, err
	}
	w.s = s
	w.stateAt, w.shareAt = append(w.stateAt[:0], 0), append(w.shareAt[:0], 0)
	states, shares, widest := 0, 0, 1
	for t := range s.Len() {
		p := s.step(t)
		if p.c == 0 {
			return true, structured.ErrNoPath
		}
		states += p.b * p.c
		widest = max(widest, p.b*p.c)
		if shares += p.a * p.b; p.weight != nil {
			shares += p.a * p.b * (p.c - 1)
		}
		w.stateAt, w.shareAt = append(w.stateAt, states), append(w.shareAt, shares)
	}
	w.alpha, w.share, w.back = vec.Resize(w.alpha, states), vec.Resize(w.share, shares), vec.Resize(w.back, states)
	w.most, w.sum = vec.Resize(w.most, widest), vec.Resize(w.sum, widest)
	w.mu, w.prev = vec.Resize(w.mu, widest), vec.Resize(w.prev, widest)
	return s.Len() == 0, nil
}

// origin is the only state before the sentence.
var origin = []float64{0}

// states returns the B x C alphas of the states at t, or origin before the sentence.
func (w *Workspace) states(t int) []float64 {
	if t < 0 {
		return origin
	}
	return w.alpha[w.stateAt[t]:w.stateAt[t+1]]
}

// shares returns p(a | b, c) for the step to t.
func (w *Workspace) shares(t int) []float64 { return w.share[w.shareAt[t]:w.shareAt[t+1]] }
