package layer

import (
	"cmp"
	"slices"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// perGroup is the number of sequences that a worker evaluates at once, if the job allows it.
const perGroup = losses.Lanes

// group is the scratch memory for sequences that are evaluated at once. Their gradients share one
// slice of edges.
type group struct {
	scores, grad []structured.Lattice
	targets      []structured.Target
	partial      []structured.Lattice
	values       []float64
}

func (g *group) resize(n int) {
	g.scores, g.grad = slices.Grow(g.scores[:0], n)[:n], slices.Grow(g.grad[:0], n)[:n]
	g.targets, g.partial = slices.Grow(g.targets[:0], n)[:n], slices.Grow(g.partial[:0], n)[:n]
	g.values = vec.Resize(g.values, n)
}

// inGroups reports whether the job can evaluate several sequences at once: the gradient of a loss
// that allows blocks, with transitions and equal weights.
func (j *job) inGroups() bool {
	if j.loss == nil || j.grad == nil || len(j.batch.Transitions) == 0 || !losses.InBlocks(j.loss) {
		return false
	}
	w := j.target.Weights
	return len(w) == 0 || slices.Min(w) == slices.Max(w)
}

// sort sets the order of the sequences by length, so that those of a group have similar lengths.
func (c *Chain) sort(b *Batch) {
	c.order = vec.Resize(c.order, b.N)
	for n := range c.order {
		c.order[n] = n
	}
	slices.SortFunc(c.order, func(x, y int) int { return cmp.Or(cmp.Compare(b.length(x), b.length(y)), cmp.Compare(x, y)) })
}

// losses evaluates the loss of several sequences. Its error is that of the lowest sequence that
// fails.
func (w *worker) losses(sequences []int) *SequenceError {
	j, g := &w.chain.job, &w.group
	g.resize(len(sequences))
	var failed *SequenceError
	fail := func(n int, err error) {
		if err != nil && (failed == nil || n < failed.Sequence) {
			failed = &SequenceError{Sequence: n, Err: err}
		}
	}
	for k, n := range sequences {
		w.load(&g.scores[k], n)
		var err error
		g.targets[k], err = w.target(&g.partial[k], n)
		fail(n, err)
	}
	k, err := 0, error(nil)
	if failed == nil {
		k, err = w.work.EvalBlock(j.loss, g.values, g.grad, g.scores, g.targets)
	}
	if failed != nil || err != nil {
		for k, n := range sequences {
			_, err := j.loss.Eval(nil, &g.scores[k], g.targets[k], &w.work)
			fail(n, err)
		}
		fail(sequences[k], err)
		return failed
	}
	w.byNorm = w.byNorm[:0] // losses with norms do not allow blocks
	for k, n := range sequences {
		edges := g.grad[k].Edge
		if k > 0 {
			edges = nil // the first one has the sum
		}
		fail(n, w.store(n, &g.scores[k], &g.grad[k], edges, g.values[k], j.weight(n)))
	}
	return failed
}
