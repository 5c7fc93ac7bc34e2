package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/internal/plots"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/losses"
)

// studyFlags are the command line of tagger compare-losses.
type studyFlags struct {
	tuneFlags // what is tuned, and what is passed on to train

	dev, test, plot    string
	seeds              int
	resample, markdown bool
	curve              []string
	weights            []float64 // of curve
}

// studyUsage explains the shared flags that do more here.
var studyUsage = map[string]string{
	"seed": "seed of parting the sentences, and of run 1; run i has this plus i-1",
	"cost": "`name` of the cost in the losses that have one, and of the expected cost of all: " + strings.Join(costNames, ", "),
}

// unsharedFlags of sharedFlags are those that would pick a model by the file that the report is on, and that which
// would part the labels of models from those of the file.
var unsharedFlags = []string{"dev", "patience", "scheme", "normalize"}

func (a *app) compareLossesCommand() *cobra.Command {
	var o studyFlags
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
			return a.compareLosses(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.dev, "dev", "", "`file` that the report is on; nothing is picked by it, unless there is a --test (required)")
	f.StringVar(&o.test, "test", "", "`file` that the report is on as well; settings are then picked by --dev, after training on all sentences")
	f.StringSliceVar(&o.losses, "loss", nil, "`list` of losses; p compares with the first (default "+strings.Join(studiedLosses(), ",")+"; with --recall-curve softmax-margin)")
	f.StringSliceVar(&o.l2, "l2", nil, "`list` of factors of ||w||^2, one of which is picked for each loss; LOSS=X is for that loss only (default "+tunedL2+")")
	f.StringSliceVar(&o.optimizers, "optimizer", nil, "`list` of optimizers, one of which is picked for each loss; LOSS=NAME is for that loss only (default: what suits the loss)")
	f.StringSliceVar(&o.scales, "cost-scale", nil, "`list` of factors of the cost, one of which is picked for each loss that has one; LOSS=X is for that loss only (default 1)")
	f.Float64Var(&o.holdOut, "holdout", usualShare, "pick by the score on this `share` of the training sentences, after training on the rest")
	f.IntVar(&o.seeds, "seeds", 5, "`number` of runs of each loss; 0 is none but the training that --dev picks, with --test")
	f.BoolVar(&o.resample, "resample", true, "draw the training sentences of each run, with replacement; false: take all as they are")
	f.StringSliceVar(&o.curve, "recall-curve", nil, "train with each of this `list` of --cost-fn, under --cost entity, and plot precision against recall")
	f.StringVar(&o.plot, "plot", "", "draw the figures into this `file`, .png or .svg")
	f.StringVar(&o.json, "json", "", "write the outcome as one object to this `file` (-: to standard output, and no table)")
	f.BoolVar(&o.markdown, "markdown", false, "print a table of Markdown")
	o.shared = new(cobra.Command)
	o.train.register(o.shared)
	for _, name := range sharedFlags {
		if slices.Contains(unsharedFlags, name) {
			continue
		}
		flag := o.shared.Flag(name)
		flag.Usage = cmp.Or(studyUsage[name], flag.Usage)
		f.AddFlag(flag)
	}
	f.BoolVar(&o.quiet, "quiet", false, "tell no progress, only the outcome, warnings and errors")
	f.SortFlags = false
	if err := c.MarkFlagRequired("dev"); err != nil {
		panic(err)
	}
	return c
}

// studiedLosses are what is compared where the user is silent: the convex ones, and risk.
func studiedLosses() []string {
	return slices.DeleteFunc(losses.Names(), func(name string) bool { return !traits(name).Convex && name != "risk" })
}

// maxSeeds keeps a slip of the finger from starting what nobody will wait for.
const maxSeeds = 1000

// checkStudy reports wrong usage, and fills in defaults.
func (o *studyFlags) checkStudy(changed func(flag string) bool) error {
	o.metric = "f1"
	switch {
	case o.dev == "-":
		return wrongUsage("--dev -: standard input cannot be read for the report; name a file")
	case o.test == "-":
		return wrongUsage("--test -: standard input cannot be read for the report; name a file")
	case o.test != "" && changed("holdout"):
		return wrongUsage("--holdout: with --test, settings are picked by --dev")
	case o.test != "" && o.test == o.dev:
		return wrongUsage("--test %s: it is the file that --dev picks the settings by", o.test)
	case o.seeds < 0 || o.seeds == 0 && o.test == "" || o.seeds > maxSeeds:
		return wrongUsage("--seeds %d: want 1 to %d, or 0 with --test", o.seeds, maxSeeds)
	case !(o.holdOut > 0 && o.holdOut < 1):
		return wrongUsage("--holdout %v: want a share between 0 and 1", o.holdOut)
	case o.markdown && o.json == "-":
		return wrongUsage("--markdown and --json -: choose one")
	}
	if o.plot != "" {
		if _, err := plots.Format(o.plot); err != nil {
			return wrongUsage("--plot %s: %w", o.plot, err)
		}
	}
	if len(o.losses) == 0 {
		if o.losses = studiedLosses(); len(o.curve) > 0 {
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
		own := o.only(name)
		if err := own.check(func(string) bool { return false }); err != nil { // its ways of scoring are not open here
			return err
		}
	}
	if len(o.curve) > 0 {
		return o.checkCurve(changed)
	}
	return nil
}

// only are the flags for one loss: of each list the values that name it, LOSS=V, or else those that name none.
func (o *studyFlags) only(loss string) *tuneFlags {
	own := o.tuneFlags
	own.losses = []string{loss}
	for _, list := range []*[]string{&own.l2, &own.optimizers, &own.scales} {
		var named, others []string
		for _, text := range *list {
			name, value, ok := strings.Cut(text, "=")
			switch {
			case !ok:
				others = append(others, text)
			case name == loss:
				named = append(named, value)
			}
		}
		if *list = others; len(named) > 0 {
			*list = named
		}
	}
	return &own
}

// settings lists what to try.
func (o *studyFlags) settings() ([]setting, error) {
	var all []setting
	for k, name := range o.losses {
		if slices.Contains(o.losses[:k], name) {
			continue
		}
		list, err := o.only(name).settings()
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// checkCurve reads the weights of --recall-curve.
func (o *studyFlags) checkCurve(changed func(flag string) bool) error {
	for _, flag := range []string{"cost", "cost-fn"} {
		if changed(flag) {
			return wrongUsage("--%s: --recall-curve sets it", flag)
		}
	}
	for _, name := range o.losses {
		if !heeds(name, "cost") {
			return wrongUsage("--recall-curve: %s has no cost", name)
		}
	}
	for _, text := range o.curve {
		w, err := strconv.ParseFloat(text, 64)
		if err != nil || !(w >= 0 && w <= math.MaxFloat64) || slices.Contains(o.weights, w) {
			return wrongUsage("--recall-curve %s: want different numbers that are not negative", text)
		}
		o.weights = append(o.weights, w)
	}
	return o.shared.Flags().Set("cost", "entity")
}

// compareLosses tunes each loss on the training files, trains it with several seeds, and reports on --dev.
func (a *app) compareLosses(cmd *cobra.Command, o *studyFlags, files []string) error {
	ctx := cmd.Context()
	if err := o.checkStudy(cmd.Flags().Changed); err != nil {
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
	inputs := append(o.train.inputs(a, files), use("--dev", o.dev), use("--test", o.test))
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
	s := &study{
		tuner: &tuner{a: a, o: &o.tuneFlags, files: files, attempts: attempts, said: make(map[string]bool)},
		o:     o, kept: make(map[string]kept),
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	return s.report(s.run(ctx, settings))
}

// run tunes and trains; an interrupt leaves the runs that all losses have done.
func (s *study) run(ctx context.Context, settings []setting) error {
	if err := s.pick(ctx, settings); err != nil {
		return err
	}
	if s.onDev() {
		if err := s.trainWhole(ctx); err != nil {
			return err
		}
	}
	for k := range s.o.seeds {
		runs, err := s.round(ctx, k)
		if err != nil {
			return err
		}
		for i, c := range s.contenders {
			if c.err == nil {
				c.runs = append(c.runs, runs[i])
			}
		}
		s.rounds++
	}
	return nil
}

// report prints what was done, and passes on why no more was.
func (s *study) report(err error) error {
	if err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	if s.rounds == 0 && !s.settled {
		return fmt.Errorf("%w before the first run of each loss was done", errInterrupted)
	}
	if printing := s.print(err != nil); printing != nil {
		return printing
	}
	switch {
	case err != nil:
		return fmt.Errorf("%w: %d of %d runs were done", errInterrupted, s.rounds, s.o.seeds)
	case len(s.trained()) == 0:
		return errors.New("no loss could be trained")
	}
	return nil
}
