package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// saveFlags say how a model is stored.
type saveFlags struct {
	weights string
	strip   bool
}

func (o *saveFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.weights, "weights", "float32", "how weights are stored: float32, float64, int16 or int8")
	f.BoolVar(&o.strip, "strip", false, "leave out the names of the attributes: tag and eval do without, inspect, prune and --init do not")
	complete(c, "weights", "float32", "float64", "int16", "int8")
}

func (o *saveFlags) check() error {
	if _, err := crf.ParsePrecision(o.weights); err != nil {
		return wrongUsage("--weights: %v", err)
	}
	return nil
}

// save puts the model at path, all or nothing.
func (o *saveFlags) save(ctx context.Context, m *crf.Model, path string) error {
	w, err := crf.ParsePrecision(o.weights)
	if err != nil {
		return err
	}
	return safefile.WriteContext(ctx, path, func(file io.Writer) error { return m.Save(file, crf.SaveOptions{Precision: w, Strip: o.strip}) })
}
