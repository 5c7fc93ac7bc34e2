package sparsemax

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// Workspace is the scratch memory of [Workspace.Max]. The zero value is ready to use.
type Workspace struct {
	near []nearby
}

// nearby is a number that may be in the support: it is less than 1/gamma below the maximum.
type nearby struct {
	at    int
	below float64 // gamma (x - maximum), in (-1, 0]
}

// Max returns the smoothed maximum of x (Nesterov 2005),
//
//	max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//
// It fills q, of the length of x, with the maximiser: the projection of gamma x onto the simplex
// (Martins & Astudillo 2016, by the method of Michelot 1986). If the largest number leads by
// 1/gamma or more, the value is that number and q puts all weight on it. If no x is finite, q is
// zero and the value is -Inf.
func (w *Workspace) Max(q, x []float64, gamma float64) float64 {
	most := simd.Max(x)
	clear(q)
	if math.IsInf(most, -1) {
		return most
	}
	// Relative to the maximum, the threshold is at least -1. Each round raises it and drops the
	// numbers below it.
	near, sum, cut := w.near[:0], 0.0, most-1/gamma
	for k, v := range x {
		if v > cut {
			z := gamma * (v - most)
			near = append(near, nearby{k, z})
			sum += z
		}
	}
	w.near = near
	if len(near) == 1 { // the usual case for a confident model
		q[near[0].at] = 1
		return most
	}
	threshold := (sum - 1) / float64(len(near))
	for n := 0; n != len(near); {
		n, sum = len(near), 0
		kept := near[:0]
		for _, z := range near {
			if z.below > threshold {
				kept = append(kept, z)
				sum += z.below
			}
		}
		near, threshold = kept, (sum-1)/float64(len(kept))
	}
	mean, squares := 0.0, 0.0
	for _, z := range near {
		p := z.below - threshold
		q[z.at] = p
		mean += p * z.below
		squares += p * p
	}
	return most + (mean+(1-squares)/2)/gamma
}
