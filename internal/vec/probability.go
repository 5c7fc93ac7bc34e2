package vec

import "math"

// Entropy returns -sum_j p[j] log(p[j] / total).
func Entropy(p []float64, total float64) float64 {
	h := 0.0
	for _, v := range p {
		if v > 0 {
			h -= v * math.Log(v/total)
		}
	}
	return h
}

// Draw returns an index with probability proportional to its weight, for u drawn uniformly from
// [0, 1). Weights must not be negative.
func Draw(weight []float64, u float64) int {
	sum := 0.0
	for _, v := range weight {
		sum += v
	}
	u *= sum
	last := 0
	for k, v := range weight {
		if v > 0 {
			if last = k; u < v {
				return k
			}
			u -= v
		}
	}
	return last // rounding left u above all weights
}
