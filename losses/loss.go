package losses

import (
	"errors"
	"fmt"
	"math"
	"strings"

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
}

// A Described loss tells its traits. Every loss of this package does.
type Described interface{ Traits() Traits }

// A Workspace is the scratch memory of the losses; the zero value is ready. Custom losses may use
// the decoders in it.
type Workspace struct {
	Viterbi         viterbi.Workspace
	ForwardBackward forwardbackward.Workspace

	cost, augmented, tempered, restricted structured.Lattice

	path []int
}

// Options are the settings that [New] hands to the loss. The zero value is usable.
type Options struct {
	Cost  structured.Cost // nil means Hamming; perceptron and cross-entropy have none
	Scale float64         // of the cost, positive; 0 means 1
	Gamma float64         // inverse temperature, positive; 0 means 1; the max-losses have none
}

// Names lists the names that [New] takes, in the order of the package comment.
func Names() []string {
	return []string{"cross-entropy", "perceptron", "hinge", "squared-hinge", "softmax-margin", "risk"}
}

// New returns the loss of that name.
func New(name string, o Options) (Loss, error) {
	if !(o.Scale >= 0 && o.Scale <= math.MaxFloat64) {
		return nil, fmt.Errorf("cost scale %v: want a positive number", o.Scale)
	}
	if !(o.Gamma >= 0 && o.Gamma <= math.MaxFloat64) {
		return nil, fmt.Errorf("inverse temperature %v: want a positive number", o.Gamma)
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
	}
	return nil, fmt.Errorf("unknown loss %q: want one of %s", name, strings.Join(Names(), ", "))
}

// goldPath returns the path of a target that must be one, and its score, which must be finite.
func goldPath(s *structured.Lattice, y structured.Target, loss string) (gold []int, score float64, err error) {
	if y.Soft != nil || y.Partial != nil {
		return nil, 0, fmt.Errorf("%w: %s wants a gold path", structured.ErrTarget, loss)
	}
	if err := s.Check(); err != nil {
		return nil, 0, err
	}
	if err := y.Check(s); err != nil {
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

// augment returns s + scale * the cost lattice of the gold path.
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
