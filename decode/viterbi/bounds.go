package viterbi

import (
	"fmt"
	"math"
	"sync/atomic"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Bounds bounds what the edges of a lattice can compensate, so that [Workspace.DecodeBounded] drops
// labels that cannot be on a best path. For labels a and i it knows
//
//	D(a, i) = max_j (Edge[i][j] - Edge[a][j])
//
// Let delta[t][a] - delta[t][i] exceed D(a, i). Then a path through i at t scores less than its end
// after the best prefix that ends in a. So label i is no label's best predecessor.
//
// Edges that are mostly forbidden, such as those of a label scheme with many types, use other
// bounds.
//
// Bounds computes D for a label when it is first the best label of a position, in time O(L^2). It
// is safe for concurrent use.
type Bounds struct {
	edge  []float64
	rows  []atomic.Pointer[[]float64] // by label: D, or nil until first used
	slack float64                     // greatest absolute value of a finite edge
	split *split                      // nil if it does not pay
}

// NewBounds returns the bounds for L x L shared edges, which must not change later.
func NewBounds(edge []float64, labels int) *Bounds {
	if len(edge) != labels*labels {
		panic(fmt.Sprintf("viterbi: %d edges for %d labels", len(edge), labels))
	}
	b := &Bounds{edge: edge, rows: make([]atomic.Pointer[[]float64], labels), split: newSplit(edge, labels)}
	for _, v := range edge {
		if v = math.Abs(v); v <= math.MaxFloat64 {
			b.slack = max(b.slack, v)
		}
	}
	return b
}

// Splits reports whether most edges are forbidden, so that the bounds pay for fewer labels.
func (b *Bounds) Splits() bool { return b.split != nil }

// row returns D(a, i) for all i. Goroutines may compute a row at the same time, with the same
// result.
func (b *Bounds) row(a int) []float64 {
	if row := b.rows[a].Load(); row != nil {
		return *row
	}
	n := len(b.rows)
	row, own := make([]float64, n), b.edge[a*n:][:n]
	for i := range row {
		row[i] = math.Inf(-1)
		for j, v := range b.edge[i*n:][:n] {
			if v -= own[j]; v > row[i] { // false for NaN: both edges are forbidden
				row[i] = v
			}
		}
	}
	b.rows[a].Store(&row)
	return row
}

// keep appends the labels that may be predecessors at the next position. It finds the best label,
// and drops the labels that this one excludes.
//
// The slack makes sure that the sums of a dropped label, rounded to float64, stay below the sums of
// the best label. So they neither win nor tie.
func (b *Bounds) keep(labels []uint16, delta []float64) []uint16 {
	best, a := vec.ArgMax(delta)
	least := best - (math.Abs(best)+4*b.slack)*0x1p-48
	row := b.row(a)[:len(delta)]
	for i, v := range delta {
		if !(v < least-row[i]) {
			labels = append(labels, uint16(i))
		}
	}
	return labels
}

// DecodeBounded is [Workspace.DecodeAmong], with bounds for the shared edges of s, or nil. The path
// and its score are the same, ties included. For hundreds of labels it takes a fraction of the time
// if few labels at each position are near the best one. If s has sparse edges, the bounds must be
// those of the same edges as a matrix.
func (w *Workspace) DecodeBounded(path []int, s *structured.Lattice, among [][]uint16, b *Bounds) (score float64, err error) {
	if b != nil && (s.L != len(b.rows) || s.Pairs == nil && (len(s.Edge) != len(b.edge) || len(b.edge) > 0 && &s.Edge[0] != &b.edge[0])) {
		return 0, fmt.Errorf("%w: the bounds belong to other edges", structured.ErrShape)
	}
	return w.decodeAmong(path, s, among, b)
}

// candidates returns the labels that may be best predecessors, given the prefixes that end in each
// label. An empty list stands for all.
func (w *Workspace) candidates(delta []float64, allowed []uint16, b *Bounds) []uint16 {
	if b == nil || len(allowed) > 0 || len(delta) == 0 {
		return allowed
	}
	from := len(w.labels)
	w.labels = b.keep(w.labels, delta)
	if kept := w.labels[from:]; 2*len(kept) < len(delta) {
		return kept
	}
	w.labels = w.labels[:from]
	return allowed
}
