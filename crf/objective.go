package crf

import (
	"context"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	_ optimize.Objective  = (*objective)(nil)
	_ optimize.Stochastic = (*objective)(nil)
)

// An objective is the sum over the sentences of a data set of a loss, each times the sentence's
// weight. Workers take sentences; what they add up is merged in their order, so that a result
// depends on the number of workers but not on their timing.
type objective struct {
	data    *Dataset
	x       *index
	loss    losses.Loss
	laidOut bool  // the plan was made, or found to be impossible
	plan    *plan // nil where the data set does not fit it
	workers []*worker
	chunk   []int  // of sentences: worker k evaluates chunk[k]..chunk[k+1]-1 of a whole pass
	norms   *norms // nil where the loss needs none

	dictionary *wordLabels // by which labels are scored, nil without one
}

// A worker is the scratch memory of one goroutine.
type worker struct {
	scores, grad structured.Lattice
	target       structured.Lattice // of a sentence whose labels are not certain
	loss         losses.Workspace
	gold         []int
	pruning      pruning          // of a sentence that is labelled
	dense        []float64        // a whole pass's gradient without a plan
	packed       dense            // with one; the weights while they descend
	row          []float64        // scratch of plan.step
	sparse       *optimize.Sparse // a mini-batch's
	norm         []float64        // of the gold labels of a sentence
	gradNorm     []float64        // the derivatives with respect to them
	pull         []float64        // and with respect to |w_j|, in sum
	sum          float64
	err          error
}

// denseOf returns the worker's own vector of n weights.
func (wk *worker) denseOf(n int) []float64 {
	if wk.dense == nil {
		wk.dense = make([]float64, n)
	}
	return wk.dense
}

func newObjective(d *Dataset, x *index, loss losses.Loss, threads int) *objective {
	o := &objective{data: d, x: x, loss: loss, chunk: []int{0}}
	for k := range threads {
		o.workers = append(o.workers, new(worker))
		// Chunks of equal numbers of tokens: the next one starts with the first sentence beyond.
		end := o.chunk[k]
		for end < d.Len() && d.sentence[end]*threads < d.Tokens()*(k+1) {
			end++
		}
		o.chunk = append(o.chunk, end)
	}
	return o
}

// Dim implements [optimize.Objective].
func (o *objective) Dim() int { return o.x.dim() }

// Len implements [optimize.Stochastic].
func (o *objective) Len() int { return o.data.Len() }

// Support implements [optimize.Stochastic].
func (o *objective) Support(batch []int, visit func(lo, hi int)) {
	for _, s := range batch {
		o.x.support(&o.data.tokens, o.data.sentence[s], o.data.sentence[s+1], visit)
	}
}

// layOut makes the plan, once.
func (o *objective) layOut() {
	if !o.laidOut {
		o.plan, o.laidOut = newPlan(o.data, o.x), true
	}
}

// one adds the gradient of one sentence to dst and returns its loss, both times its weight.
func (o *objective) one(wk *worker, dst *optimize.Sparse, s int, w []float64, scale float64) (float64, error) {
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

// sentence is one without the plan.
func (o *objective) sentence(wk *worker, dst spans, s int, w []float64, scale float64) (float64, error) {
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

// planned is one for a whole pass: from the plan's weights to the worker's gradient.
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

// eval returns the loss of the worker's scores of a sentence, and sets their gradient.
func (o *objective) eval(wk *worker, s int) (float64, error) {
	y := o.target(wk, s)
	var v float64
	var err error
	if loss, ok := normedOf(o.loss); ok {
		v, err = o.evalNormed(loss, wk, s)
	} else {
		v, err = o.loss.Eval(&wk.grad, &wk.scores, y, &wk.loss)
	}
	if err != nil {
		return 0, fmt.Errorf("sentence %d: %w", s+1, err)
	}
	return v, nil
}

// Eval implements [optimize.Objective].
func (o *objective) Eval(ctx context.Context, grad, w []float64) (float64, error) {
	o.layOut()
	o.measure(w)
	o.pack(w)
	o.each(func(k int, wk *worker) {
		var own dense
		switch {
		case o.plan != nil:
			wk.packed = o.plan.vector(wk.packed)
			clear(wk.packed)
		case k == 0:
			own = grad
		default:
			own = wk.denseOf(len(grad))
		}
		clear(own)
		clear(wk.pull)
		wk.err = o.pass(ctx, wk, &own, w, o.chunk[k], o.chunk[k+1])
	})
	value, err := o.merge()
	if err != nil {
		return 0, err
	}
	if o.plan != nil {
		others := make([][]float64, 0, len(o.workers))
		for _, wk := range o.workers[1:] {
			others = append(others, wk.packed)
		}
		o.each(func(k int, _ *worker) {
			o.plan.unpack(grad, o.workers[0].packed, k, len(o.workers), others...)
		})
	} else {
		for _, wk := range o.workers[1:] {
			floats.Add(grad, wk.dense)
		}
	}
	o.pullNorms(grad, w)
	return value, nil
}

// pack makes w the plan's weights, where there is one.
func (o *objective) pack(w []float64) {
	if p := o.plan; p != nil {
		p.weights = p.vector(p.weights)
		o.each(func(k int, _ *worker) { p.pack(p.weights, w, k, len(o.workers)) })
		p.edges = p.sharedEdges(p.edges, p.weights)
	}
}

// pass adds the gradient of the sentences from..to-1 to grad, or to the packed one where there is a plan, and their
// losses to the worker's sum.
func (o *objective) pass(ctx context.Context, wk *worker, grad *dense, w []float64, from, to int) error {
	for s := from; s < to; s++ {
		if s%64 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var v float64
		var err error
		if o.plan != nil {
			v, err = o.planned(wk, s)
		} else {
			v, err = o.sentence(wk, grad, s, w, 1)
		}
		if err != nil {
			return err
		}
		wk.sum += v
	}
	return nil
}

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	o.layOut()
	n := len(o.workers)
	if n == 1 || len(batch) < 4*n { // too few to be worth the hand-over
		sum := 0.0
		for _, s := range batch {
			v, err := o.one(o.workers[0], g, s, w, scale)
			if err != nil {
				return 0, err
			}
			sum += v
		}
		return sum, nil
	}
	o.each(func(k int, wk *worker) {
		dst := g
		if k > 0 {
			if wk.sparse == nil {
				wk.sparse = optimize.NewSparse(o.Dim())
			}
			wk.sparse.Reset()
			dst = wk.sparse
		}
		for _, s := range batch[len(batch)*k/n : len(batch)*(k+1)/n] {
			var v float64
			if v, wk.err = o.one(wk, dst, s, w, scale); wk.err != nil {
				return
			}
			wk.sum += v
		}
	})
	value, err := o.merge()
	if err != nil {
		return 0, err
	}
	for _, wk := range o.workers[1:] {
		g.AddSparse(wk.sparse)
	}
	return value, nil
}

// each runs f on every worker at the same time.
func (o *objective) each(f func(k int, wk *worker)) {
	var wg sync.WaitGroup
	for k, wk := range o.workers {
		wk.sum, wk.err = 0, nil
		if k == 0 {
			continue
		}
		wg.Go(func() { f(k, wk) })
	}
	f(0, o.workers[0])
	wg.Wait()
}

// merge returns the sum of the workers' sums, or the first one's error.
func (o *objective) merge() (float64, error) {
	sum := 0.0
	for _, wk := range o.workers {
		if wk.err != nil {
			return 0, wk.err
		}
		sum += wk.sum
	}
	return sum, nil
}
