package viterbi

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// fewLabels is the number of labels below which a step over a whole matrix is as fast as a split.
const fewLabels = 24

// fewPredecessors is the maximum number of predecessors of a narrow label.
const fewPredecessors = 4

// split divides the steps over edges that are mostly forbidden, such as those of BIOES. A label is
// narrow if few labels can precede it, as with the inside and the end of a span. A narrow label has
// a list of its predecessors. The other labels are wide. Rows of the matrix serve them.
//
// Most rows cannot win. Let prefix b be the best one, and let
//
//	prev[i] + max_j Edge[i][j] < prev[b] + min_j Edge[b][j]
//
// over all wide labels j. Rounding is monotone, so the sums of row i are below those of row b.
type split struct {
	rows      []uint16  // labels that can precede wide labels
	low, high []float64 // smallest and greatest score from each of rows to a wide label
	narrow    []simd.Narrow
	before    [][]uint16 // L: the labels that can precede each label, ascending
}

// newSplit returns the split of L x L edges, or nil if it does not pay.
func newSplit(edge []float64, n int) *split {
	if n < fewLabels {
		return nil
	}
	pairs := 0
	for _, v := range edge {
		if v > math.Inf(-1) {
			pairs++
		}
	}
	if 2*pairs > len(edge) {
		return nil
	}
	x := &split{before: make([][]uint16, n)}
	for at, v := range edge {
		if v > math.Inf(-1) {
			x.before[at%n] = append(x.before[at%n], uint16(at/n))
		}
	}
	for i := range n {
		low, high := math.Inf(1), math.Inf(-1)
		for j, v := range edge[i*n:][:n] {
			if len(x.before[j]) > fewPredecessors {
				low, high = min(low, v), max(high, v)
			}
		}
		if high > math.Inf(-1) {
			x.rows, x.low, x.high = append(x.rows, uint16(i)), append(x.low, low), append(x.high, high)
		}
	}
	if len(x.rows) == 0 {
		return nil
	}
	for j, before := range x.before {
		if len(before) > fewPredecessors {
			continue
		}
		for ; len(before) > 0; before = before[min(2, len(before)):] {
			first, second := uint32(before[0]), uint32(before[min(1, len(before)-1)])
			x.narrow = append(x.narrow, simd.Narrow{
				Score: [2]float64{edge[int(first)*n+j], edge[int(second)*n+j]}, From: [2]uint32{first, second}, To: uint32(j),
			})
		}
	}
	return x
}

// step is [step] over the edges of the split.
func (x *split) step(most, prev, edge []float64) {
	simd.SplitMax(most, prev, edge, x.rows, x.low, x.high, x.narrow)
}
