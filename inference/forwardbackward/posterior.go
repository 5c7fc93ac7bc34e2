package forwardbackward

import (
	"fmt"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Posterior fills path, of T labels, with the most probable label of each token and returns the
// expected number of correct labels. Ties go to the lowest label. This is the path of least
// expected Hamming cost (minimum Bayes risk). Unlike the best path, it may pass a forbidden edge.
func (w *Workspace) Posterior(path []int, s *structured.Lattice) (right float64, err error) {
	if len(path) != s.T {
		return 0, fmt.Errorf("%w: path has %d labels, but scores have T = %d", structured.ErrShape, len(path), s.T)
	}
	if _, err := w.forwardBackward(s); err != nil {
		return 0, err
	}
	w.row = vec.Resize(w.row, s.L)
	for t := range path {
		w.nodeMarginals(w.row, t)
		best := 0
		for j, p := range w.row {
			if p > w.row[best] {
				best = j
			}
		}
		path[t] = best
		right += w.row[best]
	}
	return right, nil
}
