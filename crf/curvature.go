package crf

import (
	"context"
	"math"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

var _ optimize.HessianDiagonal = (*objective)(nil)

// HessianDiagonal implements [optimize.HessianDiagonal] with an estimate that uses only the
// gradients g of the sentence lattices. For a feature [a, j], it is
//
//	sum_t x_a^2 |g_tj| (1 - |g_tj|)
//
// With cross-entropy and softmax-margin, g is p or, on the gold path, p - 1. The estimate is then
// sum_t x_a^2 p_tj (1 - p_tj), the diagonal of the Hessian if the labels of different tokens were
// independent. For transitions, whose gradients are summed over a sentence, the estimate is the
// count in the data, about sum_t p_t(i, j).
func (o *objective) HessianDiagonal(ctx context.Context, dst, w []float64) error {
	o.layOut()
	o.measure(w)
	o.pack(w)
	if o.plan != nil {
		_, err := o.planPass(ctx, dst, o.plannedCurvature, o.blockCurvature)
		return err
	}
	_, err := o.pool.Gradient(ctx, dst, func(wk *worker, dst *training.Dense, s int) (float64, error) {
		return 0, o.addCurvature(wk, *dst, s, w)
	})
	return err
}

// plannedCurvature adds the contribution of one sentence to the packed gradient of the worker. A
// plan has only values of 1, which are their own squares.
func (o *objective) plannedCurvature(wk *worker, s int) (float64, error) {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return 0, nil
	}
	o.plan.score(&wk.scores, o.plan.weights, o.plan.edges, &d.tokens, lo, hi)
	if err := o.evalCurvature(wk, s); err != nil {
		return 0, err
	}
	o.plan.pull(&wk.packed, &wk.grad, &d.tokens, lo, hi, c)
	return 0, nil
}

// addCurvature adds the contribution of one sentence to dst, without a plan.
func (o *objective) addCurvature(wk *worker, dst []float64, s int, w []float64) error {
	d := o.data
	lo, hi, c := d.sentence[s], d.sentence[s+1], d.weight[s]
	if c == 0 {
		return nil
	}
	o.x.score(&wk.scores, &d.tokens, lo, hi, w, 1)
	if err := o.evalCurvature(wk, s); err != nil {
		return err
	}
	o.x.pullSquares(dst, &wk.grad, &d.tokens, lo, hi, c)
	return nil
}

// evalCurvature sets the gradient of the worker to the curvature of the scores of sentence s.
func (o *objective) evalCurvature(wk *worker, s int) error {
	if _, err := o.eval(wk, s); err != nil {
		return err
	}
	variances(wk.grad.Node)
	variances(wk.grad.Edge)
	if e := o.x.edges(); e == structured.SharedEdges || e == structured.SparseEdges {
		clear(wk.grad.Edge)
		addTransitions(&wk.grad, wk.gold)
	}
	return nil
}

// addTransitions adds the transitions of gold labels to the edges of g.
func addTransitions(g *structured.Lattice, gold []int) {
	for t := 1; t < len(gold); t++ {
		if gold[t-1] >= 0 && gold[t] >= 0 { // else partially labelled
			g.AddEdge(t, gold[t-1], gold[t], 1)
		}
	}
}

// blockCurvature is plannedCurvature for the sentences lo..hi-1, which have shared or sparse edges.
func (o *objective) blockCurvature(wk *worker, lo, hi int) (float64, error) {
	if o.data.weight[lo] == 0 {
		return 0, nil
	}
	if err := o.evalBlock(wk, lo, hi); err != nil {
		return 0, err
	}
	b := &wk.block
	clear(b.grad[0].Edge)
	for k := range b.grad {
		variances(b.grad[k].Node)
		addTransitions(&b.grad[k], b.gold[k].gold)
	}
	o.pullBlock(wk, lo, hi)
	return 0, nil
}

// variances replaces p or p-1 by p(1-p).
func variances(g []float64) {
	for k, v := range g {
		v = math.Abs(v)
		g[k] = max(0, v*(1-v))
	}
}
