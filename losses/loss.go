package losses

import (
	"errors"

	"github.com/trellis-nlp/trellis/structured"
)

// ErrForbidden says that the scores forbid the target: its score is -Inf and the loss infinite.
var ErrForbidden = errors.New("target has score -Inf")

// A Loss is a function of the scores of one sentence, which are a lattice.
type Loss interface {
	// Eval returns the loss of scores s for the target y. Unless grad is nil it makes grad, which
	// must not be s, the gradient with respect to s, in the shape of s: T x L nodes, and edges
	// that are summed over positions where s shares them. It works in the memory of w, which no
	// other goroutine may use at the time. Errors are those of the inference (ErrNoPath, ErrShape,
	// *ValueError), ErrTarget for a kind of target that the loss does not take, and ErrForbidden.
	Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error)
}

// A General loss is defined on every structure: lattices, segments ([EvalSegments]) and pruned chains ([EvalPruned]).
// All losses of this package are general but [LargeMarginSoftmax].
type General interface {
	HasTraits
	// EvalOn returns the loss of a problem and adds the gradient to the problem's, which is zero before.
	EvalOn(p Problem) (float64, error)
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
	// Angular says that the loss, an [AngularLoss], depends on norms. Those of the weights change with every weight, so
	// that the gradient of a few examples is not sparse.
	Angular bool
}

// HasTraits is a loss that describes its [Traits]. Every loss of this package does.
type HasTraits interface{ Traits() Traits }

// evalOn is the Eval of a general loss. G is a type parameter so that no loss is put into an interface, which would
// allocate.
func evalOn[G General](l G, grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return l.EvalOn(p)
}
