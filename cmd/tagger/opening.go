package main

import (
	"context"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// openModel opens a model. It does not wait for the writer of a FIFO when ctx ends.
func openModel(ctx context.Context, path string) (*trellis.Model, error) {
	return safefile.Wait(ctx, path, func() (*trellis.Model, error) { return trellis.Open(path) })
}

// saveModel saves a model. It does not wait for the reader of a FIFO when ctx ends.
func saveModel(ctx context.Context, m *trellis.Model, path string) error {
	_, err := safefile.Wait(ctx, path, func() (struct{}, error) { return struct{}{}, m.SaveFile(path) })
	return err
}
