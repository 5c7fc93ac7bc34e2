package input

import (
	"context"
	"io"
)

// An interruptible reader returns the error of the context when it ends, even while a read waits
// for input.
type interruptible struct {
	ctx  context.Context
	r    io.Reader
	buf  []byte
	rest []byte // unread part of buf
	err  error
	done chan result
}

type result struct {
	n   int
	err error
}

func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	return &interruptible{ctx: ctx, r: r, buf: make([]byte, 1<<16), done: make(chan result, 1)}
}

// Read implements [io.Reader].
func (i *interruptible) Read(p []byte) (int, error) {
	if len(i.rest) == 0 && i.err == nil {
		go func() {
			n, err := i.r.Read(i.buf)
			i.done <- result{n, err}
		}()
		select {
		case <-i.ctx.Done():
			i.err = i.ctx.Err() // the pending read still owns the buffer
		case got := <-i.done:
			i.rest, i.err = i.buf[:got.n], got.err
		}
	}
	n := copy(p, i.rest)
	i.rest = i.rest[n:]
	if n > 0 {
		return n, nil
	}
	return 0, i.err
}
