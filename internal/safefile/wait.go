package safefile

import (
	"context"
	"io/fs"
	"os"
)

// WaitToWrite is Wait for a program that writes what it has after an interrupt: if ctx has ended
// before, it still calls open.
func WaitToWrite[T any](ctx context.Context, path string, open func() (T, error)) (T, error) {
	if ctx.Err() != nil {
		return open()
	}
	return Wait(ctx, path, open)
}

// Wait calls open, which opens path, and returns its results. If path is a FIFO, open blocks until
// the other end is opened; Wait then returns the error of ctx as soon as it ends.
func Wait[T any](ctx context.Context, path string, open func() (T, error)) (T, error) {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&fs.ModeNamedPipe == 0 {
		return open()
	}
	type result struct {
		file T
		err  error
	}
	done := make(chan result, 1)
	go func() {
		file, err := open()
		done <- result{file, err}
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}
