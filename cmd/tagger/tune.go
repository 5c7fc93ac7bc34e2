package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/tune"
)

// tuneFlags are the command line of tagger tune.
type tuneFlags struct {
	losses, optimizers, l1, l2, scales []string // what to try

	trials, folds int
	holdOut       float64
	metric, json  string
	quiet         bool

	train  trainFlags     // those that mean what they mean to train
	shared *cobra.Command // has the flags of train
}

// sharedFlags are passed on to train. Those that not every setting would heed are passed on to the others.
var sharedFlags = []string{
	"features", "label", "form", "pos", "format", "clusters", "gazetteer", "vectors", "vectors-limit",
	"cost", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight", "gamma",
	"anneal-temperature", "anneal-cost", "entropy", "label-smoothing", "margin", "blend", "anneal-blend",
	"epochs", "warm-up", "batch-size", "rate", "pa-c", "pa-variant", "arow-gamma",
	"min-count", "tag-dictionary", "all-pairs", "dev", "patience", "seed", "restarts", "threads", "scheme", "normalize",
}

// sharedUsage explains the shared flags that do more here.
var sharedUsage = map[string]string{
	"dev":  "score on this `file` as train --dev does, the best step of each setting, instead of holding sentences out",
	"seed": "seed of parting the sentences, of drawing settings and of the stochastic optimizers",
}

func (a *app) tuneCommand() *cobra.Command {
	var o tuneFlags
	c := &cobra.Command{
		Use:   "tune FILE... [flags]",
		Short: "Find good settings for train by trying them on held-out sentences",
		Long:  tuneHelp,
		Example: `  tagger tune train.conll
  tagger tune --folds 5 --loss cross-entropy --l2 0.01,0.1,1,10 train.conllu
  tagger tune --loss softmax-margin,hinge --cost entity --cost-scale 0.5,1,2 --l2 0.1 train.conll
  tagger tune --trials 20 --loss cross-entropy --l1 0,0.01..1 --l2 0.001..10 train.conll
  tagger tune --dev dev.conll --optimizer sgd,adagrad,lbfgs --json trials.json train.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.tune(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.StringSliceVar(&o.losses, "loss", nil, "`list` of losses: "+strings.Join(losses.Names(), ", ")+" (default "+strings.Join(tunedLosses, ",")+", or what the optimizers are made for)")
	f.StringSliceVar(&o.optimizers, "optimizer", nil, "`list` of optimizers: "+strings.Join(optimizerNames(anyOptimizer), ", ")+" (default: what suits the loss)")
	f.StringSliceVar(&o.l2, "l2", nil, "`list` of factors of ||w||^2 (default "+tunedL2+", with --trials "+drawnL2+")")
	f.StringSliceVar(&o.l1, "l1", nil, "`list` of factors of ||w||_1 (default 0)")
	f.StringSliceVar(&o.scales, "cost-scale", nil, "`list` of factors of the cost, for the losses that have one (default 1)")
	f.IntVar(&o.trials, "trials", 0, "draw so many settings instead of trying all; the lists may then hold ranges like 0.01..10")
	f.Float64Var(&o.holdOut, "holdout", 0, fmt.Sprintf("train on the rest and score on this `share` of the sentences (default %g)", usualShare))
	f.IntVar(&o.folds, "folds", 0, fmt.Sprintf("instead, score on each of so many parts, after training on the others (default %d for fewer than %d sentences)", usualFolds, fewSentences))
	f.StringVar(&o.metric, "metric", "f1", "`name` of the score: "+strings.Join(metricNames(), ", "))
	f.StringVar(&o.json, "json", "", "write the outcome as one object to this `file` (-: to standard output, and no table)")
	o.shared = new(cobra.Command)
	o.train.register(o.shared)
	for _, name := range sharedFlags {
		flag := o.shared.Flag(name)
		flag.Usage = cmp.Or(sharedUsage[name], flag.Usage)
		f.AddFlag(flag)
	}
	f.BoolVar(&o.quiet, "quiet", false, "tell no progress, only the outcome, warnings and errors")
	f.SortFlags = false
	complete(c, "metric", metricNames()...)
	return c
}

func (a *app) tune(cmd *cobra.Command, o *tuneFlags, files []string) error {
	ctx := cmd.Context()
	if err := o.check(cmd.Flags().Changed); err != nil {
		return err
	}
	settings, err := o.settings()
	if err != nil {
		return err
	}
	attempts, err := o.attempts(settings)
	if err != nil {
		return err
	}
	if err := distinct([]safefile.Use{use("--json", o.json)}, o.train.inputs(a, files)); err != nil {
		return err
	}
	if o.json != "" && o.json != "-" {
		if err := safefile.Check(o.json); err != nil {
			return err
		}
	}
	t := &tuner{a: a, o: o, files: files, attempts: attempts, asTrain: true, said: make(map[string]bool)}
	if err := t.read(ctx); err != nil {
		return err
	}
	t.start = time.Now()
	trials, err := tune.Run(ctx, settings, len(t.folds), t.score, t.report)
	if err != nil && len(trials) == 0 {
		return fmt.Errorf("%w before the first setting was done", errInterrupted)
	}
	trials = tune.Rank(trials, stronger)
	if printing := t.print(trials, len(settings), err != nil); printing != nil {
		return printing
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %d of %d settings were done", errInterrupted, len(trials), len(settings))
	case trials[0].Err != nil:
		return errors.New("no setting could be trained")
	}
	return nil
}

// tuneMetrics are the scores to tune for.
var tuneMetrics = map[string]struct {
	name string // for people
	of   func(*metrics.Results) float64
}{
	"f1":                {"F1", func(r *metrics.Results) float64 { return r.F1 }},
	"precision":         {"precision", func(r *metrics.Results) float64 { return r.Precision }},
	"recall":            {"recall", func(r *metrics.Results) float64 { return r.Recall }},
	"accuracy":          {"accuracy", func(r *metrics.Results) float64 { return r.Accuracy }},
	"sentence-accuracy": {"sentence accuracy", func(r *metrics.Results) float64 { return r.SentenceAccuracy }},
}

func metricNames() []string { return slices.Sorted(maps.Keys(tuneMetrics)) }

// check reports wrong usage that concerns all settings.
func (o *tuneFlags) check(changed func(flag string) bool) error {
	ways := slices.DeleteFunc([]string{"dev", "holdout", "folds"}, func(flag string) bool { return !changed(flag) })
	switch {
	case len(ways) > 1:
		return wrongUsage("--%s and --%s: settings are scored in one way or the other", ways[0], ways[1])
	case changed("folds") && o.folds < 2:
		return wrongUsage("--folds %d: want 2 or more", o.folds)
	case changed("holdout") && !(o.holdOut > 0 && o.holdOut < 1):
		return wrongUsage("--holdout %v: want a share between 0 and 1", o.holdOut)
	case changed("trials") && o.trials < 1:
		return wrongUsage("--trials %d: want a positive number", o.trials)
	case tuneMetrics[o.metric].of == nil:
		return wrongUsage("--metric %s: want one of %s", o.metric, strings.Join(metricNames(), ", "))
	}
	for _, name := range o.losses {
		if !slices.Contains(losses.Names(), name) {
			return wrongUsage("--loss %s: want some of %s", name, strings.Join(losses.Names(), ", "))
		}
	}
	for _, name := range o.optimizers {
		if optimizerNamed(name).name == "" {
			return wrongUsage("--optimizer %s: want some of %s", name, strings.Join(optimizerNames(anyOptimizer), ", "))
		}
	}
	return nil
}

// A tuner trains with settings and scores them.
type tuner struct {
	a        *app
	o        *tuneFlags
	files    []string
	attempts map[setting]*attempt
	asTrain  bool // in the scheme that train picks, which study does not follow
	data     *data
	all      []*labelled // the sentences, unless there is a development file
	folds    []*fold
	said     map[string]bool // warnings
	start    time.Time
}

func (t *tuner) tell(s string) {
	if !t.o.quiet {
		fmt.Fprintln(t.a.stderr, s)
	}
}

// warn says things once, not once a training.
func (t *tuner) warn(s string) {
	if !t.said[s] {
		t.said[s] = true
		fmt.Fprintln(t.a.stderr, "tagger: warning:", s)
	}
}

// score trains on the rest of fold k and scores it.
func (t *tuner) score(ctx context.Context, s setting, k int) (float64, error) {
	c, f := t.attempts[s], t.folds[k]
	m, summary, err := t.train(ctx, c, f)
	if err != nil {
		return 0, err
	}
	results := summary.Dev
	if f.dev == nil {
		t.data.recode.note(&m.Meta)
		m.Meta.Normalize = model.NormalForm(t.data.normal)
		if results, err = f.evaluate(m, c.flags.threads); err != nil {
			return 0, err
		}
	}
	return tuneMetrics[t.o.metric].of(results), nil
}

// train trains on the training part of f.
func (t *tuner) train(ctx context.Context, c *attempt, f *fold) (*crf.Model, model.Summary, error) {
	if c.err != nil {
		return nil, model.Summary{}, c.err
	}
	o := &c.flags
	opts := crf.Options{
		AllPairs: o.allPairs, MinCount: o.minCount, TagDictionary: o.dictionary, Threads: o.threads, Patience: o.patience,
		Dev: f.dev, Warn: t.warn,
	}
	err := o.lossFlags.set(&opts, f.train.Labels(), f.train.Scheme(), o.steps())
	if err != nil {
		return nil, model.Summary{}, err
	}
	o.optimizerFlags.set(&opts)
	if needsStart(opts.Loss) {
		if f.start == nil {
			began := startClock()
			if f.start, err = startingPoint(ctx, &data{train: f.train}, opts); err != nil {
				return nil, model.Summary{}, err
			}
			f.took = began.spent()
		}
		opts.Init = f.start
	}
	if isTerminal(t.a.stderr) && !t.o.quiet {
		steps := newReporter(t.a.stderr, o.epochs, true)
		defer steps.done()
		opts.Progress = steps.report
	}
	return crf.Train(ctx, f.train, opts)
}
