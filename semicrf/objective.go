package semicrf

import (
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semimarkov"
)

var (
	_ optimize.Objective  = (*objective)(nil)
	_ optimize.Stochastic = (*objective)(nil)
)

// objective is the sum over sentences of the loss times the sentence weight.
type objective struct {
	x         *index
	longest   int
	sentences []sentence
	gold      [][]semimarkov.Segment
	weight    []float64
	loss      losses.General
	pool      *training.Pool[worker]
}

// worker is the scratch memory of one goroutine.
type worker struct {
	scratch
	grad semimarkov.Lattice
	loss losses.SegmentWorkspace
	best []semimarkov.Segment // for development data
}

func (o *objective) divide(threads int) {
	o.pool = training.NewPool[worker](threads, len(o.sentences), func(k int) int { return o.sentences[k].tokens() })
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

// sentence adds the gradient of one sentence to dst and returns its loss, both times the sentence
// weight.
func (o *objective) sentence(wk *worker, dst training.Vector, k int, w []float64, scale float64) (float64, error) {
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

// Sentence implements [training.Sentences]. Gradient and loss are multiplied by the sentence
// weight.
func (o *objective) Sentence(wk *worker, dst *optimize.Sparse, k int, w []float64, scale float64) (float64, error) {
	return o.sentence(wk, dst, k, w, scale)
}

// Eval implements [optimize.Objective].
func (o *objective) Eval(ctx context.Context, grad, w []float64) (float64, error) {
	return o.pool.Gradient(ctx, grad, func(wk *worker, dst *training.Dense, k int) (float64, error) {
		return o.sentence(wk, dst, k, w, 1)
	})
}

// EvalBatch implements [optimize.Stochastic].
func (o *objective) EvalBatch(ctx context.Context, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	return o.pool.Mini(ctx, o, training.Share(o.pool.Len(), len(batch)), g, w, scale, batch)
}
