package viterbi

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Path is one of the paths that KBest returns.
type Path struct {
	Labels []int // T labels
	Score  float64
}

// KBest returns the k best paths of s, all distinct, in descending order of score. Ties follow the
// order in the package comment, so the first path is that of [Workspace.Decode]. Paths of score
// -Inf are left out, so there may be fewer than k. If none is left, the error is ErrNoPath. With
// k < 1 the list is empty.
//
// KBest overwrites dst from its start and reuses its memory, including the Labels up to the
// capacity of dst. dst may be nil.
//
// It takes O(T L^2 + T L min(k, L) + k T log L) time, where the first term is that of Decode, and
// O(T L min(k, L) + k T) memory. Memory grows with the number of paths found, however large k is.
func (w *Workspace) KBest(dst []Path, s *structured.Lattice, k int) ([]Path, error) {
	dst = dst[:0]
	if err := s.Validate(); err != nil {
		return dst, err
	}
	if k < 1 {
		return dst, nil
	}
	if s.T == 0 {
		return appendPath(dst, 0, 0), nil
	}
	w.forward(s, s.L)
	score, last := vec.ArgMax(w.delta[(s.T-1)*s.L:])
	if math.IsInf(score, -1) {
		return dst, structured.ErrNoPath
	}
	w.kbest.sparse = &w.sparse
	d := w.kbest.reset(s, w.delta, w.most, last)
	for d != none {
		dst = appendPath(dst, s.T, w.kbest.prefixes[d].score)
		w.kbest.labels(dst[len(dst)-1].Labels, s, d)
		if len(dst) == k {
			break
		}
		d = w.kbest.after(s, d)
	}
	return dst, nil
}

// KBest is [Workspace.KBest] with a new workspace.
func KBest(dst []Path, s *structured.Lattice, k int) ([]Path, error) {
	return new(Workspace).KBest(dst, s, k)
}

// appendPath appends a path of n labels to dst, reusing the memory of a previous path if possible.
func appendPath(dst []Path, n int, score float64) []Path {
	if len(dst) < cap(dst) {
		dst = dst[:len(dst)+1]
	} else {
		dst = append(dst, Path{})
	}
	p := &dst[len(dst)-1]
	p.Labels, p.Score = vec.Resize(p.Labels, n), score
	return dst
}

// kbest lists the prefixes that end in each node lazily, best first. Nodes have the numbers t*L+j.
// Node T*L, at position T, is the goal: all paths end there, so its prefixes are the paths.
type kbest struct {
	prefixes []prefix  // first the best prefix of each node, at the index of the node
	delta    []float64 // T x L: the scores of the best prefixes
	most     []float64 // T x L: the same without the score of their last node
	heaps    []heap    // T*L+1: the heap of each node, stored in arena
	arena    []extension
	chain    []int // the prefixes whose predecessors must advance first
	sparse   *sparseEdges
}

// prefix is a path from position 0 to a node. The prefixes of a node are ordered by score before
// adding the node's own score, then by the previous label, then by the order of the previous
// prefix. Adding the same number can make scores equal but never swaps them.
type prefix struct {
	score float64 // including the last node
	prev  int     // the prefix shorter by one; none at position 0; unknown until needed
	next  int     // the next prefix in the order of the node, none, or unknown
	label int
}

const (
	none    = -1
	unknown = -2
)

// extension is a prefix plus an edge. It is a candidate prefix of the node that the edge leads to.
type extension struct {
	score float64 // including the edge but not the node
	label int     // the last label of from
	from  int     // index of a prefix
}

// heap holds at most one extension from each label, the best on top. The top extension is the last
// known prefix of the node.
type heap struct {
	start, len int // in arena
	open       bool
}

// reset keeps only the best prefix of each node, from delta and most, and returns the best path.
// last is the last label of that path.
func (b *kbest) reset(s *structured.Lattice, delta, most []float64, last int) int {
	goal := s.T * s.L
	b.delta, b.most = delta, most
	b.prefixes = b.prefixes[:0]
	for t := range s.T {
		for j := range s.L {
			p := prefix{score: delta[t*s.L+j], prev: none, next: none, label: j}
			if t > 0 {
				p.prev, p.next = unknown, unknown
			}
			b.prefixes = append(b.prefixes, p)
		}
	}
	prev := goal - s.L + last
	b.prefixes = append(b.prefixes, prefix{score: delta[prev], prev: prev, next: unknown})
	b.heaps = vec.Resize(b.heaps, goal+1)
	clear(b.heaps)
	b.arena = b.arena[:0]
	return goal
}

// prev returns the prefix shorter by one. For the best prefix of a node, prev computes it on first
// use.
func (b *kbest) prev(s *structured.Lattice, d int) int {
	p := &b.prefixes[d]
	if p.prev == unknown {
		t, n := d/s.L, s.L
		left := b.delta[(t-1)*n : t*n]
		if p.prev = (t - 1) * n; s.Pairs != nil {
			p.prev += b.sparse.before(left, p.label, b.most[d])
		} else {
			p.prev += before(left, s.EdgeAt(t), p.label, b.most[d])
		}
	}
	return p.prev
}

// labels fills path with the labels of d, a prefix of the goal.
func (b *kbest) labels(path []int, s *structured.Lattice, d int) {
	for t := len(path) - 1; t >= 0; t-- {
		d = b.prev(s, d)
		path[t] = b.prefixes[d].label
	}
}

// after returns the prefix of the goal that follows d, or none. Each heap needs the prefix after
// the one on its top, and so on to the left until one is known. after first walks left along this
// chain, then advances the prefixes from left to right.
func (b *kbest) after(s *structured.Lattice, d int) int {
	b.chain = b.chain[:0]
	for p := d; b.prefixes[p].next == unknown; p = b.prev(s, p) {
		b.chain = append(b.chain, p)
	}
	for c := len(b.chain) - 1; c >= 0; c-- {
		b.advance(s, b.chain[c], s.T-c)
	}
	return b.prefixes[d].next
}

// advance finds the prefix that follows d. d is the last known prefix of its node at position t,
// and the successor of its predecessor is known.
func (b *kbest) advance(s *structured.Lattice, d, t int) {
	j, prev := b.prefixes[d].label, b.prev(s, d)
	h := &b.heaps[t*s.L+j]
	if !h.open {
		b.open(h, s, t, j)
	}
	x := b.arena[h.start : h.start+h.len]
	if next := b.prefixes[prev].next; next != none {
		i := x[0].label
		x[0] = extension{b.prefixes[next].score + edgeScore(s, t, i, j), i, next}
	} else {
		x[0].score = math.Inf(-1)
	}
	if math.IsInf(x[0].score, -1) {
		h.len--
		x[0] = x[h.len]
		x = x[:h.len]
	}
	if h.len == 0 {
		b.prefixes[d].next = none
		return
	}
	siftDown(x, 0)
	b.prefixes[d].next = len(b.prefixes)
	score := x[0].score
	if t < s.T {
		score += s.Node[t*s.L+j]
	}
	b.prefixes = append(b.prefixes, prefix{score: score, prev: x[0].from, next: unknown, label: j})
}

// open fills the heap of node j at position t with the extensions of the best prefix of each label.
// The top extension is the best prefix of the node.
func (b *kbest) open(h *heap, s *structured.Lattice, t, j int) {
	h.open, h.start = true, len(b.arena)
	for i := range s.L {
		from := (t-1)*s.L + i
		if v := b.prefixes[from].score + edgeScore(s, t, i, j); v > math.Inf(-1) {
			b.arena = append(b.arena, extension{v, i, from})
		}
	}
	h.len = len(b.arena) - h.start
	x := b.arena[h.start:]
	for k := len(x)/2 - 1; k >= 0; k-- {
		siftDown(x, k)
	}
}

// edgeScore returns the score of an edge. Edges to the goal score 0.
func edgeScore(s *structured.Lattice, t, i, j int) float64 {
	if t == s.T {
		return 0
	}
	return s.EdgeScore(t, i, j)
}

// siftDown restores the heap order of x below k: greatest score first, then lowest label.
func siftDown(x []extension, k int) {
	for {
		top := k
		for c := 2*k + 1; c <= 2*k+2 && c < len(x); c++ {
			if x[c].score > x[top].score || x[c].score == x[top].score && x[c].label < x[top].label {
				top = c
			}
		}
		if top == k {
			return
		}
		x[k], x[top] = x[top], x[k]
		k = top
	}
}
