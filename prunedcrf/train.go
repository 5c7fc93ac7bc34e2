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

// Options are the settings of [Train]. The zero value is the conditional random field of order 2, of cross-entropy
// and AdaGrad, without a penalty.
type Options struct {
	Loss       losses.General            // nil means losses.CrossEntropy{}
	Stochastic optimize.StochasticMethod // nil means optimize.AdaGrad of 10 epochs
	Penalty    optimize.Penalty          // added to the sum of the losses
	MinCount   int                       // attributes that occur less often have no features
	Threads    int                       // 0 means one a core; at most one a sentence, and at most 256 or four a core; results depend on it in the last digits
	Order      Order                     // the zero value is Second
	Separator  string                    // between the parts of a label, "|" in FEATS; "" takes no label apart
	Init       *Model                    // weights to start from, by the names of attributes and labels

	// Keep is how many labels a token shall keep on average before pairs and before triples are scored, more than 1;
	// 0 means 6 and 3. No token keeps more than about 50.
	Keep [2]float64

	// Dev, a data set of its own with the same input, scores the weights after each epoch; the best ones become the
	// model. With Patience > 0, so many epochs without a better score end the training.
	Dev      *Dataset
	Patience int

	Progress func(model.Progress) // called after each epoch, unless nil
	Warn     func(string)         // told what the user should know before training starts, unless nil
}

// An Order says how many labels a model looks back.
type Order int

// The orders.
const (
	Second Order = iota // two
	First               // one
	Zeroth              // none: each token by itself
)

// labels returns how many labels it looks back.
func (o Order) labels() int { return 2 - int(o) }

// most is how many labels a token keeps at most, the gold one and that of the best path aside.
const most = 50

// Train returns the model that minimises the sum of the losses of the sentences of d plus the penalty. The first
// epoch is of order 0 and each further one of the next order, until that of the model; training from the weights
// of another model starts with its order. When ctx ends, training stops at the next step. Train then returns the
// best model so far together with an error that wraps the context's, or no model if no epoch has been completed.
// Any other error comes without a model.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, model.Summary, error) {
	var summary model.Summary
	if err := o.fill(); err != nil {
		return nil, summary, err
	}
	o.Threads = workers.ForTraining(o.Threads, d.Len())
	if d.Len() == 0 {
		return nil, summary, fmt.Errorf("%w: no sentence to train on", model.ErrInput)
	}
	if n := d.labels.Len(); n > maxLabels {
		return nil, summary, fmt.Errorf("%w: %d labels: at most %d", model.ErrInput, n, maxLabels)
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

// fill puts the defaults in, and refuses what is out of range.
func (o *Options) fill() error {
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	if o.Stochastic == nil {
		o.Stochastic = optimize.AdaGrad{Passes: optimize.Passes{Epochs: 10}}
	}
	if o.Order < Second || o.Order > Zeroth {
		return fmt.Errorf("%w: order %d", model.ErrInput, o.Order)
	}
	for k, v := range [2]float64{6, 3} {
		if o.Keep[k] == 0 {
			o.Keep[k] = v
		}
		if !(o.Keep[k] > 1) {
			return fmt.Errorf("%w: %v labels a token to keep: want more than 1", model.ErrInput, o.Keep[k])
		}
	}
	if training.RemembersGradients(o.Stochastic) {
		return fmt.Errorf("%w: it remembers the gradient of each sentence, which pruning changes from epoch to epoch", model.ErrPair)
	}
	return o.method().Check(o.Loss)
}
