package prunedcrf

import (
	"context"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/pruned"
)

// Options are the settings of [Train]. The zero value trains a second-order CRF with cross-entropy
// and AdaGrad, without a penalty.
type Options struct {
	Loss       losses.General            // nil means losses.CrossEntropy{}
	Stochastic optimize.StochasticMethod // nil means optimize.AdaGrad of 10 epochs
	Penalty    optimize.Penalty          // added to the sum of the losses
	MinCount   int                       // attributes that occur fewer times get no weights

	// Threads is the number of threads; 0 means one per core. The limit is one per sentence, and
	// 256 or four per core, whichever is more. Results depend on it in the last digits.
	Threads int

	Order     Order  // the zero value is Second
	Separator string // splits labels into subtags, "|" in FEATS; "" does not split labels
	Init      *Model // initial weights, matched by the names of attributes and labels

	// Keep is the wanted average number of labels per token before pairs and before triples. It
	// must exceed 1; 0 means 6 and 3. No token keeps more than about 50.
	Keep [2]float64

	// Dev is a separate data set with the same input. It scores the weights after each epoch, and
	// the model gets the best ones. With Patience > 0, training stops after that many epochs
	// without a better score.
	Dev      *Dataset
	Patience int

	Progress func(model.Progress) // if not nil, called after each epoch
	Warn     func(string)         // if not nil, called with warnings before and after training
}

// Order is the number of previous labels that a model uses.
type Order int

// The orders.
const (
	Second Order = iota // two previous labels
	First               // one previous label
	Zeroth              // none: tokens are independent
)

func (o Order) labels() int { return 2 - int(o) }

// most is the maximum number of labels that a token keeps, besides the gold label and that of the
// best path.
const most = 50

// Train returns the model that minimises the sum of the losses of the sentences of d plus the
// penalty. The first epoch has order 0. Each further epoch has the next order, up to that of the
// model. With Init, training starts with the order of that model.
//
// When ctx ends, training stops at the next step. Train then returns the best model so far and an
// error that wraps the error of ctx, or no model before the first complete epoch. With any other
// error there is no model.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, model.Summary, error) {
	var summary model.Summary
	if err := o.fill(); err != nil {
		return nil, summary, err
	}
	o.Threads = workers.ForTraining(o.Threads, d.Len())
	if d.Len() == 0 {
		return nil, summary, fmt.Errorf("%w: no sentences to train on", model.ErrInput)
	}
	if n := d.labels.Len(); n > maxLabels {
		return nil, summary, fmt.Errorf("%w: %d labels: want at most %d", model.ErrInput, n, maxLabels)
	}
	top := o.Order.labels()
	goal := &objective{x: newIndex(d, o.Separator, o.MinCount, top), list: d.list, loss: o.Loss, keep: o.Keep, top: top}
	for k := range goal.plan.prune {
		goal.plan.prune[k] = pruned.Pruning{Threshold: 0.01, Most: most}
	}
	goal.pool = training.NewPool[worker](o.Threads, len(goal.list), func(k int) int { return goal.list[k].tokens() })
	w := make([]float64, goal.Dim())
	if o.Init != nil {
		goal.plan = o.Init.plan
		goal.plan.order = min(goal.plan.order, top)
		o.Init.copyTo(w, d, goal.x)
	}
	summary.Features = len(w)
	o.method().Warn(o.Warn, o.Loss, o.Init != nil)
	watch := newWatcher(d, o, goal, &summary)
	var err error
	summary.Result, err = o.Stochastic.Minimize(ctx, goal, w, o.Penalty, watch.report)
	if err != nil && !training.Interrupted(ctx, summary.Steps, err) {
		return nil, summary, err
	}
	plan := watch.best
	if watch.Best != nil {
		w = watch.Best
	} else if plan = watch.last; goal.begun() {
		plan = goal.plan
	}
	m := newModel(d, o.Separator, goal.x, w, plan)
	if o.Warn != nil && !slices.ContainsFunc(m.w, func(v float64) bool { return v != 0 }) {
		o.Warn(model.Empty)
	}
	return m, summary, err
}

func (o *Options) method() training.Method {
	return training.Method{Stochastic: o.Stochastic, Penalty: o.Penalty}
}

// fill sets the defaults and returns an error for values out of range.
func (o *Options) fill() error {
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	if o.Stochastic == nil {
		o.Stochastic = optimize.AdaGrad{Passes: optimize.Passes{Epochs: 10}}
	}
	if o.Order < Second || o.Order > Zeroth {
		return fmt.Errorf("%w: order %d: want Second, First or Zeroth", model.ErrInput, o.Order)
	}
	for k, v := range [2]float64{6, 3} {
		if o.Keep[k] == 0 {
			o.Keep[k] = v
		}
		if !(o.Keep[k] > 1) {
			return fmt.Errorf("%w: keep %v labels per token: want more than 1", model.ErrInput, o.Keep[k])
		}
	}
	if training.RemembersGradients(o.Stochastic) {
		return fmt.Errorf("%w: the optimizer stores the gradient of each sentence, but pruning changes between epochs", model.ErrPair)
	}
	return o.method().Check(o.Loss)
}
