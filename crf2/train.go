package crf2

import (
	"context"
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/inference/secondorder"
	"github.com/trellis-nlp/trellis/optimize"
)

// Options are the settings of [Train]. The zero value is the conditional random field of cross-entropy and AdaGrad,
// without a penalty.
type Options struct {
	Loss       secondorder.Loss          // nil means secondorder.CrossEntropy{}
	Stochastic optimize.StochasticMethod // nil means optimize.AdaGrad of 10 epochs
	Penalty    optimize.Penalty          // added to the sum of the losses

	// Keep is how many labels a token shall keep on average before pairs and before triples are scored; 0 means
	// 6 and 3. No token keeps more than 50.
	Keep [2]float64

	Progress func(*optimize.Step) error // told after each epoch, unless nil; see optimize.ErrStop
}

// Summary says how training went.
type Summary struct {
	optimize.Result
	Features int
	Kept     [2]float64 // labels a token kept on average in the last epoch, 0 for an order that had not begun
}

// most is how many labels a token keeps at most, the gold one and that of the best path aside.
const most = 50

// Train returns the model that minimises the sum of the losses of the sentences of d plus the penalty. When ctx
// ends, training stops at the next step and Train returns the model so far together with an error that wraps the
// context's; any other error comes without a model.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, Summary, error) {
	var summary Summary
	if d.Len() == 0 {
		return nil, summary, fmt.Errorf("%w: no sentence to train on", ErrInput)
	}
	if o.Loss == nil {
		o.Loss = secondorder.CrossEntropy{}
	}
	if o.Stochastic == nil {
		o.Stochastic = optimize.AdaGrad{Passes: optimize.Passes{Epochs: 10}}
	}
	goal := &objective{x: newIndex(len(d.attrs), d.Labels(), d.input.Separator, d.sentence), examples: d.sentence, loss: o.Loss, keep: o.Keep}
	for k, v := range [2]float64{6, 3} {
		goal.prune[k] = secondorder.Pruning{Threshold: 0.01, Most: most}
		if o.Keep[k] == 0 {
			goal.keep[k] = v
		}
		if !(goal.keep[k] > 1) {
			return nil, summary, fmt.Errorf("%w: %v labels a token to keep: want more than 1", ErrInput, goal.keep[k])
		}
	}
	w := make([]float64, goal.Dim())
	summary.Features = len(w)
	var err error
	summary.Result, err = o.Stochastic.Minimize(ctx, goal, w, o.Penalty, func(s *optimize.Step) error {
		summary.Kept = goal.endEpoch()
		if o.Progress == nil {
			return nil
		}
		return o.Progress(s)
	})
	if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
		return nil, summary, err
	}
	return newModel(d, goal, w), summary, err
}

// An objective is the sum over sentences of a loss.
type objective struct {
	x        *index
	examples []example
	loss     secondorder.Loss
	keep     [2]float64

	order  int                    // that this epoch scores up to
	prune  [2]secondorder.Pruning // before pairs, before triples
	tokens int                    // of this epoch
	kept   [2]int                 // labels that they kept

	search search
	grad   secondorder.Lattice
}

var _ optimize.Stochastic = (*objective)(nil)

// Dim implements [optimize.Stochastic].
func (o *objective) Dim() int { return o.x.dim() }

// Len implements [optimize.Stochastic].
func (o *objective) Len() int { return len(o.examples) }

// Support implements [optimize.Stochastic].
func (o *objective) Support(batch []int, visit func(lo, hi int)) {
	for _, k := range batch {
		o.x.support(&o.examples[k].sentence, visit)
	}
}

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	sum := 0.0
	for _, k := range batch {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		e := &o.examples[k]
		s, err := o.search.run(o.x, &e.sentence, w, scale, o.order, o.prune, e.gold)
		if err == nil {
			var v float64
			v, err = o.loss.Eval(&o.grad, s, e.gold, &o.search.w)
			sum += v
		}
		if err != nil {
			return 0, fmt.Errorf("sentence %d: %w", k+1, err)
		}
		o.x.pull(g, o.search.row, &o.grad, &e.sentence)
		o.tokens += e.tokens()
		for level := range o.order {
			o.kept[level] += o.search.kept[level+1].Labels()
		}
	}
	return sum, nil
}

// endEpoch moves the thresholds towards what is to be kept, adds an order, and returns how many labels a token
// kept.
func (o *objective) endEpoch() (kept [2]float64) {
	for level := range o.order {
		kept[level] = float64(o.kept[level]) / float64(max(o.tokens, 1))
		by := (kept[level] - 1) / (o.keep[level] - 1) // labels beside the one that must be there
		o.prune[level].Threshold = min(o.prune[level].Threshold*min(max(by, 0.25), 4), 0.5)
	}
	o.order = min(o.order+1, 2)
	o.tokens, o.kept = 0, [2]int{}
	return kept
}
