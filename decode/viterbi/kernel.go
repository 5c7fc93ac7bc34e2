package viterbi

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
)

// step sets most[j] to the maximum over i of prev[i] + edge[i*L+j]. No edges are zeros, so that
// one maximum serves all j. Where few labels are left of a beam it pays to look for them; else rows
// of -Inf are faster taken along.
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

// before returns the lowest i where prev[i] + edge[i*L+j] is most, the maximum that step found:
// the same sum of the same numbers, so that it is met exactly.
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
	return 0 // of no prefix, where most is -Inf: not asked for
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
