package prunedcrf

import (
	"context"
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/pruned"
)

// objective is the sum over sentences of the loss times the sentence weight.
type objective struct {
	x    *index
	list []example
	loss losses.General
	keep [2]float64 // labels to keep per token, on average
	top  int        // the order of the model
	plan plan       // of the current epoch
	pool *training.Pool[worker]
}

// worker is the scratch memory and the counters of one goroutine.
type worker struct {
	search search
	loss   losses.PrunedWorkspace
	grad   pruned.Lattice
	path   []int
	tokens int    // trained in the current epoch
	kept   [2]int // labels that these tokens kept
}

var _ optimize.Stochastic = (*objective)(nil)

// Dim implements [optimize.Stochastic].
func (o *objective) Dim() int { return o.x.dim() }

// Len implements [optimize.Stochastic].
func (o *objective) Len() int { return len(o.list) }

// Support implements [optimize.Stochastic].
func (o *objective) Support(batch []int, visit func(lo, hi int)) {
	for _, k := range batch {
		o.x.support(&o.list[k].sentence, visit)
	}
	if o.plan.order > 0 {
		visit(len(o.x.outcome), o.x.dim())
	}
}

// few is the least number of sentences per worker that pays for starting it.
const few = 2

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	n := min(o.pool.Len(), max(1, len(batch)/few))
	return o.pool.Mini(ctx, o, n, g, w, scale, batch)
}

// Sentence implements [training.Sentences]. Gradient and loss are multiplied by the sentence
// weight.
func (o *objective) Sentence(wk *worker, dst *optimize.Sparse, k int, w []float64, scale float64) (float64, error) {
	e := &o.list[k]
	wk.search.score(o.x, &e.sentence, w, scale)
	s, err := wk.search.run(o.x, e.tokens(), w, scale, o.plan, e.gold, nil)
	if err != nil {
		return 0, fmt.Errorf("sentence %d: %w", k+1, err)
	}
	v, err := losses.EvalPruned(o.loss, &wk.grad, s, losses.PrunedTarget{Path: e.gold}, &wk.loss)
	if err != nil {
		return 0, fmt.Errorf("sentence %d: %w", k+1, err)
	}
	o.x.pull(dst, wk.search.row, &wk.grad, &e.sentence, e.weight)
	wk.tokens += e.tokens()
	for level := range o.plan.order {
		wk.kept[level] += wk.search.kept[level+1].Labels()
	}
	return e.weight * v, nil
}

// endEpoch moves the thresholds towards the wanted number of labels and returns how many labels a
// token kept on average.
func (o *objective) endEpoch() (kept [2]float64) {
	tokens := 0
	var labels [2]int
	for k := range o.pool.Len() {
		wk := o.pool.Scratch(k)
		tokens += wk.tokens
		for level := range labels {
			labels[level] += wk.kept[level]
		}
		wk.tokens, wk.kept = 0, [2]int{}
	}
	for level := range o.plan.order {
		kept[level] = float64(labels[level]) / float64(max(tokens, 1))
		p := &o.plan.prune[level]
		p.Threshold = moved(p.Threshold, (kept[level]-1)/(o.keep[level]-1), o.loss.Traits().Smooth) // do not count the gold label, which is always kept
	}
	return kept
}

// moved returns the threshold of the next epoch. by is the ratio of kept labels to wanted labels.
// The scores of non-smooth losses have no scale, and their probabilities may differ by hundreds of
// orders of magnitude. Their thresholds therefore move by exponents.
func moved(threshold, by float64, smooth bool) float64 {
	if smooth {
		threshold *= min(max(by, 0.25), 4)
	} else {
		threshold = math.Pow(threshold, 1/min(max(by, 0.5), 2))
	}
	return min(max(threshold, leastThreshold), 0.5)
}

// leastThreshold is small, but a probability can still reach it.
const leastThreshold = 1e-300

// begun reports whether training has processed a sentence of the current epoch.
func (o *objective) begun() bool {
	for k := range o.pool.Len() {
		if o.pool.Scratch(k).tokens > 0 {
			return true
		}
	}
	return false
}
