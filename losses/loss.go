package losses

import (
	"errors"

	"github.com/trellis-nlp/trellis/structured"
)

// ErrForbidden means that the scores forbid the target: its score is -Inf, so the loss is infinite.
var ErrForbidden = errors.New("target has score -Inf")

// Loss is a loss on the scores of one sentence, given as a lattice.
type Loss interface {
	// Eval returns the loss of scores s for the target y. If grad is not nil, Eval sets it to the
	// gradient with respect to s; grad must not be s. The gradient has the shape of s: T x L nodes,
	// and edges. Gradients of shared edges are summed over positions.
	//
	// Eval uses the memory of w, so no other goroutine may use w at the same time.
	//
	// Errors: the errors of the inference (ErrNoPath, ErrShape, *ValueError), ErrTarget if the loss
	// does not support this kind of target, and ErrForbidden.
	Eval(grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error)
}

// General is a loss on every structure: lattices, segments ([EvalSegments]) and pruned lattices
// ([EvalPruned]). Every loss of this package except [LargeMarginSoftmax] is general.
type General interface {
	HasTraits
	// EvalOn returns the loss of p and adds the gradient to the gradient of p, which starts at
	// zero.
	EvalOn(p Problem) (float64, error)
}

// Traits describe the properties of a loss that matter to optimizers.
type Traits struct {
	Smooth bool // differentiable everywhere: methods that measure curvature work
	Convex bool // convex in the scores
	// NeedsStart means that zero scores are a poor start: the loss is flat there, or its gradient
	// leads to a bad minimum. Start from the weights of a convex loss.
	NeedsStart bool
	// PathDifference means that the subgradient is the indicator of a decoded path minus the
	// indicator of the gold path. The averaged perceptron requires it.
	PathDifference bool
	// MissingMargin means that the loss has hinge form. Its value is the cost of the decoded path
	// plus its score minus the score of the gold path. With PathDifference, the loss suits
	// passive-aggressive methods and AROW.
	MissingMargin bool
	// Angular means that the loss is an [AngularLoss] and depends on norms. The norms of the
	// weights change with every weight, so the gradient of a few examples is not sparse.
	Angular bool
}

// HasTraits is implemented by losses that describe their [Traits], which every loss of this package
// does.
type HasTraits interface{ Traits() Traits }

// evalOn implements Eval for a general loss. G is a type parameter so that the loss is not stored
// in an interface, which would allocate.
func evalOn[G General](l G, grad, s *structured.Lattice, y structured.Target, w *Workspace) (float64, error) {
	p, err := w.Problem(grad, s, y)
	if err != nil {
		return 0, err
	}
	return l.EvalOn(p)
}
