package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// A curveRun holds the flags of tagger curve.
type curveRun struct {
	study.LearningCurve
	dev, plot, json string
	fractions       []string
	quiet           bool
	files           []string
}

// notForCurves are the training options that curve does not have.
var notForCurves = []string{"supervision", "document", "init", "checkpoint", "checkpoint-every", "resume", "tokenizer", "search", "shrink"}

func (a *app) curveCommand() *cobra.Command {
	var o curveRun
	c := &cobra.Command{
		Use:   "curve TRAIN... [flags]",
		Short: "Score models of growing training data: would more data help?",
		Example: `  tagger curve --dev dev.conll train.conll
  tagger curve --dev dev.conll --seeds 5 --plot curve.svg --json curve.json train.conll
  tagger curve --fractions 0.25,0.5,0.75,1 --loss cross-entropy --threads 2 train.conllu`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return a.curve(cmd, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.dev, "dev", "", "score on this `FILE`, at the best step of each training, as train --dev does")
	f.Float64Var(&o.HoldOut, "holdout", 0, "without --dev, score on this `SHARE` of the sentences (default 0.2)")
	f.StringVar(&o.plot, "plot", "", "draw the curve to this `FILE`, in SVG")
	f.StringVar(&o.json, "json", "", "write the result as one JSON object to this `FILE`; - is standard output, without a table")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome, warnings and errors, no progress")
	groupFlags(c, "Basic flags")
	f.StringSliceVar(&o.fractions, "fractions", nil, "`LIST` of shares of the training sentences, up to 1 (default 1, 1/2, 1/4, ..., "+
		"up to 6 of at least 20 sentences)")
	f.IntVar(&o.Runs, "seeds", 3, "number `N` of runs, each with its own seed and order of the sentences")
	f.StringVar(&o.Metric, "metric", "f1", "`NAME` of the score: "+cli.OrList(study.MetricNames()))
	groupFlags(c, "Runs")
	registerOptions(c, &o.Base, slices.DeleteFunc(slices.Clone(trainOptions), func(x option) bool { return slices.Contains(notForCurves, x.name) }))
	f.SortFlags = false
	complete(c, "metric", study.MetricNames()...)
	return c
}

func (a *app) curve(cmd *cobra.Command, o *curveRun) error {
	var err error
	if o.Fractions, err = parseNumbers("fractions", o.fractions); err != nil {
		return err
	}
	switch {
	case o.Runs < 1:
		return wrongUsage("--seeds %d: want a positive number", o.Runs)
	case cmd.Flag("holdout").Changed && o.HoldOut == 0:
		return wrongUsage("--holdout 0: want a share greater than 0 and less than 1")
	case o.plot != "" && !strings.EqualFold(filepath.Ext(o.plot), ".svg"):
		return wrongUsage("--plot %s: want a name that ends in .svg", o.plot)
	}
	if o.dev != "" {
		o.Base.Dev.Paths = []string{o.dev}
	}
	if err := checkOutputs([]safefile.Use{use("--json", o.json), use("--plot", o.plot)}, a.inputs(&o.Base, o.files)); err != nil {
		return err
	}
	trained := a.reportStudy(&o.Base, o.quiet)
	o.Progress = func(p study.CurveProgress) {
		trained()
		if !o.quiet {
			fmt.Fprintf(a.stderr, "run %d/%d, size %d/%d  %d sentences: %s %.2f%%  %.1fs\n", p.Run, p.Runs, p.Number, p.Of, p.Sentences, o.Metric, 100*p.Score, p.Seconds)
		}
	}
	r, err := o.Run(cmd.Context(), trellis.Source{Paths: o.files, Stdin: a.stdin})
	trained()
	if r == nil {
		return err
	}
	if printing := a.printCurve(o, r); printing != nil {
		return printing
	}
	if err != nil {
		return fmt.Errorf("%w: %d of %d runs were done", errInterrupted, r.Runs, o.Runs)
	}
	return nil
}

// printCurve writes the figure, the object, and the table with the conclusion.
func (a *app) printCurve(o *curveRun, r *study.Curve) error {
	if o.plot != "" {
		if err := safefile.Write(o.plot, r.WriteSVG); err != nil {
			return err
		}
	}
	if written, err := a.writeObject(o.json, r); err != nil || written {
		return err
	}
	return r.WriteTable(a.stdout)
}
