package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// A compareRun is the command line of tagger compare-losses.
type compareRun struct {
	study.Comparison
	dev, test, plot, json          string
	losses, l2, optimizers, scales []string
	curve                          []string
	resample, markdown, quiet      bool
	files                          []string
}

// compareUsage explains the shared flags that do more here.
var compareUsage = map[string]string{
	"seed": "seed of splitting the sentences, and of run 1; run i has this plus i-1 (default 1)",
	"cost": "`name` of the cost in the losses that have one, and of the expected cost of all: " + strings.Join(trellis.CostNames(), ", ") + " (default hamming)",
}

// unsharedOptions of sharedOptions are those that would pick a model by the file that the report is on, and those that
// would make the labels of models others than those of the file.
var unsharedOptions = []string{"dev", "patience", "scheme", "normalize"}

func (a *app) compareLossesCommand() *cobra.Command {
	var o compareRun
	c := &cobra.Command{
		Use:   "compare-losses TRAIN... --dev DEV [flags]",
		Short: "Compare losses on equal terms: tuned, over several seeds, with plots",
		Long:  studyHelp,
		Example: `  tagger compare-losses --dev dev.conll train.conll
  tagger compare-losses --dev dev.conll --loss cross-entropy,hinge,risk --seeds 10 --plot losses.svg train.conll
  tagger compare-losses --dev dev.conll --l2 0.1 --seeds 3 --json losses.json --markdown train.conll
  tagger compare-losses --dev dev.conll --test test.conll --l2 0.01,0.1,1 --seeds 3 --markdown train.conll
  tagger compare-losses --dev dev.conll --recall-curve 0.5,1,2,4,8 --plot recall.png train.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return a.compareLosses(cmd, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.dev, "dev", "", "`file` that the report is on; nothing is picked by it, unless there is a --test (required)")
	f.StringVar(&o.test, "test", "", "`file` that the report is on as well; settings are then picked by --dev, after training on all sentences")
	f.StringSliceVar(&o.losses, "loss", nil, "`list` of losses; p compares with the first (default "+strings.Join(study.UsualLosses(), ",")+"; with --recall-curve softmax-margin)")
	f.StringSliceVar(&o.l2, "l2", nil, "`list` of factors of ||w||^2, one of which is picked for each loss; LOSS=X is for that loss only (default 0.01,0.1,1)")
	f.StringSliceVar(&o.optimizers, "optimizer", nil, "`list` of optimizers, one of which is picked for each loss; LOSS=NAME is for that loss only (default: what suits the loss)")
	f.StringSliceVar(&o.scales, "cost-scale", nil, "`list` of factors of the cost, one of which is picked for each loss that has one; LOSS=X is for that loss only (default 1)")
	f.Float64Var(&o.HoldOut, "holdout", 0, "pick by the score on this `share` of the training sentences, after training on the rest (default 0.2)")
	f.IntVar(&o.Runs, "seeds", 5, "`number` of runs of each loss; 0 is none but the training that --dev picks, with --test")
	f.BoolVar(&o.resample, "resample", true, "draw the training sentences of each run, with replacement; false: take all as they are")
	f.StringSliceVar(&o.curve, "recall-curve", nil, "train with each of this `list` of --cost-fn, under --cost entity, and plot precision against recall")
	f.StringVar(&o.plot, "plot", "", "draw the figures into this `file`, .png or .svg")
	f.StringVar(&o.json, "json", "", "write the outcome as one object to this `file` (-: to standard output, and no table)")
	f.BoolVar(&o.markdown, "markdown", false, "print a table of Markdown")
	shared := slices.DeleteFunc(slices.Clone(sharedOptions), func(name string) bool { return slices.Contains(unsharedOptions, name) })
	registerOptions(c, &o.Base, optionsNamed(shared, compareUsage))
	f.BoolVar(&o.quiet, "quiet", false, "print no progress, only the outcome, warnings and errors")
	f.SortFlags = false
	required(c, "dev")
	return c
}

// settings reads the lists of the command line.
func (o *compareRun) settings(cmd *cobra.Command) error {
	if o.markdown && o.json == "-" {
		return wrongUsage("--markdown and --json -: choose one")
	}
	if f := cmd.Flag("holdout"); f.Changed && o.HoldOut == 0 {
		return wrongUsage("--holdout 0: want a share between 0 and 1")
	}
	if o.plot != "" {
		if _, err := plots.Format(o.plot); err != nil {
			return wrongUsage("--plot %s: %w", o.plot, err)
		}
	}
	o.Dev.Paths, o.NoResampling = []string{o.dev}, !o.resample
	if o.test != "" {
		o.Test.Paths = []string{o.test}
	}
	var err error
	if o.RecallCurve, err = parseNumbers("recall-curve", o.curve); err != nil {
		return err
	}
	if len(o.losses) == 0 {
		if o.losses = study.UsualLosses(); len(o.curve) > 0 {
			o.losses = []string{"softmax-margin"}
		}
	}
	for flag, list := range map[string][]string{"l2": o.l2, "optimizer": o.optimizers, "cost-scale": o.scales} {
		for _, text := range list {
			if name, _, own := strings.Cut(text, "="); own && !slices.Contains(o.losses, name) {
				return wrongUsage("--%s %s: %s is not among the losses that are compared", flag, text, name)
			}
		}
	}
	for _, name := range o.losses {
		x := study.Candidate{Loss: name, Optimizers: valuesFor(name, o.optimizers)}
		if x.L2, err = parseNumbers("l2", valuesFor(name, o.l2)); err != nil {
			return err
		}
		if x.CostScale, err = parseNumbers("cost-scale", valuesFor(name, o.scales)); err != nil {
			return err
		}
		o.Candidates = append(o.Candidates, x)
	}
	return nil
}

// valuesFor returns the values of a list that name a loss, LOSS=V, or else those that name none.
func valuesFor(loss string, list []string) []string {
	var named, others []string
	for _, text := range list {
		name, value, own := strings.Cut(text, "=")
		switch {
		case !own:
			others = append(others, text)
		case name == loss:
			named = append(named, value)
		}
	}
	if len(named) > 0 {
		return named
	}
	return others
}

func parseNumbers(flag string, texts []string) ([]float64, error) {
	var list []float64
	for _, text := range texts {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, wrongUsage("--%s %s: want numbers", flag, text)
		}
		list = append(list, v)
	}
	return list, nil
}

// compareLosses tunes each loss on the training files, trains it with several seeds, and reports on --dev.
func (a *app) compareLosses(cmd *cobra.Command, o *compareRun) error {
	if err := o.settings(cmd); err != nil {
		return err
	}
	inputs := append(a.inputs(&o.Base, o.files), use("--dev", o.dev), use("--test", o.test))
	if err := distinct([]safefile.Use{use("--json", o.json), use("--plot", o.plot)}, inputs); err != nil {
		return err
	}
	for _, name := range []string{o.json, o.plot} {
		if name != "" && name != "-" {
			if err := safefile.Check(name); err != nil {
				return err
			}
		}
	}
	trained := a.reportStudy(&o.Base, o.quiet)
	o.Progress = func(p study.CompareProgress) {
		trained()
		if !o.quiet {
			reportCompared(a.stderr, p)
		}
	}
	r, err := o.Run(cmd.Context(), corpus.Source{Paths: o.files, Stdin: a.stdin})
	trained()
	switch {
	case r == nil:
		return err
	case len(r.Losses) == 0:
		return fmt.Errorf("%w before the first run of each loss was done", errInterrupted)
	}
	if printing := a.printOutcomes(o, r); printing != nil {
		return printing
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %d of %d runs were done", errInterrupted, r.Runs, r.Seeds)
	case !slices.ContainsFunc(r.Losses, wasTrained):
		return errors.New("no loss could be trained")
	}
	return nil
}

func wasTrained(r study.Row) bool { return r.Err == nil }

// reportCompared prints what came of a training.
func reportCompared(w io.Writer, p study.CompareProgress) {
	outcome := fmt.Sprintf("F1 %.2f%%  %.1fs", 100*p.F1, p.Seconds)
	if p.Err != nil {
		outcome = spelled(p.Err)
	}
	fmt.Fprintf(w, "%s %d/%d  %s: %s\n", p.Stage, p.Number, p.Of, p.Setting, outcome)
}
