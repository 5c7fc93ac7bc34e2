package crf

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// A whole pass evaluates blocks of sentences. A block has at most mostSentences: enough to fill the
// lanes evenly, and few enough to stay in the cache. Apart from the first losses.Lanes sentences,
// it has at most mostScores scores of labels, which limits the memory.
const (
	mostSentences = 12
	mostScores    = 1 << 17
)

// sentenceBlock is the scratch memory for the sentences of a block. Their scores share the edges of
// the plan, and their gradients share one slice of edges.
type sentenceBlock struct {
	scores, grad []structured.Lattice
	targets      []structured.Target
	values       []float64
	gold         []labelling
}

// inBlocks reports whether a whole pass with the plan can evaluate blocks.
func (o *objective) inBlocks() bool {
	_, angular := angularOf(o.loss)
	return !angular && o.plan.edges != nil && losses.InBlocks(o.loss)
}

// nextBlock returns the end of the block that starts at sentence lo. Its sentences have the same
// weight.
func (o *objective) nextBlock(lo, hi int) int {
	d := o.data
	hi = min(hi, lo+mostSentences)
	for s := lo + 1; s < hi; s++ {
		tooLarge := (d.sentence[s+1]-d.sentence[lo])*o.x.labels > mostScores
		if d.weight[s] != d.weight[lo] || s >= lo+losses.Lanes && tooLarge {
			return s
		}
	}
	return hi
}

// plannedBlock is planned for the sentences lo..hi-1.
func (o *objective) plannedBlock(wk *worker, lo, hi int) (float64, error) {
	c := o.data.weight[lo]
	if c == 0 {
		return 0, nil
	}
	if err := o.evalBlock(wk, lo, hi); err != nil {
		return 0, err
	}
	o.pullBlock(wk, lo, hi)
	sum := 0.0
	for _, v := range wk.block.values {
		sum += c * v
	}
	return sum, nil
}

// evalBlock sets the values and the gradients of the block of the worker.
func (o *objective) evalBlock(wk *worker, lo, hi int) error {
	b, d, n := &wk.block, o.data, hi-lo
	b.scores, b.grad = slices.Grow(b.scores[:0], n)[:n], slices.Grow(b.grad[:0], n)[:n]
	b.targets, b.values = slices.Grow(b.targets[:0], n)[:n], slices.Grow(b.values[:0], n)[:n]
	b.gold = slices.Grow(b.gold[:0], n)[:n]
	for k := range n {
		from, to := d.sentence[lo+k], d.sentence[lo+k+1]
		x := &b.scores[k]
		x.Edge = o.plan.edges
		o.x.resize(x, to-from)
		o.plan.scoreNodes(x, o.plan.weights, from, to)
		b.targets[k] = o.target(&b.gold[k], lo+k)
	}
	if n, err := wk.loss.EvalBlock(o.loss, b.values, b.grad, b.scores, b.targets); err != nil {
		return fmt.Errorf("sentence %d: %w", lo+n+1, err)
	}
	return nil
}

// pullBlock adds the gradients of the block, times the weight of its sentences, to the packed
// gradient of the worker.
func (o *objective) pullBlock(wk *worker, lo, hi int) {
	d, c := o.data, o.data.weight[lo]
	for s := lo; s < hi; s++ {
		o.plan.pullNodes(wk.packed, &wk.block.grad[s-lo], d.sentence[s], d.sentence[s+1], c)
	}
	o.x.pullEdges(&wk.packed, &wk.block.grad[0], &d.tokens, d.sentence[lo], c)
}
