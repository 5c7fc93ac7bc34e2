package semimarkov

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Scored is one of the segmentations that KBest returns.
type Scored struct {
	Segments []Segment
	Score    float64
}

// KBest returns the k best segmentations of s, all different, in descending order of score. Ties
// follow the order in the package comment, so the first is that of Decode. There may be fewer than
// k. With k < 1 the list is empty. KBest overwrites dst from its start and reuses its memory,
// including the Segments. dst may be nil.
//
// KBest is lazy (Huang & Chiang 2005, algorithm 3, with a scan instead of their heap). After the
// recursion of Decode, each further segmentation takes at most O(T (M + L)) time.
func (w *Workspace) KBest(dst []Scored, s *Lattice, k int) ([]Scored, error) {
	list := dst[:0]
	done, err := w.prepare(s)
	if err != nil || k < 1 {
		return list, err
	}
	if done { // the empty segmentation
		list, at := nextScored(list)
		at.Segments, at.Score = at.Segments[:0], 0
		return list, nil
	}
	w.ranked.reset(s)
	for r := 0; r < k && w.ranked.ensure(w.ranked.root(), r); r++ {
		var at *Scored
		list, at = nextScored(list)
		at.Score = w.ranked.nodes[w.ranked.root()].items[r].score
		at.Segments = w.ranked.trace(at.Segments[:0], r)
	}
	switch {
	case len(list) == 0:
		return list, structured.ErrNoPath
	case list[0].Score > math.MaxFloat64:
		return list[:0], errOverflow
	}
	return list, nil
}

// nextScored extends list by one entry, reusing the memory of a previous entry if possible.
func nextScored(list []Scored) ([]Scored, *Scored) {
	if len(list) < cap(list) {
		list = list[:len(list)+1]
	} else {
		list = append(list, Scored{})
	}
	return list, &list[len(list)-1]
}

// ranked holds the best prefixes of each node, computed as far as needed. Each boundary t in 1..T
// and label j has two nodes. One stands for the prefixes whose last segment ends at t with label j,
// the other for those before a segment of label j that starts at t. The root stands for all
// segmentations.
type ranked struct {
	s     *Lattice
	nodes []node
}

// node has one choice for each length of the last segment, or for each label before the boundary.
type node struct {
	items []item  // best first
	next  []int32 // per choice: the rank of the next item
	done  bool    // there are no more items
}

// item is a step from the rank-th best prefix of the node that the choice leads back to.
type item struct {
	score        float64
	choice, rank int32
}

func (k *ranked) end(t, j int) int   { return 2 * ((t-1)*k.s.L + j) }
func (k *ranked) start(t, j int) int { return 2*((t-1)*k.s.L+j) + 1 }
func (k *ranked) root() int          { return 2 * k.s.T * k.s.L }

// reset prepares the nodes for s and ranks the first item of each, from left to right.
func (k *ranked) reset(s *Lattice) {
	k.s = s
	n := k.root() + 1
	if cap(k.nodes) < n {
		k.nodes = append(k.nodes[:cap(k.nodes)], make([]node, n-cap(k.nodes))...)
	}
	k.nodes = k.nodes[:n]
	for id := range k.nodes {
		choices := s.L
		if id < n-1 && id%2 == 0 {
			choices = min(s.M, id/2/s.L+1)
		}
		at := &k.nodes[id]
		at.items, at.next, at.done = at.items[:0], vec.Resize(at.next, choices), false
		clear(at.next)
	}
	for t := 1; t <= s.T; t++ {
		for j := range s.L {
			k.ensure(k.end(t, j), 0)
		}
		for j := 0; j < s.L && t < s.T; j++ {
			k.ensure(k.start(t, j), 0)
		}
	}
}

// ensure ranks the items of a node up to index r and reports whether item r exists.
func (k *ranked) ensure(id, r int) bool {
	at := &k.nodes[id]
	for len(at.items) <= r && !at.done {
		best := item{score: math.Inf(-1)}
		for c, rank := range at.next {
			if v := k.value(id, c, int(rank)); v > best.score {
				best = item{v, int32(c), rank}
			}
		}
		if math.IsInf(best.score, -1) {
			at.done = true
			break
		}
		at.items = append(at.items, best)
		at.next[best.choice]++
	}
	return r < len(at.items)
}

// value returns the score of the prefix that extends the rank-th best prefix behind a choice, or
// -Inf if there is none.
func (k *ranked) value(id, choice, rank int) float64 {
	from, step := k.behind(id, choice)
	switch {
	case from < 0 && rank == 0:
		return step
	case from < 0 || !k.ensure(from, rank):
		return math.Inf(-1)
	}
	return k.nodes[from].items[rank].score + step
}

// behind returns the node that a choice leads back to, or -1 for the start of the sentence. step is
// the score from there.
func (k *ranked) behind(id, choice int) (from int, step float64) {
	s := k.s
	if id == k.root() {
		return k.end(s.T, choice), 0
	}
	t, j := id/2/s.L+1, id/2%s.L
	if id%2 == 1 {
		if edge := s.EdgeAt(t); edge != nil {
			step = edge[choice*s.L+j]
		}
		return k.end(t, choice), step
	}
	d := choice + 1
	if t == d {
		return -1, s.At(0, d)[j]
	}
	return k.start(t-d, j), s.At(t-d, d)[j]
}

func (k *ranked) trace(y []Segment, r int) []Segment {
	for id := k.root(); id >= 0; {
		it := k.nodes[id].items[r]
		if id < k.root() && id%2 == 0 {
			end := id/2/k.s.L + 1
			y = append(y, Segment{end - int(it.choice) - 1, end, id / 2 % k.s.L})
		}
		id, _ = k.behind(id, int(it.choice))
		r = int(it.rank)
	}
	slices.Reverse(y)
	return y
}
