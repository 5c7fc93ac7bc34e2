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

// A Chain is the layer: the scratch memory and the threads with which batches are worked on. The zero value is
// ready; one that is kept stops allocating when it has grown to the batches that it is given. It serves one
// goroutine at a time, and uses several itself.
type Chain struct {
	Threads int // at most; 0 means runtime.GOMAXPROCS(0)

	workers []*worker
	edge    []float64 // L x L: the transitions of the batch, or none
	sums    []float64 // blocks x (L x L + 2 L): what each block adds to the gradient of transitions, Start and End
	job     job

	wait    sync.WaitGroup
	next    atomic.Int64 // block
	stopped atomic.Bool
	mu      sync.Mutex
	failure failure // guarded by mu
}

// A job is a call of one of the methods of Chain: its arguments, and what is to be done to each sequence.
type job struct {
	ctx    context.Context
	batch  *Batch
	do     func(w *worker, n int) error
	blocks int
	shared bool // whether a gradient is summed over the batch

	grad   *Gradient
	values []float32
	target Target
	loss   losses.Loss
	labels []int
}

// A SequenceError is what is wrong with a sequence of the batch.
type SequenceError struct {
	Sequence int // 0..N-1
	Err      error
}

// Error names the sequence.
func (e *SequenceError) Error() string { return fmt.Sprintf("sequence %d: %v", e.Sequence, e.Err) }

// Unwrap returns what is wrong.
func (e *SequenceError) Unwrap() error { return e.Err }

// A failure is the first sequence that failed and its error, which is nil if none did.
type failure struct {
	at  int
	err error
}

// maxBlocks bounds how many parts a batch is split into, and with it the memory for their sums. It must not
// depend on the number of threads: the order of the sums is that of the blocks.
const maxBlocks = 64

// run does the job j on all sequences.
func (c *Chain) run(j job) error {
	if err := j.ctx.Err(); err != nil {
		return fmt.Errorf("batch stopped: %w", err)
	}
	j.blocks = max(min(j.batch.N, maxBlocks), 1) // an empty batch has one, and sums of zero
	c.edge = widen(c.edge, j.batch.Transitions)
	if j.shared {
		c.sums = vec.Resize(c.sums, j.blocks*j.batch.parameters())
	}
	c.job, c.failure = j, failure{}
	c.next.Store(0)
	c.stopped.Store(false)
	defer func() { c.job = job{} }() // keep nothing of the caller's

	threads := c.Threads
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	threads = min(threads, j.blocks)
	for len(c.workers) < threads {
		w := &worker{chain: c}
		w.run = w.loop // once: a new function value at each call would allocate
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

// loop works on blocks until there are no more. A block that was taken is worked on to its end or first
// failure, so that the first sequence that fails is the same whatever the threads.
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

// block does the job on the sequences of block k.
func (w *worker) block(k int) {
	c := w.chain
	j := &c.job
	if j.shared {
		p := j.batch.parameters()
		w.sums = c.sums[k*p : (k+1)*p]
		clear(w.sums)
	}
	for n := k * j.batch.N / j.blocks; n < (k+1)*j.batch.N/j.blocks; n++ {
		if err := j.ctx.Err(); err != nil {
			c.fail(n, fmt.Errorf("batch stopped: %w", err))
			return
		}
		if err := j.do(w, n); err != nil {
			c.fail(n, &SequenceError{Sequence: n, Err: err})
			return
		}
	}
}

func (c *Chain) fail(n int, err error) {
	c.stopped.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failure.err == nil || n < c.failure.at {
		c.failure = failure{n, err}
	}
}

// parameters returns how many numbers the sequences of b share.
func (b *Batch) parameters() int { return len(b.Transitions) + len(b.Start) + len(b.End) }

// widen returns v as float64, in the memory of x if that suffices.
func widen(x []float64, v []float32) []float64 {
	x = vec.Resize(x, len(v))
	for k, v := range v {
		x[k] = float64(v)
	}
	return x
}
