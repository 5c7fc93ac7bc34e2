package semimarkov

import "github.com/trellis-nlp/trellis/losses"

var (
	_ Loss = Perceptron{}
	_ Loss = Hinge{}
	_ Loss = SquaredHinge{}
)

// Perceptron is max_y s(y) - s(g): how far the best segmentation is ahead of the gold one.
type Perceptron struct{}

// Traits implements [Loss].
func (Perceptron) Traits() losses.Traits { return losses.Perceptron{}.Traits() }

// Eval implements [Loss].
func (Perceptron) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	score, err := goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	return w.margin(grad, s, s, gold, score, false)
}

// Hinge is max_y (s + c)(y) - s(g), the loss of the structured support vector machine with margin
// rescaling.
type Hinge struct {
	Cost  Cost    // nil means Hamming
	Scale float64 // of the cost; 0 means 1
}

// Traits implements [Loss].
func (Hinge) Traits() losses.Traits { return losses.Hinge{}.Traits() }

// Eval implements [Loss].
func (h Hinge) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	return h.eval(grad, s, gold, w, false)
}

func (h Hinge) eval(grad, s *Lattice, gold []Segment, w *Workspace, squared bool) (float64, error) {
	score, err := goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	aug, err := w.augment(s, h.Cost, h.Scale, gold)
	if err != nil {
		return 0, err
	}
	return w.margin(grad, s, aug, gold, score, squared)
}

// SquaredHinge is the square of [Hinge].
type SquaredHinge struct {
	Cost  Cost    // nil means Hamming
	Scale float64 // of the cost; 0 means 1
}

// Traits implements [Loss].
func (SquaredHinge) Traits() losses.Traits { return losses.SquaredHinge{}.Traits() }

// Eval implements [Loss].
func (h SquaredHinge) Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error) {
	return Hinge(h).eval(grad, s, gold, w, true)
}

// margin returns h = max_y aug(y) less the gold score, or its square, and its gradient in the shape of s.
func (w *Workspace) margin(grad, s, aug *Lattice, gold []Segment, score float64, squared bool) (float64, error) {
	best, top, err := w.Decode(w.best, aug)
	w.best = best
	if err != nil {
		return 0, err
	}
	h, slope := max(top-score, 0), 1.0
	if squared {
		h, slope = h*h, 2*h
	}
	if grad != nil {
		reset(grad, s)
		grad.Add(best, slope)
		grad.Add(gold, -slope)
	}
	return h, nil
}
