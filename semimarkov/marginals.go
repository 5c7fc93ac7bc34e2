package semimarkov

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Marginals sets dst to the marginals under scores s and returns log Z. Segments hold their
// probabilities. Edges, in the given shape, hold the probability that label i ends and label j
// starts at a boundary, or its sum over boundaries if they are shared (expected counts).
// [AddToTokens] converts the result to label probabilities at tokens.
func (w *Workspace) Marginals(dst, s *Lattice, edges structured.EdgeShape) (logZ float64, err error) {
	if err := s.Check(); err != nil {
		return 0, err
	}
	dst.Reset(s.T, s.L, s.M, edges)
	return w.AddMarginals(dst, s, 1)
}

// AddMarginals adds c times the marginals under scores s to dst, in the edge shape of dst, and
// returns log Z. It is the gradient step of every loss with a log Z. On error, dst is unchanged.
func (w *Workspace) AddMarginals(dst, s *Lattice, c float64) (logZ float64, err error) {
	if err := sameSize(dst, s); err != nil {
		return 0, err
	}
	logZ, done, err := w.infer(s)
	if done {
		return 0, err
	}
	l, start := s.L, w.left
	for t := range s.T {
		w.startMarginals(start, t, logZ)
		to, share := dst.From(t), w.shareAt(t)
		for k := 0; k < len(to); k += l {
			simd.MulAdd(to[k:k+l], c, share[k:k+l], start)
		}
	}
	for t := 1; t < s.T && len(dst.Edge) > 0; t++ {
		w.edgeMarginals(w.mat, t, logZ)
		simd.Axpy(dst.EdgeAt(t), c, w.mat)
	}
	return logZ, nil
}

// Entropy returns -sum_y p(y) log p(y), in nats, under scores s. It sums the entropies of each
// label given the previous one, and of each length given the label. No term is negative, so the
// result is exact near zero too.
func (w *Workspace) Entropy(s *Lattice) (float64, error) {
	logZ, done, err := w.infer(s)
	if done {
		return 0, err
	}
	l, start := s.L, w.left
	w.startMarginals(start, 0, logZ)
	h := vec.Entropy(start, 1)
	for t := range s.T {
		w.startMarginals(start, t, logZ)
		for k, v := range w.shareAt(t) {
			if v > 0 && start[k%l] > 0 {
				h -= start[k%l] * v * math.Log(v)
			}
		}
		if t == 0 {
			continue
		}
		w.edgeMarginals(w.mat, t, logZ)
		for i := range l {
			row := w.mat[i*l : (i+1)*l]
			p := 0.0
			for _, v := range row {
				p += v
			}
			h += vec.Entropy(row, p)
		}
	}
	return max(h, 0), nil
}
