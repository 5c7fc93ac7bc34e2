package viterbi

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
)

// step sets most[j] to the maximum over i of prev[i] + edge[i*L+j]. A nil edge means zeros, so one
// maximum serves all j. If the beam leaves few labels, skipping rows of -Inf is faster; otherwise
// the full product is.
func step(most, prev, edge []float64, few bool) {
	if edge == nil {
		v, _ := vec.ArgMax(prev)
		vec.Fill(most, v)
		return
	}
	if !few {
		simd.MaxPlus(most, prev, edge)
		return
	}
	vec.Fill(most, math.Inf(-1))
	n := len(most)
	for i, d := range prev {
		if !math.IsInf(d, -1) {
			simd.MaxPlusRow(most, d, edge[i*n:(i+1)*n])
		}
	}
}

// before returns the lowest i for which prev[i] + edge[i*L+j] equals most, the maximum that step
// found. It adds the same numbers, so the comparison is exact.
func before(prev, edge []float64, j int, most float64) int {
	n := len(prev)
	for i, d := range prev {
		if edge != nil {
			d += edge[i*n+j]
		}
		if d == most {
			return i
		}
	}
	return 0 // not reached: only nodes with a prefix are traced back
}

// maxPlus returns the maximum over j of x[j] + y[j], or -Inf if x is empty.
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
