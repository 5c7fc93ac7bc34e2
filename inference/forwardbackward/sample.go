package forwardbackward

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Sample fills each of paths, of T labels each, with an independent draw from p(y) under scores s.
// It runs the forward recursion once. For each path it then draws the labels from last to first,
// each given the next label. The same random source gives the same paths.
func (w *Workspace) Sample(paths [][]int, s *structured.Lattice, rng *rand.Rand) error {
	for _, y := range paths {
		if len(y) != s.T {
			return fmt.Errorf("%w: path has %d labels, but scores have T = %d", structured.ErrShape, len(y), s.T)
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
			if t < s.T-1 && s.Shape() != structured.NoEdges {
				w.weighByEdge(w.row, t+1, y[t+1])
			}
			y[t] = vec.Draw(w.row, rng.Float64())
		}
	}
	return nil
}

// alphaTable sets dst to alpha_t up to a factor. In log space it sets logarithms if an edge score
// is still to be added.
func (w *Workspace) alphaTable(dst []float64, t int) {
	copy(dst, w.alpha[t*w.s.L:(t+1)*w.s.L])
	if w.logs && (t == w.s.T-1 || w.s.Shape() == structured.NoEdges) {
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
	if w.s.Pairs != nil {
		w.sparse.weighByColumn(dst, j)
		return
	}
	e := w.edgeAt(t)
	for i := range dst {
		dst[i] *= e[i*l+j]
	}
}

// expAll sets x to exp(x - max(x)).
func expAll(x []float64) {
	m := math.Inf(-1)
	for _, v := range x {
		m = math.Max(m, v)
	}
	for k, v := range x {
		x[k] = math.Exp(v - m)
	}
}
