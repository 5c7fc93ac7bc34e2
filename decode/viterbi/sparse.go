package viterbi

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// sparseEdges is the scratch memory of the recursion over sparse edges.
type sparseEdges struct {
	pairs    *structured.Pairs // the pairs and their scores in the layout of the columns, or nil
	values   []float64
	byColumn []float64

	lanes []float64
	rank  []float64 // L: the prefixes whose successors are not yet known; the others are -Inf
	open  []int32   // the labels whose best unlisted predecessor is not yet known
	mark  []bool    // L: the label is a listed successor
	saved []float64 // the best listed predecessors of the successors of the best label
	bias  []float64 // L: 0, or -Inf for closed labels
}

// prepare lays out the edges of s.
func (e *sparseEdges) prepare(s *structured.Lattice) {
	if e.pairs == s.Pairs && simd.Same(e.values, s.Edge) {
		return
	}
	p := s.Pairs.Pattern()
	e.byColumn = p.Columns.Arrange(e.byColumn, s.Edge, math.Inf(-1))
	e.pairs, e.values = s.Pairs, append(e.values[:0], s.Edge...)
	e.lanes = vec.Resize(e.lanes, p.Columns.Lanes())
	e.rank, e.mark = vec.Resize(e.rank, p.N), vec.Resize(e.mark, p.N)
	clear(e.mark)
	e.bias = vec.Resize(e.bias, p.N)
	for j, open := range p.OpenColumn {
		e.bias[j] = 0
		if open == 0 {
			e.bias[j] = math.Inf(-1)
		}
	}
}

// step is [step] for the edges that were prepared. The best listed predecessor of each label comes
// first. Every other predecessor adds 0, so the best label overall is the best of them, unless the
// pair is listed. The few labels for which it is, and which gain from it, then look at the second
// best label, and so on.
func (e *sparseEdges) step(most, prev []float64) {
	p := e.pairs.Pattern()
	simd.GatherMax(e.lanes, e.byColumn, prev, p.Columns.Index, p.Columns.First)
	lanes := e.lanes[:p.N]
	for k, j := range p.Columns.Line {
		most[j] = lanes[k]
	}
	best, i := e.first(prev)
	if math.IsInf(best, -1) {
		return
	}
	to, _ := p.Row(i)
	e.saved = e.saved[:0]
	for _, j := range to {
		e.saved = append(e.saved, most[j])
	}
	simd.MaxPlusRow(most, best, e.bias)
	e.open = e.open[:0]
	for k, j := range to {
		if v := e.saved[k]; v < most[j] {
			most[j] = v
			e.open = append(e.open, j)
		}
	}
	for len(e.open) > 0 {
		e.rank[i] = math.Inf(-1)
		if best, i = top(e.rank); math.IsInf(best, -1) {
			return
		}
		to, _ := p.Row(i)
		for _, j := range to {
			e.mark[j] = true
		}
		left := e.open[:0]
		for _, j := range e.open {
			switch {
			case most[j] >= best: // no prefix left is better
			case e.mark[j]:
				left = append(left, j)
			default:
				most[j] = best
			}
		}
		e.open = left
		for _, j := range to {
			e.mark[j] = false
		}
	}
}

// top is [vec.ArgMax] for many numbers.
func top(x []float64) (float64, int) {
	best := simd.Max(x)
	for i, v := range x {
		if v == best {
			return best, i
		}
	}
	return best, 0
}

// first fills rank with the prefixes that have unlisted successors, and returns the best of them.
func (e *sparseEdges) first(prev []float64) (best float64, i int) {
	copy(e.rank, prev)
	if p := e.pairs.Pattern(); p.Closed {
		for i, open := range p.OpenRow {
			if open == 0 {
				e.rank[i] = math.Inf(-1)
			}
		}
	}
	return top(e.rank)
}

// before is [before] for sparse edges.
func (e *sparseEdges) before(prev []float64, j int, most float64) int {
	p := e.pairs.Pattern()
	from, entry := p.Column(j)
	for k, i := range from {
		if prev[i]+e.values[entry[k]] == most {
			prev, from = prev[:i+1], from[:k+1]
			break
		}
	}
	for i, d := range prev {
		if d != most || !p.Open(i, j) {
			continue
		}
		if _, listed := slices.BinarySearch(from, int32(i)); !listed {
			return i
		}
	}
	return len(prev) - 1
}
