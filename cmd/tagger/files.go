package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// data returns the source of the sentences of files, or of standard input if there are no files.
func (a *app) data(files []string) trellis.Source {
	if len(files) == 0 {
		files = []string{"-"}
	}
	return trellis.Source{Paths: files, Stdin: a.stdin}
}

// writeOutput lets write fill a file atomically, or standard output for "" and "-". A file whose
// name ends in .gz or .zst is compressed.
func (a *app) writeOutput(ctx context.Context, name string, write func(io.Writer) error) error {
	if name == "" || name == "-" {
		return write(a.stdout)
	}
	return safefile.WriteContext(ctx, name, compress.To(name, write))
}

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

// saveFlags holds the flags for how a model is stored.
type saveFlags struct {
	weights string
	strip   bool
}

func (o *saveFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.weights, "weights", "float32", "`TYPE` of the stored weights: float32, float64, int16 or int8")
	f.BoolVar(&o.strip, "strip", false, "leave attribute names out of the model: tag and eval do not need them, but "+
		"inspect, prune and --init do")
	complete(c, "weights", "float32", "float64", "int16", "int8")
}
