package pruned

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	_ Loss = CrossEntropy{}
	_ Loss = Perceptron{}
	_ Loss = Hinge{}
	_ Loss = SoftmaxMargin{}
)

// A Loss is a function of the scores of one sentence.
type Loss interface {
	// Eval returns the loss of scores s for the gold path. Unless grad is nil it makes grad, which must not be s,
	// the gradient with respect to s. It works in the memory of w. Errors are those of inference, ErrPruned for
	// a gold label that s does not keep, and losses.ErrForbidden for a gold path of score -Inf.
	Eval(grad, s *Lattice, gold []int, w *Workspace) (float64, error)
	// Traits tells optimizers what they have to know.
	Traits() losses.Traits
}

// CrossEntropy is log Z(s) - s(g): minus the log probability of the gold path among those of kept labels.
type CrossEntropy struct{}

// Traits implements [Loss].
func (CrossEntropy) Traits() losses.Traits { return losses.CrossEntropy{}.Traits() }

// Eval implements [Loss].
func (CrossEntropy) Eval(grad, s *Lattice, gold []int, w *Workspace) (float64, error) {
	return w.soft(grad, s, s, gold)
}

// Perceptron is max_y s(y) - s(g): how far the best path is ahead of the gold one.
type Perceptron struct{}

// Traits implements [Loss].
func (Perceptron) Traits() losses.Traits { return losses.Perceptron{}.Traits() }

// Eval implements [Loss].
func (Perceptron) Eval(grad, s *Lattice, gold []int, w *Workspace) (float64, error) {
	return w.hard(grad, s, s, gold)
}

// Hinge is max_y (s + c)(y) - s(g), the loss of the structured support vector machine with margin rescaling.
// The cost is of nodes and of pairs; a lattice of order 0 takes no account of the latter.
type Hinge struct {
	Cost  structured.Cost // nil means structured.Hamming{}
	Scale float64         // of the cost; 0 means 1
}

// Traits implements [Loss].
func (Hinge) Traits() losses.Traits { return losses.Hinge{}.Traits() }

// Eval implements [Loss].
func (h Hinge) Eval(grad, s *Lattice, gold []int, w *Workspace) (float64, error) {
	augmented, err := w.augment(s, h.Cost, h.Scale, gold)
	if err != nil {
		return 0, err
	}
	return w.hard(grad, s, augmented, gold)
}

// SoftmaxMargin is log Z(s + c) - s(g) (Gimpel & Smith 2010), with the cost of [Hinge].
type SoftmaxMargin struct {
	Cost  structured.Cost // nil means structured.Hamming{}
	Scale float64         // of the cost; 0 means 1
}

// Traits implements [Loss].
func (SoftmaxMargin) Traits() losses.Traits { return losses.SoftmaxMargin{}.Traits() }

// Eval implements [Loss].
func (m SoftmaxMargin) Eval(grad, s *Lattice, gold []int, w *Workspace) (float64, error) {
	augmented, err := w.augment(s, m.Cost, m.Scale, gold)
	if err != nil {
		return 0, err
	}
	return w.soft(grad, s, augmented, gold)
}

// goldScore returns the score of the gold path, which must be finite, and leaves its places in w.gold.
func (w *Workspace) goldScore(s *Lattice, gold []int) (float64, error) {
	if s.kept == nil {
		return 0, s.fits(gold)
	}
	var err error
	if w.gold, err = s.kept.indices(w.gold, gold); err != nil {
		return 0, err
	}
	score := s.score(w.gold)
	if math.IsInf(score, -1) {
		return 0, fmt.Errorf("%w: gold path", losses.ErrForbidden)
	}
	return score, nil
}

// soft returns log Z(a) - s(g) and, unless grad is nil, its gradient.
func (w *Workspace) soft(grad, s, a *Lattice, gold []int) (float64, error) {
	score, err := w.goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	var logZ float64
	if grad == nil {
		logZ, err = w.LogZ(a)
	} else if logZ, err = w.Marginals(grad, a); err == nil && s.Len() > 0 {
		grad.add(w.gold, -1)
	}
	return logZ - score, err
}

// hard returns max_y a(y) - s(g) and, unless grad is nil, its gradient.
func (w *Workspace) hard(grad, s, a *Lattice, gold []int) (float64, error) {
	score, err := w.goldScore(s, gold)
	if err != nil {
		return 0, err
	}
	if grad != nil && s.kept != nil {
		grad.Reset(s.kept, s.order)
	}
	if done, err := w.prepare(a); done {
		return 0, err
	}
	best, err := w.decode()
	if err == nil && grad != nil {
		grad.add(w.at, 1)
		grad.add(w.gold, -1)
	}
	return best - score, err
}

// augment returns s + scale * the cost of the gold path.
func (w *Workspace) augment(s *Lattice, c structured.Cost, scale float64, gold []int) (*Lattice, error) {
	if s.Len() == 0 {
		return s, nil
	}
	if c == nil {
		c = structured.Hamming{}
	}
	if scale == 0 {
		scale = 1
	}
	if _, err := w.goldScore(s, gold); err != nil {
		return nil, err
	}
	if err := c.Fill(&w.cost, gold, s.kept.l); err != nil {
		return nil, err
	}
	w.augmented.Reset(s.kept, s.order)
	copy(w.augmented.Node, s.Node)
	copy(w.augmented.Edge, s.Edge)
	copy(w.augmented.Triple, s.Triple)
	return &w.augmented, w.augmented.AddFirstOrder(&w.cost, scale)
}
