package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// A compareRun holds the flags of tagger compare-losses.
type compareRun struct {
	study.Comparison
	dev, test, plot, json          string
	losses, l2, optimizers, scales []string
	curve                          []string
	resample, markdown, quiet      bool
	files                          []string
}

// compareUsage has the usages of shared flags that do more in compare-losses.
var compareUsage = map[string]string{
	"seed": "random seed `N` of the held-out sentences and of run 1; run i uses N+i-1 (default 1)",
	"cost": "`NAME` of the cost, for losses that have one and for the expected cost of " +
		"all: " + cli.OrList(trellis.Choices("cost")) + " (default hamming)",
}

// unsharedOptions are the shared options that compare-losses does not have: those that would pick a
// model on the file of the report, and those that would give models other labels than the file.
var unsharedOptions = []string{"dev", "patience", "scheme", "normalize"}

func (a *app) compareLossesCommand() *cobra.Command {
	var o compareRun
	c := &cobra.Command{
		Use:   "compare-losses TRAIN... --dev DEV [flags]",
		Short: "Compare losses on equal terms, with tuning and several runs",
		Example: `  tagger compare-losses --dev dev.conll train.conll
  tagger compare-losses --dev dev.conll --loss cross-entropy,hinge,risk --seeds 10 --plot losses.svg train.conll
  tagger compare-losses --dev dev.conll --l2 0.1 --seeds 3 --json losses.json --markdown train.conll
  tagger compare-losses --dev dev.conll --test test.conll --l2 0.01,0.1,1 --seeds 3 --markdown train.conll
  tagger compare-losses --dev dev.conll --recall-curve 0.5,1,2,4,8 --plot recall.svg train.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return a.compareLosses(cmd, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.dev, "dev", "", "`FILE` of the report; with --test, settings are picked on it (required)")
	f.StringVar(&o.test, "test", "", "second `FILE` of the report; settings are then picked on --dev, after "+
		"training on all sentences")
	f.BoolVar(&o.markdown, "markdown", false, "print the table in Markdown")
	f.StringVar(&o.plot, "plot", "", "draw figures to this `FILE`, in SVG")
	f.StringVar(&o.json, "json", "", "write the result as one JSON object to this `FILE`; - is standard output, "+
		"without a table")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome, warnings and errors, no progress")
	groupFlags(c, "Basic flags")
	f.StringSliceVar(&o.losses, "loss", nil, "`LIST` of losses; p compares with the first "+
		"(default "+strings.Join(study.UsualLosses(), ", ")+"; with --recall-curve softmax-margin)")
	f.StringSliceVar(&o.l2, "l2", nil, "`LIST` of factors of ||w||^2 to choose from; LOSS=X is for one loss "+
		"(default 0.01,0.1,1)")
	f.StringSliceVar(&o.optimizers, "optimizer", nil, "`LIST` of optimizers to choose from; LOSS=NAME is for one "+
		"loss (default depends on the loss)")
	f.StringSliceVar(&o.scales, "cost-scale", nil, "`LIST` of factors of the cost to choose from, for losses that "+
		"have a cost; LOSS=X is for one loss (default 1)")
	f.StringSliceVar(&o.curve, "recall-curve", nil, "train with each --cost-fn of this `LIST` under --cost entity, "+
		"and plot precision against recall")
	groupFlags(c, "Losses and settings to try")
	f.IntVar(&o.Runs, "seeds", 5, "number `N` of runs of each loss; with --test 0 is allowed, for the picked model "+
		"only")
	f.BoolVar(&o.resample, "resample", true, "draw the training sentences of each run with replacement; false uses "+
		"all sentences once")
	f.Float64Var(&o.HoldOut, "holdout", 0, "pick settings on this `SHARE` of the training sentences, after training "+
		"on the others (default 0.2)")
	groupFlags(c, "Runs")
	shared := slices.DeleteFunc(slices.Clone(sharedOptions), func(name string) bool { return slices.Contains(unsharedOptions, name) })
	registerOptions(c, &o.Base, optionsNamed(shared, compareUsage))
	f.SortFlags = false
	required(c, "dev")
	return c
}

// settings reads the lists of the flags.
func (o *compareRun) settings(cmd *cobra.Command) error {
	if o.markdown && o.json == "-" {
		return wrongUsage("--markdown and --json -: choose one")
	}
	if f := cmd.Flag("holdout"); f.Changed && o.HoldOut == 0 {
		return wrongUsage("--holdout 0: want a share greater than 0 and less than 1")
	}
	if o.plot != "" && !strings.EqualFold(filepath.Ext(o.plot), ".svg") {
		return wrongUsage("--plot %s: want a name that ends in .svg", o.plot)
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
				return wrongUsage("--%s %s: %s is not in --loss", flag, text, name)
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

// valuesFor returns the values LOSS=V of a list for a loss. If there are none, it returns the
// values without a loss.
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

// compareLosses tunes each loss, trains it several times, and prints the report.
func (a *app) compareLosses(cmd *cobra.Command, o *compareRun) error {
	if err := o.settings(cmd); err != nil {
		return err
	}
	inputs := append(a.inputs(&o.Base, o.files), use("--dev", o.dev), use("--test", o.test))
	if err := checkOutputs([]safefile.Use{use("--json", o.json), use("--plot", o.plot)}, inputs); err != nil {
		return err
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

// reportCompared prints the result of a training.
func reportCompared(w io.Writer, p study.CompareProgress) {
	outcome := fmt.Sprintf("F1 %.2f%%  %.1fs", 100*p.F1, p.Seconds)
	if p.Err != nil {
		outcome = spelled(p.Err)
	}
	fmt.Fprintf(w, "%s %d/%d  %s: %s\n", p.Stage, p.Number, p.Of, p.Setting, outcome)
}

// comparedLosses is what compare-losses --json writes. Its keys are public.
type comparedLosses struct {
	*study.Outcome
	Losses []comparedLoss `json:"losses"`
}

type comparedLoss struct {
	study.Choice
	Error string   `json:"error,omitempty"`
	Args  []string `json:"args"` // arguments of tagger that train with this setting
	study.Report
	Test *study.Report `json:"test"`
}

// printOutcomes writes the object, the figures and the table.
func (a *app) printOutcomes(o *compareRun, r *study.Outcome) error {
	object := comparedLosses{Outcome: r}
	for _, row := range r.Losses {
		j := comparedLoss{Choice: row.Choice, Args: trainArgs(&row.Config, o.files), Report: row.Report, Test: row.Test}
		if row.Err != nil {
			j.Error = spelled(row.Err)
		}
		object.Losses = append(object.Losses, j)
	}
	if o.plot != "" && slices.ContainsFunc(r.Losses, wasTrained) {
		if err := safefile.Write(o.plot, r.WriteSVG); err != nil {
			return err
		}
	}
	if written, err := a.writeObject(o.json, object); err != nil || written {
		return err
	}
	return r.WriteTable(a.stdout, o.markdown, spelled)
}
