package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/structured"
)

// Beam is [Workspace.Decode] with beam search. At each position it keeps the prefixes that end in
// the best width labels; among equal scores it keeps the lowest labels. It takes O(T L width) time.
//
// With width >= L, or without edges, Beam is exact and returns the path of Decode. A narrower beam
// may return a worse path, with the score of that path. It returns ErrNoPath if all prefixes in the
// beam become -Inf, even if s has another path.
func (w *Workspace) Beam(path []int, s *structured.Lattice, width int) (score float64, err error) {
	if width < 1 {
		return 0, fmt.Errorf("beam width is %d: want at least 1", width)
	}
	if err := s.Validate(); err != nil {
		return 0, err
	}
	return w.decode(path, s, width)
}

// Beam is [Workspace.Beam] with a new workspace.
func Beam(path []int, s *structured.Lattice, width int) (score float64, err error) {
	return new(Workspace).Beam(path, s, width)
}

// prune sets all but the greatest width numbers of delta to -Inf. Among equal numbers the lowest
// labels stay. width is at least 1.
func (w *Workspace) prune(delta []float64, width int) {
	if width >= len(delta) {
		return
	}
	w.rank = append(w.rank[:0], delta...)
	least := nthGreatest(w.rank, width)
	equals := width // how many numbers equal to least still fit
	for _, v := range delta {
		if v > least {
			equals--
		}
	}
	for j, v := range delta {
		switch {
		case v > least:
		case v == least && equals > 0:
			equals--
		default:
			delta[j] = math.Inf(-1)
		}
	}
}

// nthGreatest returns the n-th greatest number of x, 1 <= n <= len(x), and reorders x. It is
// Hoare's quickselect, linear on average.
func nthGreatest(x []float64, n int) float64 {
	at, lo, hi := n-1, 0, len(x)-1
	for lo < hi {
		pivot := x[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for x[i] > pivot {
				i++
			}
			for x[j] < pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case at <= j:
			hi = j
		case at >= i:
			lo = i
		default:
			return x[at]
		}
	}
	return x[at]
}
