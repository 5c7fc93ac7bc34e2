package workers

import (
	"context"
	"sync"
)

// A Pipeline processes blocks of input in parallel, in the order of the input. One goroutine cuts
// the blocks, several process them, and one writes them. It reuses a fixed number of blocks, so
// memory does not depend on the input.
type Pipeline[B any] struct {
	free    chan *job[B] // unused blocks
	work    chan *job[B] // blocks to process
	ordered chan *job[B] // blocks to process or write, in the order of the input
	taken   *job[B]      // the block that is cut, or nil
}

type job[B any] struct {
	block B
	done  chan struct{} // receives a value when the block is processed
}

// Stages are what a Pipeline does.
type Stages[B any] struct {
	// Cut cuts the input into blocks, with Take and Send. It runs until the end of the input, an
	// error, or the end of the context.
	Cut func(ctx context.Context, p *Pipeline[B]) error
	// Worker returns the function that processes the blocks of goroutine k. A block stores its own
	// error for Write.
	Worker func(k int) func(*B)
	// Write writes a block. The pipeline stops at its first error.
	Write func(*B) error
}

// Run runs a pipeline with this number of workers. It returns the error of writing, or else of
// cutting, after all its goroutines have ended.
func Run[B any](ctx context.Context, threads int, s Stages[B]) error {
	n := 2*threads + 2 // one per goroutine, as many waiting, one each to read and write
	p := &Pipeline[B]{free: make(chan *job[B], n), work: make(chan *job[B], n), ordered: make(chan *job[B], n)}
	for range n {
		p.free <- &job[B]{done: make(chan struct{}, 1)}
	}
	ctx, stop := context.WithCancel(ctx)
	var group sync.WaitGroup
	var failed error // of cutting
	group.Go(func() {
		failed = s.Cut(ctx, p)
		close(p.work)
		close(p.ordered)
	})
	for k := range threads {
		group.Go(func() {
			process := s.Worker(k)
			for j := range p.work {
				process(&j.block)
				j.done <- struct{}{}
			}
		})
	}
	err := p.write(s.Write)
	stop()
	group.Wait()
	if err == nil {
		err = failed
	}
	return err
}

func (p *Pipeline[B]) write(write func(*B) error) error {
	for j := range p.ordered {
		<-j.done
		if err := write(&j.block); err != nil {
			return err
		}
		p.free <- j
	}
	return nil
}

// Take returns an unused block, with the contents of an earlier one. It waits until there is one.
// Until Send, it returns the same block.
func (p *Pipeline[B]) Take(ctx context.Context) (*B, error) {
	if p.taken == nil {
		select {
		case p.taken = <-p.free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return &p.taken.block, nil
}

// Send sends the block of the last Take to the workers and to Write.
func (p *Pipeline[B]) Send() {
	p.ordered <- p.taken
	p.work <- p.taken
	p.taken = nil
}
