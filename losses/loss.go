package losses

import (
	"errors"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrForbidden says that the scores forbid the target: its score is -Inf and the loss infinite.
var ErrForbidden = errors.New("target has score -Inf")

// A Loss is a function of the scores of one sentence.
type Loss interface {
	// Eval returns the loss of scores s for the target y. Unless grad is nil it makes grad, which
	// must not be s, the gradient with respect to s, in the shape of s: T x L nodes, and edges
	// that are summed over positions where s shares them. It works in the memory of w, which no
	// other goroutine may use at the time. Errors are those of the inference (ErrNoPath, ErrShape,
	// *ValueError), ErrTarget for a kind of target that the loss does not take, and ErrForbidden.
	Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error)
}

// Traits are what an optimizer has to know of a loss.
type Traits struct {
	Smooth bool // it has a gradient everywhere: methods that measure curvature may be used
	Convex bool // as a function of the scores
	// NeedsStart says that scores of zero are a poor start: there the loss is flat, or its gradient leads
	// to a bad minimum. Start from the weights of a convex loss.
	NeedsStart bool
	// PathDifference says that the subgradient is the indicator of a decoded path minus the indicator of the
	// gold path. The averaged perceptron needs it.
	PathDifference bool
	// MissingMargin says that the loss is of hinge form: its value is the part of a margin that the scores lack,
	// as the cost of the decoded path plus its score minus the score of the gold path. With PathDifference it
	// suits passive-aggressive methods and AROW.
	MissingMargin bool
}

// HasTraits is a loss that describes its [Traits]. Every loss of this package does.
type HasTraits interface{ Traits() Traits }

// A Workspace is the scratch memory of the losses; the zero value is ready. Custom losses may use
// the decoders in it.
type Workspace struct {
	Viterbi         viterbi.Workspace
	ForwardBackward forwardbackward.Workspace

	cost, augmented, tempered, restricted, uniform structured.Lattice

	path    []int
	chain   chain     // of smoothed-hinge
	support support   // of sparsemap
	slopes  []float64 // T, of large-margin-softmax
}

// onlyPath checks that the target is a path and fits the scores.
func onlyPath(s *structured.Lattice, y structured.Target, loss string) error {
	if y.Soft != nil || y.Partial != nil {
		return fmt.Errorf("%w: %s wants a gold path", structured.ErrTarget, loss)
	}
	if err := s.Check(); err != nil {
		return err
	}
	return y.Check(s)
}

// goldPath returns the path of a target that must be one, and its score, which must be finite.
func goldPath(s *structured.Lattice, y structured.Target, loss string) (gold []int, score float64, err error) {
	if err := onlyPath(s, y, loss); err != nil {
		return nil, 0, err
	}
	score = s.PathScore(y.Path)
	if math.IsInf(score, -1) {
		return nil, 0, fmt.Errorf("%w: gold path", ErrForbidden)
	}
	return y.Path, score, nil
}

// costOf fills w.cost with the cost lattice of the gold path.
func (w *Workspace) costOf(c structured.Cost, gold []int, l int) (*structured.Lattice, error) {
	if c == nil {
		c = structured.Hamming{}
	}
	if err := c.Fill(&w.cost, gold, l); err != nil {
		return nil, err
	}
	return &w.cost, nil
}

// augment returns s + scale * the cost lattice of the gold path; 0 for the scale means 1.
func (w *Workspace) augment(s *structured.Lattice, c structured.Cost, scale float64, gold []int) (*structured.Lattice, error) {
	cost, err := w.costOf(c, gold, s.L)
	if err != nil {
		return nil, err
	}
	if err := structured.AddScaled(&w.augmented, s, cost, orOne(scale)); err != nil {
		return nil, err
	}
	return &w.augmented, nil
}

// temper returns gamma * s, s itself at gamma 1.
func (w *Workspace) temper(s *structured.Lattice, gamma float64) *structured.Lattice {
	if gamma == 1 {
		return s
	}
	s.Copy(&w.tempered)
	w.tempered.Scale(gamma)
	return &w.tempered
}

// logZ returns (1/gamma) log Z(gamma s) and, unless grad is nil, makes grad its gradient in the
// shape of like: the marginals.
func (w *Workspace) logZ(grad, s, like *structured.Lattice, gamma float64) (float64, error) {
	s = w.temper(s, gamma)
	var logZ float64
	var err error
	if grad == nil {
		logZ, err = w.ForwardBackward.LogZ(s)
	} else {
		logZ, err = w.ForwardBackward.Marginals(grad, s, like.Shape())
	}
	return logZ / gamma, err
}

// addLogZ returns (1/gamma) log Z(gamma s) and, unless grad is nil, adds v times its gradient to it.
func (w *Workspace) addLogZ(grad, s *structured.Lattice, gamma, v float64) (float64, error) {
	s = w.temper(s, gamma)
	var logZ float64
	var err error
	if grad == nil {
		logZ, err = w.ForwardBackward.LogZ(s)
	} else {
		logZ, err = w.ForwardBackward.AddMarginals(grad, s, v)
	}
	return logZ / gamma, err
}

// best decodes s into w.path.
func (w *Workspace) best(s *structured.Lattice) (float64, error) {
	if cap(w.path) < s.T {
		w.path = make([]int, s.T)
	}
	w.path = w.path[:s.T]
	return w.Viterbi.Decode(w.path, s)
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}
