package layer

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/losses"
)

// Chain is the layer: the scratch memory and the threads that process batches. The zero value is
// ready to use. Reuse a Chain: once its memory has grown to the size of the batches, it no longer
// allocates. A Chain must not be used by two goroutines at the same time; it starts its own
// goroutines.
type Chain struct {
	Threads int // maximum number of threads; 0 means runtime.GOMAXPROCS(0)

	workers []*worker
	edge    []float64 // L x L: transitions of the batch, or empty
	sums    []float64 // blocks x (L x L + 2 L): gradient of transitions, Start and End of each block
	order   []int     // the sequences by length
	job     job

	wait    sync.WaitGroup
	next    atomic.Int64 // next block
	stopped atomic.Bool
	mu      sync.Mutex
	failure failure // guarded by mu
}

// job is a call of a method of Chain: its arguments, and the function to apply to each sequence.
type job struct {
	ctx    context.Context
	batch  *Batch
	do     func(w *worker, n int) error
	groups bool // evaluate several sequences at once, in the order of the chain, instead of do
	blocks int
	shared bool // whether some gradient is summed over the batch

	grad   *Gradient
	values []float32
	target Target
	loss   losses.Loss
	labels []int
}

// SequenceError is an error in one sequence of the batch.
type SequenceError struct {
	Sequence int // 0..N-1
	Err      error
}

// Error returns the sequence number and the error.
func (e *SequenceError) Error() string { return fmt.Sprintf("sequence %d: %v", e.Sequence, e.Err) }

// Unwrap returns the error of the sequence.
func (e *SequenceError) Unwrap() error { return e.Err }

// failure is the first sequence that failed and its error, which is nil if none failed.
type failure struct {
	at  int
	err error
}

// maxBlocks bounds the number of blocks of a batch, and so the memory for their sums. It must not
// depend on the number of threads, because blocks are summed in order.
const maxBlocks = 64

func (c *Chain) run(j job) error {
	if err := j.ctx.Err(); err != nil {
		return fmt.Errorf("batch stopped: %w", err)
	}
	units := j.batch.N
	if j.groups {
		units = (units + perGroup - 1) / perGroup
		c.sort(j.batch)
	}
	j.blocks = max(min(units, maxBlocks), 1) // an empty batch has one block, with sums of zero
	c.edge = widen(c.edge, j.batch.Transitions)
	if j.shared {
		c.sums = vec.Resize(c.sums, j.blocks*j.batch.parameters())
	}
	c.job, c.failure = j, failure{}
	c.next.Store(0)
	c.stopped.Store(false)
	defer func() { c.job = job{} }() // do not retain the caller's memory

	threads := c.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, j.blocks)
	for len(c.workers) < threads {
		w := &worker{chain: c}
		w.run = w.loop // once, because a new function value at each call would allocate
		c.workers = append(c.workers, w)
	}
	c.wait.Add(threads)
	for _, w := range c.workers[1:threads] {
		go w.run()
	}
	c.workers[0].run()
	c.wait.Wait()
	return c.failure.err
}

// loop processes blocks until none are left. It finishes each block or stops at its first failure.
// So the first failing sequence does not depend on the number of threads.
func (w *worker) loop() {
	c := w.chain
	defer c.wait.Done()
	for !c.stopped.Load() {
		k := int(c.next.Add(1)) - 1
		if k >= c.job.blocks {
			return
		}
		w.block(k)
	}
}

func (w *worker) block(k int) {
	c := w.chain
	j := &c.job
	if j.shared {
		p := j.batch.parameters()
		w.sums = c.sums[k*p : (k+1)*p]
		clear(w.sums)
	}
	n, end := k*j.batch.N/j.blocks, (k+1)*j.batch.N/j.blocks
	for n < end {
		if err := j.ctx.Err(); err != nil {
			c.fail(n, fmt.Errorf("batch stopped: %w", err))
			return
		}
		if j.groups {
			next := min(n+perGroup, end)
			if err := w.losses(c.order[n:next]); err != nil {
				c.record(err.Sequence, err) // another group may have a lower sequence that fails
			}
			n = next
			continue
		}
		if err := j.do(w, n); err != nil {
			c.fail(n, &SequenceError{Sequence: n, Err: err})
			return
		}
		n++
	}
}

// fail records the failure of sequence n and stops all threads.
func (c *Chain) fail(n int, err error) {
	c.stopped.Store(true)
	c.record(n, err)
}

// record keeps the error of the lowest sequence that fails.
func (c *Chain) record(n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failure.err == nil || n < c.failure.at {
		c.failure = failure{n, err}
	}
}

// parameters returns the number of shared scores of b.
func (b *Batch) parameters() int { return len(b.Transitions) + len(b.Start) + len(b.End) }

// widen converts v to float64, in the memory of x if it is large enough.
func widen(x []float64, v []float32) []float64 {
	x = vec.Resize(x, len(v))
	for k, v := range v {
		x[k] = float64(v)
	}
	return x
}
