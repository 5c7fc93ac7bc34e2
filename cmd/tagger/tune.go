package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/study"
)

// A tuneRun holds the flags of tagger tune.
type tuneRun struct {
	study.Search
	l1, l2, scales []string
	dev, json      string
	quiet          bool
	files          []string
}

// tuneUsage has the usages of shared flags that do more in tune.
var tuneUsage = map[string]string{
	"seed": "random seed `N` of the held-out sentences, the settings of --trials and the optimizers (default 1)",
}

func (a *app) tuneCommand() *cobra.Command {
	var o tuneRun
	c := &cobra.Command{
		Use:   "tune FILE... [flags]",
		Short: "Find good settings for train by trying several",
		Example: `  tagger tune train.conll
  tagger tune --folds 5 --loss cross-entropy --l2 0.01,0.1,1,10 train.conllu
  tagger tune --loss softmax-margin,hinge --cost entity --cost-scale 0.5,1,2 --l2 0.1 train.conll
  tagger tune --trials 20 --loss cross-entropy --l1 0,0.01..1 --l2 0.001..10 train.conll
  tagger tune --dev dev.conll --optimizer sgd,adagrad,lbfgs --json trials.json train.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.files = args
			return a.tune(cmd, &o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.json, "json", "", "write the result as one JSON object to this `FILE`; - is standard output, "+
		"without a table")
	f.BoolVar(&o.quiet, "quiet", false, "print only the outcome, warnings and errors, no progress")
	groupFlags(c, "Basic flags")
	f.StringSliceVar(&o.Losses, "loss", nil, "`LIST` of losses: "+cli.OrList(trellis.Choices("loss"))+" (default "+
		"cross-entropy,hinge,perceptron, or the losses of the optimizers)")
	f.StringSliceVar(&o.Optimizers, "optimizer", nil, "`LIST` of "+
		"optimizers: "+cli.OrList(trellis.Choices("optimizer"))+" (default depends on the loss)")
	f.StringSliceVar(&o.l2, "l2", nil, "`LIST` of factors of ||w||^2 (default 0.01,0.1,1; with --trials 0.001..10)")
	f.StringSliceVar(&o.l1, "l1", nil, "`LIST` of factors of ||w||_1 (default 0)")
	f.StringSliceVar(&o.scales, "cost-scale", nil, "`LIST` of factors of the cost, for losses that have a cost "+
		"(default 1)")
	f.IntVar(&o.Trials, "trials", 0, "try `N` random settings instead of all combinations; lists may then contain "+
		"ranges such as 0.01..10")
	groupFlags(c, "Settings to try")
	f.Float64Var(&o.HoldOut, "holdout", 0, "score on this `SHARE` of the sentences, after training on the others "+
		"(default 0.2, from 2000 sentences on)")
	f.IntVar(&o.Folds, "folds", 0, "score by cross-validation with `N` folds (default 5, for fewer than 2000 "+
		"sentences)")
	f.StringVar(&o.dev, "dev", "", "score on this `FILE`, at the best step of each training, as train --dev does")
	f.StringVar(&o.Metric, "metric", "f1", "`NAME` of the score: "+cli.OrList(study.MetricNames()))
	groupFlags(c, "Scoring")
	registerOptions(c, &o.Base, optionsNamed(sharedOptions, tuneUsage))
	f.SortFlags = false
	complete(c, "metric", study.MetricNames()...)
	return c
}

func (a *app) tune(cmd *cobra.Command, o *tuneRun) error {
	for _, flag := range []string{"trials", "folds", "holdout"} {
		if f := cmd.Flag(flag); f.Changed && f.Value.String() == "0" {
			return wrongUsage("--%s 0: want a positive number", flag)
		}
	}
	for _, list := range []struct {
		flag  string
		texts []string
		into  *[]study.Range
	}{{"l1", o.l1, &o.L1}, {"l2", o.l2, &o.L2}, {"cost-scale", o.scales, &o.CostScale}} {
		for _, text := range list.texts {
			r, err := study.ParseRange(text)
			if err != nil {
				return wrongUsage("--%s %s: %w", list.flag, text, err)
			}
			*list.into = append(*list.into, r)
		}
	}
	if o.dev != "" {
		o.Base.Dev.Paths = []string{o.dev}
	}
	if err := checkOutputs([]safefile.Use{use("--json", o.json)}, a.inputs(&o.Base, o.files)); err != nil {
		return err
	}
	trained := a.reportStudy(&o.Base, o.quiet)
	o.Progress = func(p study.SearchProgress) {
		trained()
		if !o.quiet {
			o.report(a.stderr, p)
		}
	}
	r, err := o.Run(cmd.Context(), corpus.Source{Paths: o.files, Stdin: a.stdin})
	trained()
	switch {
	case r == nil:
		return err
	case len(r.Trials) == 0:
		return fmt.Errorf("%w before the first setting was done", errInterrupted)
	}
	if printing := a.printRanking(o, r); printing != nil {
		return printing
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %d of %d settings were done", errInterrupted, r.Done, r.Settings)
	case r.Trials[0].Err != nil:
		return errors.New("no setting could be trained")
	}
	return nil
}

// reportStudy makes the trainings of a study report to standard error. The caller calls trained
// after each training.
func (a *app) reportStudy(base *trellis.Config, quiet bool) (trained func()) {
	base.Warn = a.warn
	if quiet {
		return func() {}
	}
	base.Log = func(text string) { fmt.Fprintln(a.stderr, text) }
	if !isTerminal(a.stderr) {
		return func() {}
	}
	var steps *reporter
	base.Progress = func(p trellis.Progress) {
		if steps == nil {
			steps = newReporter(a.stderr, p.Of, true)
		}
		steps.report(p)
	}
	return func() {
		if steps != nil {
			steps.clear()
			steps = nil
		}
	}
}

// report prints the result of a training.
func (o *tuneRun) report(w io.Writer, p study.SearchProgress) {
	t, fold, outcome := p.Trial, "", ""
	if t.Err != nil {
		outcome = spelled(t.Err)
	} else {
		if p.Folds > 1 {
			fold = fmt.Sprintf(" fold %d/%d", len(t.Scores), p.Folds)
		}
		outcome = fmt.Sprintf("%s %.2f%%  %.1fs, about %s left", study.ScoreName(o.Metric), 100*t.Scores[len(t.Scores)-1], p.Elapsed.Seconds(), p.Left.Round(time.Second))
	}
	fmt.Fprintf(w, "setting %d/%d%s  %s: %s\n", p.Number, p.Settings, fold, t, outcome)
}

// spelled returns the text of an error, with its options as flags.
func spelled(err error) string {
	if e, ok := errors.AsType[*trellis.OptionError](err); ok {
		return e.Spell(func(option string) string { return "--" + option })
	}
	return err.Error()
}

// rankedTrials is what tune --json writes. Its keys are public.
type rankedTrials struct {
	*study.Ranking
	Best   string        `json:"best,omitempty"` // command line with the best setting
	Trials []rankedTrial `json:"trials"`
}

type rankedTrial struct {
	study.Trial
	Error string   `json:"error,omitempty"`
	Args  []string `json:"args"` // arguments of tagger that train with this setting
}

// printRanking writes the JSON object, or the table and the command with the best setting.
func (a *app) printRanking(o *tuneRun, r *study.Ranking) error {
	object := rankedTrials{Ranking: r, Trials: []rankedTrial{}}
	for _, t := range r.Trials {
		j := rankedTrial{Trial: t, Args: trainArgs(&t.Config, o.files)}
		if t.Err != nil {
			j.Error = spelled(t.Err)
		}
		object.Trials = append(object.Trials, j)
	}
	if r.Trials[0].Err == nil {
		object.Best = "tagger " + cli.Quote(object.Trials[0].Args)
	}
	if written, err := a.writeObject(o.json, object); err != nil || written {
		return err
	}
	if text := r.Hint(); text != "" && !o.quiet {
		fmt.Fprintln(a.stderr, text)
	}
	if err := r.WriteTable(a.stdout, spelled); err != nil || object.Best == "" {
		return err
	}
	_, err := fmt.Fprintf(a.stdout, "\n%s\n", object.Best)
	return err
}

// writeObject writes an object as JSON to a file, or to standard output for "-". It writes nothing
// for "". It reports whether it wrote to standard output, where no table must follow.
func (a *app) writeObject(path string, object any) (toStdout bool, err error) {
	if path == "" {
		return false, nil
	}
	text, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		return false, err
	}
	text = append(text, '\n')
	if path == "-" {
		_, err := a.stdout.Write(text)
		return true, err
	}
	return false, safefile.Write(path, compress.To(path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	}))
}
