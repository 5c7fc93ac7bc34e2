package pruned

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Decode fills path, one label per token of s, with the best path and returns its score. The
// package comment defines the order of ties.
func (w *Workspace) Decode(path []int, s *Lattice) (float64, error) {
	if len(path) != s.Len() {
		return 0, fmt.Errorf("%w: path has %d labels, but the lattice has %d tokens", structured.ErrShape, len(path), s.Len())
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	score, err := w.decode()
	if err != nil {
		return 0, err
	}
	for t, at := range w.at {
		path[t] = s.kept.At(t)[at]
	}
	return score, nil
}

// decode stores the best path in w.at, as indexes into the lists of kept labels.
func (w *Workspace) decode() (float64, error) {
	n := w.s.Len()
	for t := range n {
		out := w.states(t)
		w.max(out, w.states(t-1), w.s.step(t), w.back[w.stateAt[t]:w.stateAt[t+1]])
		for k, v := range w.enterAt(t) {
			out[k] += v
		}
		if vec.FirstBad(out) >= 0 {
			return 0, errOverflow
		}
	}
	state, score := -1, math.Inf(-1)
	p, last := w.s.step(n-1), w.states(n-1)
	for c := range p.c {
		for k := c; k < len(last); k += p.c {
			if last[k] > score {
				state, score = k, last[k]
			}
		}
	}
	if state < 0 {
		return 0, structured.ErrNoPath
	}
	w.at = vec.Resize(w.at, n)
	for t := n - 1; t >= 0; t-- {
		p := w.s.step(t)
		w.at[t] = state % p.c
		state = int(w.back[w.stateAt[t]+state])*p.b + state/p.c
	}
	return score, nil
}

// max sets out(b, c) to max_a in(a, b) + weight(a, b, c). Unless back is nil, it sets back to the
// lowest a that reaches the maximum.
func (w *Workspace) max(out, in []float64, p step, back []int32) {
	vec.Fill(out, math.Inf(-1))
	clear(back)
	for ab, v := range in {
		a, b := ab/p.b, ab%p.b
		if math.IsInf(v, -1) {
			continue
		}
		to := out[b*p.c : (b+1)*p.c]
		if p.weight == nil {
			if v > to[0] {
				vec.Fill(to, v)
				mark(back, b*p.c, p.c, a)
			}
			continue
		}
		for k, x := range p.weight[ab*p.c : (ab+1)*p.c] {
			if v+x > to[k] {
				to[k] = v + x
				mark(back, b*p.c+k, 1, a)
			}
		}
	}
}

// mark sets n entries of back to a, unless back is nil.
func mark(back []int32, at, n, a int) {
	if back == nil {
		return
	}
	for k := at; k < at+n; k++ {
		back[k] = int32(a)
	}
}
