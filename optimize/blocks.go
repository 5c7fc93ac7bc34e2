package optimize

import "context"

// blocks joins size neighbouring examples to one. The data that a method stores for each example is
// then stored for the sum of their losses, and workers can share a step.
type blocks struct {
	Stochastic
	size int
	buf  []int // the examples of a batch of blocks
}

func newBlocks(f Stochastic, size int) Stochastic {
	if size <= 1 {
		return f
	}
	return &blocks{Stochastic: f, size: size}
}

func (b *blocks) Len() int { return (b.Stochastic.Len() + b.size - 1) / b.size }

func (b *blocks) Support(batch []int, visit func(lo, hi int)) {
	b.Stochastic.Support(b.examples(batch), visit)
}

func (b *blocks) EvalBatch(ctx context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	return b.Stochastic.EvalBatch(ctx, g, w, scale, b.examples(batch))
}

func (b *blocks) examples(batch []int) []int {
	b.buf = b.buf[:0]
	for _, i := range batch {
		for e := i * b.size; e < min((i+1)*b.size, b.Stochastic.Len()); e++ {
			b.buf = append(b.buf, e)
		}
	}
	return b.buf
}
