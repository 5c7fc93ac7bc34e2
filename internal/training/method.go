package training

import (
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// A Method is the optimizer of a training, one of the two kinds, with the penalty that it adds.
type Method struct {
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod
	Penalty    optimize.Penalty
}

// Batch returns the batch method of a training: L-BFGS if the options name no method.
func Batch(b optimize.BatchMethod, s optimize.StochasticMethod) optimize.BatchMethod {
	if b == nil && s == nil {
		return optimize.LBFGS{}
	}
	return b
}

// traitsOf returns the traits of a loss over any kind of lattice, if the loss describes them.
func traitsOf(loss any) (losses.Traits, bool) {
	d, ok := loss.(losses.HasTraits)
	if !ok {
		return losses.Traits{}, false
	}
	return d.Traits(), true
}

// Check refuses two methods at once, and methods whose theory does not cover the loss. A loss without traits goes
// with every method. Errors wrap [model.ErrPair].
func (m Method) Check(loss any) error {
	if m.Batch != nil && m.Stochastic != nil {
		return fmt.Errorf("%w: both a batch and a stochastic one are set", model.ErrPair)
	}
	traits, ok := traitsOf(loss)
	if !ok {
		return nil
	}
	_, warm := m.Batch.(optimize.WarmStart)
	if (warm || m.Stochastic != nil) && traits.Angular {
		return fmt.Errorf("%w: the angles of this loss depend on all weights of a label, and a stochastic step sees those of a few sentences: take L-BFGS or OWL-QN, or margin 1", model.ErrPair)
	}
	if measuresCurvature(m.Batch) && !traits.Smooth {
		return fmt.Errorf("%w: L-BFGS and OWL-QN measure curvature, and this loss is not smooth: use a stochastic optimizer", model.ErrPair)
	}
	switch s := m.Stochastic.(type) {
	case optimize.AveragedPerceptron:
		if !traits.PathDifference {
			return fmt.Errorf("%w: the averaged perceptron steps by the difference of two paths: use the loss perceptron or hinge", model.ErrPair)
		}
	case optimize.PassiveAggressive:
		if !traits.PathDifference || !traits.MissingMargin && s.Margin <= 0 {
			return fmt.Errorf("%w: passive-aggressive steps are as long as the missing margin: use the loss hinge, or perceptron with a margin", model.ErrPair)
		}
	case optimize.AROW:
		if !traits.PathDifference || !traits.MissingMargin {
			return fmt.Errorf("%w: AROW's steps are as long as the missing margin: use the loss hinge", model.ErrPair)
		}
	case optimize.SAGA:
		if !traits.Smooth || !traits.Convex {
			return fmt.Errorf("%w: SAGA needs a loss that is smooth and convex: cross-entropy or softmax-margin", model.ErrPair)
		}
	case optimize.BCFW:
		if !traits.Convex {
			return fmt.Errorf("%w: Frank-Wolfe's planes lie below convex losses only", model.ErrPair)
		}
	}
	return nil
}

// measuresCurvature reports whether a batch method needs a smooth loss. Methods of other packages decide themselves.
func measuresCurvature(m optimize.BatchMethod) bool {
	switch m := m.(type) {
	case optimize.LBFGS, optimize.OWLQN:
		return true
	case optimize.WarmStart:
		return measuresCurvature(m.Then)
	}
	return false
}

// CheckSchedule refuses methods for a loss that changes in the course of training. Errors wrap [model.ErrPair].
func (m Method) CheckSchedule() error {
	if RemembersGradients(m.Stochastic) {
		return fmt.Errorf("%w: SAGA and Frank-Wolfe remember gradients of the loss, which a schedule changes", model.ErrPair)
	}
	return nil
}

// RemembersGradients reports whether a method needs an objective that stays the same: SAGA and Frank-Wolfe remember
// the gradient of each sentence.
func RemembersGradients(m optimize.StochasticMethod) bool {
	switch m.(type) {
	case optimize.SAGA, optimize.BCFW:
		return true
	}
	return false
}

// Warn calls warn, unless it is nil, for what the method and the loss make likely to surprise. A training is started
// if its weights come from another model.
func (m Method) Warn(warn func(string), loss any, started bool) {
	if warn == nil {
		return
	}
	traits, ok := traitsOf(loss)
	sgd, isSGD := m.Stochastic.(optimize.SGD)
	if traits.Smooth && m.Penalty == (optimize.Penalty{}) {
		warn("no penalty: if the training data can be separated, this loss has no finite minimum and the weights grow " +
			"until the iterations end or the loss falls below its floor; add an L2 penalty")
	}
	switch {
	case !ok && m.Batch != nil:
		warn("the loss does not describe its traits: L-BFGS and OWL-QN take it for a smooth one")
	case !ok:
	case traits.NeedsStart && !started:
		warn("this loss needs a good start and begins at weights of zero, where it is flat or misleading: start from a model of a convex loss")
	case traits.NeedsStart && isSGD && sgd.Rate == 0 && m.Penalty.L2 > 0:
		warn("SGD finds its rate by trials and may step far enough to lose the start that this loss needs: give it a rate, such as 0.1")
	}
	if ok && !traits.Convex && isSGD && sgd.Average {
		warn("the average of weights is known to be good for convex losses only, and this one is not convex")
	}
}
