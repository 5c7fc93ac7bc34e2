package forwardbackward

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Sample fills each of paths, T labels long, with an independent draw from p(y) under scores s:
// the forward recursion once, then, for each path, labels from the last to the first, each given
// the one after it. The same source of randomness gives the same paths.
func (w *Workspace) Sample(paths [][]int, s *structured.Lattice, rng *rand.Rand) error {
	for _, y := range paths {
		if len(y) != s.T {
			return fmt.Errorf("%w: path of %d labels for scores of T = %d", structured.ErrShape, len(y), s.T)
		}
	}
	if _, err := w.forward(s); err != nil || s.T == 0 {
		return err
	}
	l := s.L
	w.row = vec.Resize(w.row, l)
	for _, y := range paths {
		for t := s.T - 1; t >= 0; t-- {
			w.alphaTable(w.row, t)
			if t < s.T-1 && len(s.Edge) > 0 {
				w.weighByEdge(w.row, t+1, y[t+1])
			}
			y[t] = draw(w.row, rng)
		}
	}
	return nil
}

// alphaTable sets dst to alpha_t, up to a factor; in log space to its logarithm.
func (w *Workspace) alphaTable(dst []float64, t int) {
	copy(dst, w.alpha[t*w.s.L:(t+1)*w.s.L])
	if w.logs && (t == w.s.T-1 || len(w.s.Edge) == 0) {
		expAll(dst)
	}
}

// weighByEdge multiplies dst[i] by the potential of the edge (t, i, j).
func (w *Workspace) weighByEdge(dst []float64, t, j int) {
	l := w.s.L
	if w.logs {
		e := w.s.EdgeAt(t)
		for i := range dst {
			dst[i] += e[i*l+j]
		}
		expAll(dst)
		return
	}
	e := w.edgeAt(t)
	for i := range dst {
		dst[i] *= e[i*l+j]
	}
}

// expAll sets x to exp(x - its largest).
func expAll(x []float64) {
	m := math.Inf(-1)
	for _, v := range x {
		m = math.Max(m, v)
	}
	for k, v := range x {
		x[k] = math.Exp(v - m)
	}
}

// draw returns an index with probability in proportion to its weight.
func draw(weight []float64, rng *rand.Rand) int {
	sum := 0.0
	for _, v := range weight {
		sum += v
	}
	u, last := rng.Float64()*sum, 0
	for k, v := range weight {
		if v > 0 {
			if last = k; u < v {
				return k
			}
			u -= v
		}
	}
	return last // rounding used up the weights
}
