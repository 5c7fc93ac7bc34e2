package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics"
)

// pruneFlags are the command line of tagger prune.
type pruneFlags struct {
	output, eval, format string
	below                float64
	keep                 int
	saveFlags
}

func (a *app) pruneCommand() *cobra.Command {
	var o pruneFlags
	c := &cobra.Command{
		Use:   "prune MODEL --output OUT [flags]",
		Short: "Drop small weights of a model",
		Long:  pruneHelp,
		Example: `  tagger prune ner.model --output small.model --below 0.01
  tagger prune ner.model --output small.model --keep 500 --eval dev.conll
  tagger prune ner.model --output small.model --weights int8 --strip`,
		Args: needModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			changed := cmd.Flags().Changed
			switch {
			case changed("below") && changed("keep"):
				return wrongUsage("--below and --keep are two ways to say how many weights go: take one")
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
	f.StringVarP(&o.output, "output", "o", "", "`file` to write the model to (required)")
	f.Float64Var(&o.below, "below", 0, "drop the features with weights of a magnitude below `X`")
	f.IntVar(&o.keep, "keep", 0, "keep the `N` features with the greatest weights (default: all)")
	f.StringVar(&o.eval, "eval", "", "score the model on this labelled `file`, before and after")
	f.StringVar(&o.format, "format", "auto", "format of that file: auto, conll, conllu or crfsuite")
	o.saveFlags.register(c)
	f.SortFlags = false
	if err := c.MarkFlagRequired("output"); err != nil {
		panic(err)
	}
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	return c
}

func (a *app) prune(ctx context.Context, o *pruneFlags, path string) error {
	if _, err := parseFormat(o.format); err != nil {
		return err
	}
	if err := o.saveFlags.check(); err != nil {
		return err
	}
	if err := distinct([]safefile.Use{use("--output", o.output)}, append(a.reading([]string{path}), use("--eval", o.eval))); err != nil {
		return err
	}
	if err := safefile.Check(o.output); err != nil {
		return err
	}
	m, err := loadModel(path)
	if err != nil {
		return err
	}
	before, err := a.stateOf(ctx, o, path, m)
	if err != nil {
		return err
	}
	content, err := m.Content()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	drop(&content, max(o.below, threshold(content, o.keep)))
	if m, err = crf.New(content); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if err := o.save(ctx, m, o.output); err != nil {
		return err
	}
	if m, err = loadModel(o.output); err != nil { // as it was stored, in whatever precision
		return err
	}
	after, err := a.stateOf(ctx, o, o.output, m)
	if err != nil {
		return err
	}
	_, err = io.WriteString(a.stdout, before+after)
	return err
}

// threshold returns the weight of which at least keep features that could go have a greater or equal magnitude, if there
// are as many; with features of equal weights there may be more.
func threshold(p crf.Content, keep int) float64 {
	var all []float64
	for _, a := range p.Attributes {
		for _, w := range a.Weights {
			all = append(all, math.Abs(w.Weight))
		}
	}
	for _, a := range p.Bigrams {
		for _, w := range a.Weights {
			all = append(all, math.Abs(w.Weight))
		}
	}
	switch {
	case keep >= len(all):
		return 0
	case keep == 0:
		return math.Inf(1)
	}
	slices.SortFunc(all, func(a, b float64) int { return cmp.Compare(b, a) })
	return all[keep-1]
}

// drop removes the features whose weights are of a magnitude below least. Transitions stay: they are few.
func drop(p *crf.Content, least float64) {
	for k := range p.Attributes {
		a := &p.Attributes[k]
		a.Weights = slices.DeleteFunc(a.Weights, func(w crf.LabelWeight) bool { return math.Abs(w.Weight) < least })
	}
	for k := range p.Bigrams {
		a := &p.Bigrams[k]
		a.Weights = slices.DeleteFunc(a.Weights, func(w crf.PairWeight) bool { return math.Abs(w.Weight) < least })
	}
}

// stateOf is a line about a model: its size, and its score on the file for that.
func (a *app) stateOf(ctx context.Context, o *pruneFlags, path string, m *crf.Model) (string, error) {
	line := fmt.Sprintf("%s: %d attributes, %d features", path, m.Attributes(), m.Features())
	if info, err := os.Stat(path); err == nil {
		line += fmt.Sprintf(", %d bytes", info.Size())
	}
	if o.eval == "" {
		return line + "\n", nil
	}
	r, err := a.scoreModel(ctx, m, o.eval, o.format)
	if err != nil {
		return "", err
	}
	return line + fmt.Sprintf("; %s: accuracy %.4f, F1 %.4f\n", o.eval, r.Accuracy, r.F1), nil
}

// scoreModel scores a model on a labelled file.
func (a *app) scoreModel(ctx context.Context, m *crf.Model, file, format string) (metrics.Results, error) {
	f, err := formatFor(m, format)
	if err != nil {
		return metrics.Results{}, err
	}
	score := newScorer(m)
	if err := a.evalFile(ctx, file, f, modelPairs(ours(m), &evalFlags{}), score); err != nil {
		return metrics.Results{}, err
	}
	return score.results(), nil
}
