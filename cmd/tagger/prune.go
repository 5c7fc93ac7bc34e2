package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
)

// pruneFlags holds the flags of tagger prune.
type pruneFlags struct {
	output, eval string
	below        float64
	keep         int
	format       corpus.Format
	saveFlags
}

func (a *app) pruneCommand() *cobra.Command {
	var o pruneFlags
	c := &cobra.Command{
		Use:   "prune MODEL --output OUT [flags]",
		Short: "Make a model smaller",
		Example: `  tagger prune ner.model --output small.model --below 0.01
  tagger prune ner.model --output small.model --keep 500 --eval dev.conll
  tagger prune ner.model --output small.model --weights int8 --strip`,
		Args: needModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			changed := cmd.Flags().Changed
			switch {
			case changed("below") && changed("keep"):
				return wrongUsage("--below and --keep both select features: choose one")
			case changed("below") && !(o.below >= 0 && o.below <= math.MaxFloat64):
				return wrongUsage("--below %v: want a number that is not negative", o.below)
			case changed("keep") && o.keep < 0:
				return wrongUsage("--keep %d: want a number that is not negative", o.keep)
			}
			if !changed("keep") {
				o.keep = math.MaxInt
			}
			return a.prune(cmd.Context(), &o, args[0])
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the model to this `FILE` (required)")
	f.Float64Var(&o.below, "below", 0, "remove features with an absolute weight below `X` (default 0)")
	f.IntVar(&o.keep, "keep", 0, "keep only the `N` features with the greatest absolute weights, and ties with the "+
		"last one (default all)")
	f.StringVar(&o.eval, "eval", "", "score the model on this labelled `FILE` before and after")
	addFormat(c, &o.format, "conll", "conllu", "crfsuite")
	o.saveFlags.register(c)
	f.SortFlags = false
	required(c, "output")
	return c
}

func (a *app) prune(ctx context.Context, o *pruneFlags, path string) error {
	if err := checkModelOutput(o.output, append(a.reading([]string{path}), use("--eval", o.eval))); err != nil {
		return err
	}
	m, err := openModel(ctx, path)
	if err != nil {
		return err
	}
	defer m.Close()
	if m, _, err = m.Imported(); err != nil {
		return err
	}
	pruned, err := m.Prune(trellis.PruneOptions{Below: o.below, Keep: &o.keep, Weights: o.weights, Strip: o.strip})
	if err != nil {
		return err
	}
	before, err := a.stateOf(ctx, o, path, m)
	if err != nil {
		return err
	}
	if err := saveModel(ctx, pruned, o.output); err != nil {
		return err
	}
	if pruned, err = openModel(ctx, o.output); err != nil { // with the stored precision
		return err
	}
	defer pruned.Close()
	after, err := a.stateOf(ctx, o, o.output, pruned)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, before+after)
	return err
}

// stateOf describes a model in a line: its size, and its score on the file of --eval.
func (a *app) stateOf(ctx context.Context, o *pruneFlags, path string, m *trellis.Model) (string, error) {
	d, err := m.Describe(0)
	if err != nil {
		return "", err
	}
	line := fmt.Sprintf("%s: %d attributes, %d features", path, d.Attributes, d.Features)
	if info, err := os.Stat(path); err == nil {
		line += fmt.Sprintf(", %d bytes", info.Size())
	}
	if o.eval == "" {
		return line + "\n", nil
	}
	r, err := m.EvaluateFiles(ctx, a.data([]string{o.eval}), trellis.EvalOptions{Format: o.format, Warn: a.warn})
	if err != nil {
		return "", err
	}
	return line + fmt.Sprintf("; %s: accuracy %.2f%%, F1 %.2f%%\n", o.eval, 100*r.Accuracy, 100*r.F1), nil
}
