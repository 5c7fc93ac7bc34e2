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

// saveModel saves a model. If path is a FIFO, it stops waiting for the reader when ctx ends.
func saveModel(ctx context.Context, m *trellis.Model, path string) error {
	_, err := safefile.Wait(ctx, path, func() (struct{}, error) { return struct{}{}, m.SaveFile(path) })
	return err
}
