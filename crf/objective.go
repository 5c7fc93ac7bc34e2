package crf

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	_ optimize.Objective  = (*objective)(nil)
	_ optimize.Stochastic = (*objective)(nil)
)

// objective is the weighted sum of the losses of the sentences of a data set.
type objective struct {
	data    *Dataset
	x       *index
	loss    losses.Loss
	laidOut bool  // layOut was called
	plan    *plan // nil if the data set does not allow a plan
	pool    *training.Pool[worker]
	norms   *norms        // nil if the loss needs none
	norm    *normEstimate // nil before the first step of Descend

	dictionary *wordLabels // tag dictionary for scoring, or nil
}

// worker is the scratch memory of one goroutine.
type worker struct {
	scores, grad structured.Lattice
	loss         losses.Workspace
	labelling
	block    sentenceBlock
	pruning  chain.Choices  // labels that the tag dictionary allows
	packed   training.Dense // packed gradient of a whole pass, or packed weights during Descend
	row      []float64      // scratch of plan.step
	norm     []float64      // norms of the gold labels of a sentence
	gradNorm []float64      // derivatives with respect to norm
	pull     []float64      // sum of the derivatives with respect to |w_j|
	labelSum []float64      // sum of the gradient over the tokens, by label
}

func newObjective(d *Dataset, x *index, loss losses.Loss, threads int) *objective {
	d.finish()
	tokens := func(s int) int { return d.sentence[s+1] - d.sentence[s] }
	return &objective{data: d, x: x, loss: loss, pool: training.NewPool[worker](threads, d.Len(), tokens)}
}

// Dim implements [optimize.Objective].
func (o *objective) Dim() int { return o.x.dim() }

// Threads returns the number of workers. A batch method of package optimize uses as many
// goroutines.
func (o *objective) Threads() int { return o.pool.Len() }

// Len implements [optimize.Stochastic].
func (o *objective) Len() int { return o.data.Len() }

// Support implements [optimize.Stochastic].
func (o *objective) Support(batch []int, visit func(lo, hi int)) {
	for _, s := range batch {
		o.x.support(&o.data.tokens, o.data.sentence[s], o.data.sentence[s+1], visit)
	}
}

// layOut creates the plan on its first call.
func (o *objective) layOut() {
	if !o.laidOut {
		o.plan, o.laidOut = newPlan(o.data, o.x, o.pool.Len()), true
	}
}

// Sentence implements [training.Sentences]. Gradient and loss are multiplied by the sentence
// weight.
func (o *objective) Sentence(wk *worker, dst *optimize.Sparse, s int, w []float64, scale float64) (float64, error) {
	if o.plan == nil {
		return o.sentence(wk, dst, s, w, scale)
	}
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	o.plan.pick(&wk.scores, &d.tokens, lo, hi, w, scale)
	v, err := o.eval(wk, s)
	if err != nil {
		return 0, err
	}
	o.plan.put(dst, &wk.grad, &d.tokens, lo, hi, c)
	return c * v, nil
}

// sentence is Sentence without the plan.
func (o *objective) sentence(wk *worker, dst training.Vector, s int, w []float64, scale float64) (float64, error) {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	o.x.score(&wk.scores, &d.tokens, lo, hi, w, scale)
	v, err := o.eval(wk, s)
	if err != nil {
		return 0, err
	}
	o.x.pull(dst, &wk.grad, &d.tokens, lo, hi, c)
	return c * v, nil
}

// planned is Sentence for a whole pass. It reads the packed weights of the plan and adds to the
// packed gradient of the worker.
func (o *objective) planned(wk *worker, s int) (float64, error) {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	o.plan.score(&wk.scores, o.plan.weights, o.plan.edges, &d.tokens, lo, hi)
	v, err := o.eval(wk, s)
	if err != nil {
		return 0, err
	}
	o.plan.pull(&wk.packed, &wk.grad, &d.tokens, lo, hi, c)
	return c * v, nil
}

// eval returns the loss of a sentence from the scores of the worker and sets their gradient.
func (o *objective) eval(wk *worker, s int) (float64, error) {
	y := o.target(&wk.labelling, s)
	var v float64
	var err error
	if loss, ok := angularOf(o.loss); ok {
		v, err = o.evalAngular(loss, wk, s)
	} else {
		v, err = o.loss.Eval(&wk.grad, &wk.scores, y, &wk.loss)
	}
	if err != nil {
		return 0, fmt.Errorf("sentence %d: %w", s+1, err)
	}
	return v, nil
}

// Eval implements [optimize.Objective].
func (o *objective) Eval(ctx context.Context, grad, w []float64) (value float64, err error) {
	o.layOut()
	o.measure(w)
	o.pack(w)
	if o.plan == nil {
		value, err = o.pool.Gradient(ctx, grad, func(wk *worker, dst *training.Dense, s int) (float64, error) {
			return o.sentence(wk, dst, s, w, 1)
		})
	} else {
		value, err = o.planPass(ctx, grad, o.planned, o.plannedBlock)
	}
	if err != nil {
		return 0, err
	}
	o.pullNorms(grad, w)
	return value, nil
}

// pack packs w for the plan, if there is one.
func (o *objective) pack(w []float64) {
	if p := o.plan; p != nil {
		p.weights = p.vector(p.weights)
		o.pool.Each(func(k int, _ *worker) { p.pack(p.weights, w, k, o.pool.Len()) })
		p.edges = p.sharedEdges(p.edges, p.weights)
	}
}

// planPass sums one over all sentences, with the plan and its packed weights, and sets grad to the
// sum of the packed gradients. If the loss and the edges allow it, it sums block over blocks of
// consecutive sentences instead. block must be the sum of one over the sentences, up to rounding.
func (o *objective) planPass(ctx context.Context, grad []float64, one func(wk *worker, s int) (float64, error), block func(wk *worker, lo, hi int) (float64, error)) (float64, error) {
	o.pool.Each(func(_ int, wk *worker) {
		wk.packed = o.plan.vector(wk.packed)
		clear(wk.packed)
	})
	var value float64
	var err error
	if o.inBlocks() {
		value, err = o.pool.PassBlocks(ctx, o.nextBlock, block)
	} else {
		value, err = o.pool.Pass(ctx, one)
	}
	if err != nil {
		return 0, err
	}
	var others [][]float64
	for k := 1; k < o.pool.Len(); k++ {
		others = append(others, o.pool.Scratch(k).packed)
	}
	o.pool.Each(func(k int, _ *worker) {
		o.plan.unpack(grad, o.pool.Scratch(0).packed, k, o.pool.Len(), others...)
	})
	return value, nil
}

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	o.layOut()
	return o.pool.Mini(ctx, o, training.Share(o.pool.Len(), len(batch)), g, w, scale, batch)
}
