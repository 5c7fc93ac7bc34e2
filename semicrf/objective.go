package semicrf

import (
	"context"
	"fmt"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semimarkov"
)

var (
	_ optimize.Objective  = (*objective)(nil)
	_ optimize.Stochastic = (*objective)(nil)
)

// An objective is the sum over sentences of a loss, each times the sentence's weight. Workers take sentences;
// what they add up is merged in their order, so that a result depends on the number of workers but not on
// their timing.
type objective struct {
	x         *index
	longest   int
	sentences []sentence
	gold      [][]semimarkov.Segment
	weight    []float64
	loss      losses.General
	workers   []*worker
	chunk     []int // worker k evaluates the sentences chunk[k]..chunk[k+1]-1 of a whole pass
}

// A worker is the scratch memory of one goroutine.
type worker struct {
	scratch
	grad   semimarkov.Lattice
	loss   losses.SegmentWorkspace
	best   []semimarkov.Segment // of development data
	dense  []float64            // a whole pass's gradient
	sparse *optimize.Sparse     // a mini-batch's
	sum    float64
	err    error
}

// divide makes workers and gives them chunks of equal numbers of tokens.
func (o *objective) divide(threads int) {
	total := 0
	for k := range o.sentences {
		total += o.sentences[k].tokens()
	}
	o.chunk = []int{0}
	end, tokens := 0, 0
	for k := range threads {
		o.workers = append(o.workers, new(worker))
		for end < len(o.sentences) && tokens*threads < total*(k+1) {
			tokens += o.sentences[end].tokens()
			end++
		}
		o.chunk = append(o.chunk, end)
	}
}

// Dim implements [optimize.Objective].
func (o *objective) Dim() int { return o.x.dim() }

// Len implements [optimize.Stochastic].
func (o *objective) Len() int { return len(o.sentences) }

// Support implements [optimize.Stochastic].
func (o *objective) Support(batch []int, visit func(lo, hi int)) {
	for _, k := range batch {
		o.x.support(&o.sentences[k], visit)
	}
}

// sentence adds the gradient of one sentence to dst and returns its loss, both times its weight.
func (o *objective) sentence(wk *worker, dst vector, k int, w []float64, scale float64) (float64, error) {
	s, c := &o.sentences[k], o.weight[k]
	if c == 0 {
		return 0, nil
	}
	o.x.score(&wk.scratch, s, o.longest, w, scale)
	v, err := losses.EvalSegments(o.loss, &wk.grad, &wk.scores, losses.SegmentTarget{Path: o.gold[k]}, &wk.loss)
	if err != nil {
		return 0, fmt.Errorf("sentence %d: %w", k+1, err)
	}
	o.x.pull(dst, &wk.scratch, &wk.grad, s, c)
	return c * v, nil
}

// Eval implements [optimize.Objective].
func (o *objective) Eval(ctx context.Context, grad, w []float64) (float64, error) {
	o.each(len(o.workers), func(k int, wk *worker) {
		sum := grad
		if k > 0 {
			if wk.dense == nil {
				wk.dense = make([]float64, len(grad))
			}
			sum = wk.dense
		}
		clear(sum)
		for s := o.chunk[k]; s < o.chunk[k+1]; s++ {
			if wk.err = ctx.Err(); wk.err != nil {
				return
			}
			var v float64
			if v, wk.err = o.sentence(wk, dense(sum), s, w, 1); wk.err != nil {
				return
			}
			wk.sum += v
		}
	})
	value, err := o.merge(len(o.workers))
	if err != nil {
		return 0, err
	}
	for _, wk := range o.workers[1:] {
		floats.Add(grad, wk.dense)
	}
	return value, nil
}

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n := len(o.workers)
	if len(batch) < 4*n {
		n = 1 // too few to be worth the hand-over
	}
	o.each(n, func(k int, wk *worker) {
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
			if v, wk.err = o.sentence(wk, dst, s, w, scale); wk.err != nil {
				return
			}
			wk.sum += v
		}
	})
	value, err := o.merge(n)
	if err != nil {
		return 0, err
	}
	for _, wk := range o.workers[1:n] {
		g.AddSparse(wk.sparse)
	}
	return value, nil
}

// each runs f on the first n workers at the same time.
func (o *objective) each(n int, f func(k int, wk *worker)) {
	var wg sync.WaitGroup
	for k, wk := range o.workers[:n] {
		wk.sum, wk.err = 0, nil
		if k > 0 {
			wg.Go(func() { f(k, wk) })
		}
	}
	f(0, o.workers[0])
	wg.Wait()
}

// merge returns the sum of the sums of the first n workers, or the first error.
func (o *objective) merge(n int) (float64, error) {
	sum := 0.0
	for _, wk := range o.workers[:n] {
		if wk.err != nil {
			return 0, wk.err
		}
		sum += wk.sum
	}
	return sum, nil
}
