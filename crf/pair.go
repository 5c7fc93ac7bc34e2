package crf

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

func traitsOf(l losses.Loss) (losses.Traits, bool) {
	d, ok := l.(losses.HasTraits)
	if !ok {
		return losses.Traits{}, false
	}
	return d.Traits(), true
}

// check refuses what cannot be trained.
func (t *training) check() error {
	if t.o.Batch != nil && t.o.Stochastic != nil {
		return fmt.Errorf("%w: both a batch and a stochastic one are set", model.ErrPair)
	}
	if len(t.losses) > 1 {
		switch t.o.Stochastic.(type) {
		case optimize.SAGA, optimize.BCFW:
			return fmt.Errorf("%w: SAGA and Frank-Wolfe remember gradients of the loss, which a schedule changes", model.ErrPair)
		}
	}
	for _, l := range t.losses {
		if err := checkPair(l, t.o); err != nil {
			return err
		}
	}
	return t.checkTargets()
}

// checkTargets refuses labels that are left open where somebody needs them.
func (t *training) checkTargets() error {
	switch {
	case t.data.labels.Len() == 0:
		return fmt.Errorf("%w: no token has a label", model.ErrInput)
	case t.o.Dev != nil && t.o.Dev.uncertain():
		return fmt.Errorf("%w: to score a model, each token of the development data needs one label", model.ErrInput)
	case !t.data.uncertain():
		return nil
	}
	soft, open := t.data.choices.kinds()
	for _, l := range t.losses {
		if soft {
			q := structured.NewLattice(1, 2, structured.NoEdges)
			q.Node[0], q.Node[1] = 0.5, 0.5
			if !takes(l, structured.Target{Soft: q}) {
				return fmt.Errorf("%w: this loss learns from one right label a token, and some labels are soft: cross-entropy takes them", structured.ErrTarget)
			}
		}
		if open && !takes(l, structured.Target{Partial: structured.NewLattice(1, 2, structured.NoEdges)}) {
			return fmt.Errorf("%w: this loss learns from one right label a token, and some labels are left open: cross-entropy takes them", structured.ErrTarget)
		}
	}
	if open {
		switch t.o.Stochastic.(type) {
		case optimize.SAGA, optimize.BCFW:
			return fmt.Errorf("%w: labels that are left open make the loss one that is not convex, which SAGA and Frank-Wolfe need", model.ErrPair)
		}
	}
	return nil
}

// takes tells whether a loss can be had for such a target, of one token and two labels.
func takes(l losses.Loss, y structured.Target) bool {
	_, err := l.Eval(nil, structured.NewLattice(1, 2, structured.NoEdges), y, new(losses.Workspace))
	return !errors.Is(err, structured.ErrTarget)
}

// checkPair refuses the optimizers whose theory does not cover the loss. A loss that does not tell
// its traits may go with any.
func checkPair(l losses.Loss, o Options) error {
	if _, ok := normedOf(l); ok {
		if _, warm := o.Batch.(optimize.WarmStart); warm || o.Stochastic != nil {
			return fmt.Errorf("%w: the angles of this loss depend on all weights of a label, and a stochastic step sees those of a few sentences: take L-BFGS or OWL-QN, or margin 1", model.ErrPair)
		}
	}
	traits, ok := traitsOf(l)
	if !ok {
		return nil
	}
	if measuresCurvature(o.Batch) && !traits.Smooth {
		return fmt.Errorf("%w: L-BFGS and OWL-QN measure curvature, and this loss is not smooth: use a stochastic optimizer", model.ErrPair)
	}
	switch m := o.Stochastic.(type) {
	case optimize.AveragedPerceptron:
		if !traits.PathDifference {
			return fmt.Errorf("%w: the averaged perceptron steps by the difference of two paths: use the loss perceptron or hinge", model.ErrPair)
		}
	case optimize.PassiveAggressive:
		if !traits.PathDifference || !traits.MissingMargin && m.Margin <= 0 {
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

// warn tells what the settings and the data make likely to surprise.
func (t *training) warn() {
	if t.o.Warn == nil {
		return
	}
	traits, ok := traitsOf(t.losses[0])
	sgd, isSGD := t.o.Stochastic.(optimize.SGD)
	switch {
	case !ok && t.o.Batch != nil:
		t.o.Warn("the loss does not tell its traits: L-BFGS and OWL-QN take it for one without kinks")
	case !ok:
	case traits.Smooth && traits.Convex && t.o.Penalty == (optimize.Penalty{}):
		t.o.Warn("no penalty: where the data can be told apart without error, this loss has no finite minimum and " +
			"weights grow until the iterations end or the loss falls below its floor; an L2 penalty gives it one")
	case traits.NeedsStart && t.o.Init == nil:
		t.o.Warn("this loss needs a good start and begins at weights of zero, where it is flat or misleading: start from a model of a convex loss")
	case traits.NeedsStart && isSGD && sgd.Rate == 0 && t.o.Penalty.L2 > 0:
		t.o.Warn("SGD finds its rate by trials and may step far enough to lose the start that this loss needs: give it a rate, such as 0.1")
	}
	if !traits.Convex && ok && isSGD && sgd.Average {
		t.o.Warn("the average of weights is known to be good for convex losses only, and this one is not")
	}
	if n := t.data.IllFormed(); n > 0 && !t.data.uncertain() {
		t.o.Warn(fmt.Sprintf("%d labels break the %s scheme of the others; spans are read as conlleval does", n, t.data.Scheme()))
	}
}
