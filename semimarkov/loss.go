package semimarkov

import (
	"fmt"
	"math"
	"strings"

	"github.com/trellis-nlp/trellis/losses"
)

// A Loss is a function of the scores of one sentence.
type Loss interface {
	// Eval returns the loss of scores s for the gold segmentation. Unless grad is nil it makes grad, which
	// must not be s, the gradient with respect to s, in the shape of s. It works in the memory of w, which
	// no other goroutine may use at the time. Errors are those of inference, structured.ErrShape for what is
	// no segmentation of s, and losses.ErrForbidden for one of score -Inf where the loss asks for its score.
	Eval(grad, s *Lattice, gold []Segment, w *Workspace) (float64, error)
	// Traits tells optimizers what they have to know.
	Traits() losses.Traits
}

// Options are the settings that [New] hands to the loss. The zero value is usable.
type Options struct {
	Cost  Cost    // nil means Hamming; perceptron and cross-entropy have none
	Scale float64 // of the cost, positive; 0 means 1
	Gamma float64 // inverse temperature, positive; 0 means 1; the max-losses have none
}

// Names lists the names that [New] takes, in the order of the package comment.
func Names() []string {
	return []string{"cross-entropy", "perceptron", "hinge", "squared-hinge", "softmax-margin", "risk", "jensen-risk-bound"}
}

// New returns the loss of that name.
func New(name string, o Options) (Loss, error) {
	for _, v := range []float64{o.Scale, o.Gamma} {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return nil, fmt.Errorf("cost scale %v, inverse temperature %v: want positive numbers", o.Scale, o.Gamma)
		}
	}
	switch name {
	case "cross-entropy":
		return CrossEntropy{Gamma: o.Gamma}, nil
	case "perceptron":
		return Perceptron{}, nil
	case "hinge":
		return Hinge{Cost: o.Cost, Scale: o.Scale}, nil
	case "squared-hinge":
		return SquaredHinge{Cost: o.Cost, Scale: o.Scale}, nil
	case "softmax-margin":
		return SoftmaxMargin(o), nil
	case "risk":
		return Risk(o), nil
	case "jensen-risk-bound":
		return JensenRiskBound(o), nil
	}
	return nil, fmt.Errorf("unknown loss %q: want one of %s", name, strings.Join(Names(), ", "))
}

// checkGold reports lengths that do not fit, and what is no segmentation of s.
func checkGold(s *Lattice, gold []Segment) error {
	if err := s.Check(); err != nil {
		return err
	}
	return s.CheckSegmentation(gold)
}

// goldScore returns the score of the gold segmentation, which must be finite.
func goldScore(s *Lattice, gold []Segment) (float64, error) {
	if err := checkGold(s, gold); err != nil {
		return 0, err
	}
	score := s.Score(gold)
	if math.IsInf(score, -1) {
		return 0, fmt.Errorf("%w: gold segmentation", losses.ErrForbidden)
	}
	return score, nil
}

// costOf fills w.cost with the cost of the gold segmentation.
func (w *Workspace) costOf(c Cost, s *Lattice, gold []Segment) error {
	if c == nil {
		c = Hamming{}
	}
	return c.Fill(&w.cost, gold, s.L, s.M)
}

// augment returns s + scale * the cost of the gold segmentation.
func (w *Workspace) augment(s *Lattice, c Cost, scale float64, gold []Segment) (*Lattice, error) {
	if err := w.costOf(c, s, gold); err != nil {
		return nil, err
	}
	return &w.augmented, AddScaled(&w.augmented, s, &w.cost, orOne(scale))
}

// temper returns gamma * s, s itself at gamma 1.
func (w *Workspace) temper(s *Lattice, gamma float64) *Lattice {
	if gamma == 1 {
		return s
	}
	s.Copy(&w.tempered)
	w.tempered.Scale(gamma)
	return &w.tempered
}

// addLogZ returns (1/gamma) log Z(gamma s) and, unless grad is nil, adds c times its gradient to grad: the
// marginals.
func (w *Workspace) addLogZ(grad, s *Lattice, gamma, c float64) (float64, error) {
	s = w.temper(s, gamma)
	var logZ float64
	var err error
	if grad == nil {
		logZ, err = w.LogZ(s)
	} else {
		logZ, err = w.AddMarginals(grad, s, c)
	}
	return logZ / gamma, err
}

// reset makes grad zeros in the shape of s.
func reset(grad, s *Lattice) {
	if grad != nil {
		grad.Reset(s.T, s.L, s.M, s.Shape())
	}
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}
