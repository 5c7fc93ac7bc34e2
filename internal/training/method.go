package training

import (
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Method is an optimizer, batch or stochastic, with its penalty.
type Method struct {
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod
	Penalty    optimize.Penalty
}

// Batch returns b, or L-BFGS if no method is set.
func Batch(b optimize.BatchMethod, s optimize.StochasticMethod) optimize.BatchMethod {
	if b == nil && s == nil {
		return optimize.LBFGS{}
	}
	return b
}

// traitsOf returns the traits of a loss, if the loss describes them.
func traitsOf(loss any) (losses.Traits, bool) {
	d, ok := loss.(losses.HasTraits)
	if !ok {
		return losses.Traits{}, false
	}
	return d.Traits(), true
}

// Check returns an error if two methods are set, or if the method does not support losses of this
// kind. A loss without traits is accepted by every method. Errors wrap [model.ErrPair].
func (m Method) Check(loss any) error {
	if m.Batch != nil && m.Stochastic != nil {
		return fmt.Errorf("%w: both a batch and a stochastic method are set", model.ErrPair)
	}
	traits, ok := traitsOf(loss)
	if !ok {
		return nil
	}
	_, warm := m.Batch.(optimize.WarmStart)
	if (warm || m.Stochastic != nil) && traits.Angular {
		return fmt.Errorf("%w: the angles of this loss depend on all weights of a label, but a stochastic step sees only some; use L-BFGS or OWL-QN, or margin 1", model.ErrPair)
	}
	if measuresCurvature(m.Batch) && !traits.Smooth {
		return fmt.Errorf("%w: L-BFGS and OWL-QN need a smooth loss, and this loss is not smooth; use a stochastic optimizer", model.ErrPair)
	}
	switch s := m.Stochastic.(type) {
	case optimize.AveragedPerceptron:
		if !traits.PathDifference {
			return fmt.Errorf("%w: the averaged perceptron needs a loss whose gradient is the difference of two paths: perceptron or hinge", model.ErrPair)
		}
	case optimize.PassiveAggressive:
		if !traits.PathDifference || !traits.MissingMargin && s.Margin <= 0 {
			return fmt.Errorf("%w: passive-aggressive updates need a margin: use the loss hinge, or perceptron with a margin", model.ErrPair)
		}
	case optimize.AROW:
		if !traits.PathDifference || !traits.MissingMargin {
			return fmt.Errorf("%w: AROW updates need a margin: use the loss hinge", model.ErrPair)
		}
	case optimize.SAGA:
		if !traits.Smooth || !traits.Convex {
			return fmt.Errorf("%w: SAGA needs a smooth and convex loss: cross-entropy or softmax-margin", model.ErrPair)
		}
	case optimize.BCFW:
		if !traits.Convex {
			return fmt.Errorf("%w: Frank-Wolfe needs a convex loss", model.ErrPair)
		}
	}
	return nil
}

// measuresCurvature reports whether a batch method of package optimize needs a smooth loss.
func measuresCurvature(m optimize.BatchMethod) bool {
	switch m := m.(type) {
	case optimize.LBFGS, optimize.OWLQN:
		return true
	case optimize.WarmStart:
		return measuresCurvature(m.Then)
	}
	return false
}

// CheckSchedule returns an error for methods that do not support a loss that changes during
// training. Errors wrap [model.ErrPair].
func (m Method) CheckSchedule() error {
	if RemembersGradients(m.Stochastic) {
		return fmt.Errorf("%w: SAGA and Frank-Wolfe store gradients of the loss, which a schedule changes", model.ErrPair)
	}
	return nil
}

// RemembersGradients reports whether a method needs a constant objective. SAGA and Frank-Wolfe
// store the gradient of each sentence.
func RemembersGradients(m optimize.StochasticMethod) bool {
	switch m.(type) {
	case optimize.SAGA, optimize.BCFW:
		return true
	}
	return false
}

// Warn warns about likely surprises of the method and the loss. warn may be nil. started means that
// the initial weights come from another model.
func (m Method) Warn(warn func(string), loss any, started bool) {
	if warn == nil {
		return
	}
	traits, ok := traitsOf(loss)
	sgd, isSGD := m.Stochastic.(optimize.SGD)
	if traits.Smooth && m.Penalty == (optimize.Penalty{}) {
		warn("there is no penalty: on separable training data this loss has no finite minimum, and the weights grow " +
			"until the iterations end or the loss falls below its floor; add an L2 penalty")
	}
	switch {
	case !ok && m.Batch != nil:
		warn("the loss does not describe its traits: L-BFGS and OWL-QN assume that it is smooth")
	case !ok:
	case traits.NeedsStart && !started:
		warn("this loss needs a good start, but training begins at weights of zero, where it is flat or misleading; start from a model of a convex loss")
	case traits.NeedsStart && isSGD && sgd.Rate == 0 && m.Penalty.L2 > 0:
		warn("SGD picks its rate from a sample and may lose the good start that this loss needs; set a rate, such as 0.1")
	}
	if ok && !traits.Convex && isSGD && sgd.Average {
		warn("averaging the weights is known to be good for convex losses only, and this loss is not convex")
	}
}
