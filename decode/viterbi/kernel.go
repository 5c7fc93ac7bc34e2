package viterbi

import "math"

// maxPlusRow takes one predecessor, of label i and score d, into the maxima of all labels:
//
//	for j, e := range edge {
//		if v := d + e; v > best[j] {
//			best[j], back[j] = v, i
//		}
//	}
//
// Rows come in ascending i, so that a tie keeps the lowest. best, back and edge have length L.
// The loop moves bits, since on floats the compiler branches, and the branch is mispredicted.
func maxPlusRow(best []float64, back []int32, edge []float64, d float64, i int32) {
	back, edge = back[:len(best)], edge[:len(best)]
	for j, b := range best {
		v := d + edge[j]
		bits, from := math.Float64bits(b), back[j]
		if u := math.Float64bits(v); v > b {
			bits, from = u, i
		}
		best[j], back[j] = math.Float64frombits(bits), from
	}
}

// maxPlus returns the maximum over j of x[j] + y[j], -Inf where there is none.
func maxPlus(x, y []float64) float64 {
	y = y[:len(x)]
	best := math.Inf(-1)
	for j, v := range x {
		if v += y[j]; v > best {
			best = v
		}
	}
	return best
}

// argmax returns the maximum of x and the lowest index that has it: -Inf and 0 where x is empty.
func argmax(x []float64) (float64, int) {
	best, at := math.Inf(-1), 0
	for j, v := range x {
		if v > best {
			best, at = v, j
		}
	}
	return best, at
}
