package main

import (
	"context"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// openModel opens a model. If path is a FIFO, it stops waiting for the writer when ctx ends.
func openModel(ctx context.Context, path string) (*trellis.Model, error) {
	return safefile.Wait(ctx, path, func() (*trellis.Model, error) { return trellis.Open(path) })
}

// openOrReady opens a model. If path is empty, it returns the built-in model, and says that the
// argument with this name was missing.
func (a *app) openOrReady(ctx context.Context, path, name string) (*trellis.Model, error) {
	if path != "" {
		return openModel(ctx, path)
	}
	a.note("no " + name + "; using the built-in model: " + trellis.ReadyAttribution)
	return trellis.Ready()
}

// saveModel saves a model. If path is a FIFO, it stops waiting for the reader when ctx ends.
func saveModel(ctx context.Context, m *trellis.Model, path string) error {
	_, err := safefile.WaitToWrite(ctx, path, func() (struct{}, error) { return struct{}{}, m.SaveFile(path) })
	return err
}
