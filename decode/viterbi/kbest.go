package viterbi

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// A Path is one of the paths that KBest lists.
type Path struct {
	Labels []int // T labels
	Score  float64
}

// KBest returns the k best paths of s, all distinct, in descending order of score and equal
// ones in the order of the package comment, so that the first is [Workspace.Decode]'s. Paths of
// score -Inf are none: there may be fewer than k, and ErrNoPath says that there is not one. It
// overwrites dst from its start and reuses its memory, that of the Labels up to its capacity
// too; dst may be nil. k < 1 asks for none.
//
// It takes O(T L^2 + T L min(k, L) + k T log L) time, the first term of which is Decode's, and
// O(T L min(k, L) + k T) memory, whatever k the caller names: it grows with the paths found.
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

// KBest is [Workspace.KBest] with a workspace of its own.
func KBest(dst []Path, s *structured.Lattice, k int) ([]Path, error) {
	return new(Workspace).KBest(dst, s, k)
}

// appendPath appends a path of n labels to dst, in the memory of a former one if there is one.
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

// kbest lists the prefixes that end in each node, best first, and only as far as anybody asked.
// The nodes are t*L+j; one more, number T*L at position T, is the goal in which all paths end,
// so that its prefixes are the paths.
type kbest struct {
	prefixes []prefix  // first the best prefix of each node, under the node's number
	delta    []float64 // T x L: the scores of the best prefixes
	most     []float64 // T x L: the same without the score of their last node
	heaps    []heap    // T*L+1: the heap of each node, in memory of arena
	arena    []extension
	chain    []int // the prefixes that await those before them
}

// A prefix is a path from position 0 to a node. Its order among those of its node is by score
// before the node's own is added, then label at the position before, then order of the prefix
// before: adding the same number can make scores equal, but never swaps them.
type prefix struct {
	score float64 // the last node included
	prev  int     // the prefix shorter by one; none at position 0; unknown until asked for
	next  int     // the one that follows in the node's order, none, or unknown
	label int
}

const (
	none    = -1
	unknown = -2
)

// An extension of a prefix by an edge competes to be a prefix of the node that it leads to.
type extension struct {
	score float64 // the edge included, the node not
	label int     // the last one of from
	from  int     // a prefix
}

// A heap holds at most one extension from each label, the best on top. The top is the one that
// made the last known prefix of the node.
type heap struct {
	start, len int // in arena
	open       bool
}

// reset forgets all prefixes but the best of each node, which delta and most hold, and returns
// the best path. last is its last label.
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

// prev returns the prefix shorter by one. Of the best prefix of a node, whose number is the node's,
// it is found when somebody asks.
func (b *kbest) prev(s *structured.Lattice, d int) int {
	p := &b.prefixes[d]
	if p.prev == unknown {
		t, n := d/s.L, s.L
		p.prev = (t-1)*n + before(b.delta[(t-1)*n:t*n], s.EdgeAt(t), p.label, b.most[d])
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

// after returns the prefix that follows d, one of the goal, or none. The heap of a node needs
// the prefix after the one on its top, and so on to the left until one is known: down this
// chain first, then back up.
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

// advance finds the prefix that follows d, the last known of its node at position t, when the
// one that follows d's own is known.
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

// open fills the heap of node j at position t with the extensions of the best prefix of each
// label. On its top comes the one that made the best prefix of the node.
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

// edgeScore returns the score of an edge, those to the goal included.
func edgeScore(s *structured.Lattice, t, i, j int) float64 {
	if t == s.T || len(s.Edge) == 0 {
		return 0
	}
	return s.EdgeAt(t)[i*s.L+j]
}

// siftDown restores the heap x below k: greatest score first, lowest label among equals.
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
