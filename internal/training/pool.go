package training

import (
	"context"
	"sync"

	"gonum.org/v1/gonum/floats"

	"github.com/trellis-nlp/trellis/optimize"
)

// A Pool evaluates sentences on several goroutines, its workers. Each worker has scratch memory of
// type S. The pool adds up their results in the order of the workers.
type Pool[S any] struct {
	workers []worker[S]
	chunk   []int // in a whole pass, worker k evaluates the sentences chunk[k]..chunk[k+1]-1
}

type worker[S any] struct {
	scratch S
	dense   Dense            // gradient of a whole pass
	sparse  *optimize.Sparse // gradient of a mini-batch
	sum     float64
	err     error
}

// A Vector is a gradient that can be added to range by range: [Dense] or [optimize.Sparse].
type Vector interface {
	// Span returns the coordinates lo..hi-1, for the caller to add to.
	Span(lo, hi int) []float64
}

// Dense is a dense vector.
type Dense []float64

// Span implements [Vector].
func (d Dense) Span(lo, hi int) []float64 { return d[lo:hi] }

// NewPool returns a pool of at least one worker. tokens returns the length of a sentence. In a
// whole pass each worker evaluates consecutive sentences, with about the same number of tokens.
func NewPool[S any](workers, sentences int, tokens func(s int) int) *Pool[S] {
	total := 0
	for s := range sentences {
		total += tokens(s)
	}
	p := &Pool[S]{workers: make([]worker[S], workers), chunk: []int{0}}
	end, before := 0, 0
	for k := range workers {
		for end < sentences && before*workers < total*(k+1) {
			before += tokens(end)
			end++
		}
		p.chunk = append(p.chunk, end)
	}
	return p
}

// Len returns the number of workers.
func (p *Pool[S]) Len() int { return len(p.workers) }

// Scratch returns the scratch memory of worker k.
func (p *Pool[S]) Scratch(k int) *S { return &p.workers[k].scratch }

// Each runs f for all workers concurrently.
func (p *Pool[S]) Each(f func(k int, scratch *S)) {
	_, _ = p.run(len(p.workers), func(k int) (float64, error) { // never fails
		f(k, p.Scratch(k))
		return 0, nil
	})
}

// run runs f for the first n workers concurrently. It returns the sum of the values, or the error
// of the first worker that failed.
func (p *Pool[S]) run(n int, f func(k int) (float64, error)) (float64, error) {
	var wg sync.WaitGroup
	for k := 1; k < n; k++ {
		wg.Go(func() { p.workers[k].sum, p.workers[k].err = f(k) })
	}
	p.workers[0].sum, p.workers[0].err = f(0)
	wg.Wait()
	sum := 0.0
	for k := range n {
		if err := p.workers[k].err; err != nil {
			return 0, err
		}
		sum += p.workers[k].sum
	}
	return sum, nil
}

// Pass calls one for every sentence and returns the sum of the values.
func (p *Pool[S]) Pass(ctx context.Context, one func(scratch *S, s int) (float64, error)) (float64, error) {
	return p.run(len(p.workers), func(k int) (float64, error) { return p.pass(ctx, k, one) })
}

// pass calls one for the sentences of worker k.
func (p *Pool[S]) pass(ctx context.Context, k int, one func(scratch *S, s int) (float64, error)) (float64, error) {
	sum := 0.0
	for s := p.chunk[k]; s < p.chunk[k+1]; s++ {
		if s%64 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		v, err := one(p.Scratch(k), s)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

// Gradient is like [Pool.Pass], for functions that add a gradient to dst. It sets grad to the sum
// of the gradients.
func (p *Pool[S]) Gradient(ctx context.Context, grad []float64, one func(scratch *S, dst *Dense, s int) (float64, error)) (float64, error) {
	value, err := p.run(len(p.workers), func(k int) (float64, error) {
		dst := Dense(grad)
		if wk := &p.workers[k]; k > 0 {
			if wk.dense == nil {
				wk.dense = make(Dense, len(grad))
			}
			dst = wk.dense
		}
		clear(dst)
		return p.pass(ctx, k, func(scratch *S, s int) (float64, error) { return one(scratch, &dst, s) })
	})
	if err != nil {
		return 0, err
	}
	for k := 1; k < len(p.workers); k++ {
		floats.Add(grad, p.workers[k].dense)
	}
	return value, nil
}

// Sentences evaluates the sentences of a mini-batch.
type Sentences[S any] interface {
	// Dim returns the number of weights.
	Dim() int
	// Sentence adds the gradient of sentence s, for the weights scale*w, to dst and returns the
	// loss.
	Sentence(scratch *S, dst *optimize.Sparse, s int, w []float64, scale float64) (float64, error)
}

// Share returns how many of n workers evaluate a mini-batch: all, or one if there are fewer than
// four sentences per worker.
func Share(n, sentences int) int {
	if sentences < 4*n {
		return 1
	}
	return n
}

// Mini evaluates a mini-batch on the first n workers. It adds the gradient to g and returns the sum
// of the losses.
func (p *Pool[S]) Mini(ctx context.Context, b Sentences[S], n int, g *optimize.Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if n == 1 {
		return p.mini(b, 0, g, w, scale, batch)
	}
	value, err := p.run(n, func(k int) (float64, error) {
		dst := g
		if wk := &p.workers[k]; k > 0 {
			if wk.sparse == nil {
				wk.sparse = optimize.NewSparse(b.Dim())
			}
			wk.sparse.Reset()
			dst = wk.sparse
		}
		return p.mini(b, k, dst, w, scale, batch[len(batch)*k/n:len(batch)*(k+1)/n])
	})
	if err != nil {
		return 0, err
	}
	for k := 1; k < n; k++ {
		g.AddSparse(p.workers[k].sparse)
	}
	return value, nil
}

// mini evaluates sentences on worker k.
func (p *Pool[S]) mini(b Sentences[S], k int, dst *optimize.Sparse, w []float64, scale float64, sentences []int) (float64, error) {
	sum := 0.0
	for _, s := range sentences {
		v, err := b.Sentence(p.Scratch(k), dst, s, w, scale)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}
