package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	labelling "github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// evalFlags are the command line of tagger eval.
type evalFlags struct {
	model, system, format         string
	gold, predicted, form, scheme string
	compare                       bool

	samples, matrix, bins int
	seed                  uint64
	calibration           bool
	undictated            bool // whatever the tag dictionary of the model
	prob                  string
	ufeats                bool
	json, markdown        bool
}

func (a *app) evalCommand() *cobra.Command {
	var o evalFlags
	c := &cobra.Command{
		Use:   "eval [--model MODEL] FILE... [flags]",
		Short: "Score a model, or labels that are already there; compare two",
		Long:  evalHelp,
		Example: `  tagger eval --model ner.model test.conll
  tagger eval --model ner.model --json test.conll
  tagger tag --model ner.model test.conll | tagger eval -
  tagger eval --gold 3 --predicted 5 labelled.conll
  tagger eval --system tagged.conllu --gold UPOS test.conllu
  tagger eval --compare old.model new.model test.conll`,
		Args: func(_ *cobra.Command, args []string) error {
			if o.compare && len(args) != 3 {
				return wrongUsage("--compare: name two models, or files that two systems labelled, and then the file with the right labels")
			}
			return needFiles(nil, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags().Changed, args); err != nil {
				return err
			}
			return a.eval(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` that predicts the labels (default: they are in the file)")
	f.StringVar(&o.system, "system", "", "`file` of the same sentences with the predicted labels")
	f.BoolVar(&o.compare, "compare", false, "compare two systems on the last file: the two before are models, or files as for --system")
	f.StringVar(&o.gold, "gold", "", "`column` of the right labels (default that of training; with --system UPOS or the last, else the last but one)")
	f.StringVar(&o.predicted, "predicted", "", "`column` of the predicted labels, without a model (default the last; with --system in CoNLL-U that of --gold)")
	f.StringVar(&o.form, "form", "", "`column` of the words, with --model, --system or --compare (default that of training, or FORM)")
	f.StringVar(&o.scheme, "scheme", "", "how labels spell spans: plain (not at all), iob1, bio, bioes or io (default: seen from the right labels)")
	f.BoolVar(&o.ufeats, "ufeats", false, "compare FEATS as the CoNLL 2018 shared task does: universal features only, in any order")
	f.IntVar(&o.samples, "samples", 1000, "bootstrap samples for the 95% intervals (0: none), and samples for the p of --compare")
	f.Uint64Var(&o.seed, "seed", 1, "`seed` of the samples")
	f.IntVar(&o.matrix, "matrix", 0, "show the confusion matrix of the `N` labels that are confused most")
	f.BoolVar(&o.calibration, "calibration", false, "score the probabilities of the labels too: the model's, or those in a column")
	f.StringVar(&o.prob, "prob", "", "`column` of the probabilities, without a model (default: the last, or Prob= in MISC)")
	f.IntVar(&o.bins, "bins", 10, "bins of probabilities for --calibration")
	f.BoolVar(&o.undictated, "no-dictionary", false, "label without the tag dictionary of the model")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of tables")
	f.BoolVar(&o.markdown, "markdown", false, "print tables of Markdown")
	f.SortFlags = false
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	complete(c, "scheme", "plain", "iob1", "bio", "bioes", "io")
	return c
}

// maxSamples keeps a slip of the finger from taking all memory.
const maxSamples = 10_000_000

// check reports wrong usage.
func (o *evalFlags) check(changed func(string) bool, files []string) error {
	o.calibration = o.calibration || o.prob != ""
	switch {
	case o.compare && o.model+o.system != "":
		return wrongUsage("--compare takes both systems as arguments, without --model or --system")
	case o.model != "" && o.system != "":
		return wrongUsage("--model and --system: labels come from one of them")
	case o.model != "" && o.predicted != "":
		return wrongUsage("--predicted is for labels that are in the file: with --model they come from the model")
	case o.model != "" && o.prob != "":
		return wrongUsage("--prob is for probabilities that are in the file: with --model --calibration they come from the model")
	case o.model+o.system == "" && !o.compare && o.form != "":
		return wrongUsage("--form is for --model, --system and --compare: else no words are looked at")
	case o.system != "" && len(files) != 1:
		return wrongUsage("--system: name one FILE with the right labels")
	case o.undictated && o.model == "" && !o.compare:
		return wrongUsage("--no-dictionary is for --model and --compare: else no model labels")
	case o.samples < 0 || o.samples > maxSamples || o.compare && o.samples == 0:
		return wrongUsage("--samples %d: want a number up to %d", o.samples, maxSamples)
	case o.matrix < 0:
		return wrongUsage("--matrix %d: want a number that is not negative", o.matrix)
	case o.bins < 1 || o.bins > 10000:
		return wrongUsage("--bins %d: want 1 to 10000", o.bins)
	case changed("bins") && !o.calibration:
		return wrongUsage("--bins is for --calibration")
	case o.json && o.markdown:
		return wrongUsage("--json and --markdown: choose one")
	}
	return nil
}

// scorer makes one as the flags say.
func (o *evalFlags) scorer() (*metrics.Scorer, error) {
	score := &metrics.Scorer{Keep: o.samples > 0, UniversalFeatures: o.ufeats}
	if o.calibration {
		score.Calibrator = &metrics.Calibrator{Bins: o.bins}
	}
	if o.scheme != "" {
		scheme, err := structured.ParseScheme(o.scheme)
		if err != nil {
			return nil, wrongUsage("--scheme %s: want plain, iob1, bio, bioes or io", o.scheme)
		}
		score.Scheme = &scheme
	}
	return score, nil
}

// report is the results with what the flags ask for besides.
func (o *evalFlags) report(score *metrics.Scorer) (metrics.Results, error) {
	r := score.Results()
	if o.samples > 0 {
		var err error
		if r.Intervals, err = metrics.Bootstrap(score.Sentences(), metrics.Resampling{Samples: o.samples, Seed: o.seed}); err != nil {
			return r, err
		}
	}
	if o.matrix > 0 {
		r.Matrix = r.ConfusionMatrix(o.matrix)
	}
	return r, nil
}

func (a *app) eval(ctx context.Context, o *evalFlags, files []string) error {
	format, err := parseFormat(o.format)
	if err != nil {
		return err
	}
	score, err := o.scorer()
	if err != nil {
		return err
	}
	pairs, end := columnPairs(o), func() error { return nil }
	switch {
	case o.compare:
		return a.compare(ctx, o, format, files)
	case o.system != "":
		y, err := a.openSystem(ctx, o.system, format, o)
		if err != nil {
			return err
		}
		defer y.Close()
		pairs, end = y.pairs, y.end
	case o.model != "":
		m, err := openModel(ctx, o.model)
		if err != nil {
			return err
		}
		defer m.Close()
		p, err := o.predictor(m)
		if err != nil {
			return err
		}
		format = labelling.FormatOf(m.Labeller(), format)
		if score.Scheme == nil {
			score.Scheme = labelling.NewScorer(m.Labeller()).Scheme
		}
		pairs, end = p.Pairs, func() error { return model.Check(m.Labeller()) }
	}
	for _, name := range files {
		if err := a.evalFile(ctx, name, format, pairs, score); err != nil {
			return err
		}
	}
	if err := end(); err != nil {
		return err
	}
	r, err := o.report(score)
	switch {
	case err != nil:
		return err
	case o.json:
		return a.printJSON(r)
	case o.markdown:
		return r.WriteMarkdown(a.stdout)
	}
	return r.WriteTable(a.stdout)
}

func (a *app) printJSON(v any) error { return json.NewEncoder(a.stdout).Encode(v) }

// predictor makes one of a model.
func (o *evalFlags) predictor(m *trellis.Model) (*labelling.Predictor, error) {
	p := &labelling.Predictor{Label: o.gold, Form: o.form, Probabilities: o.calibration, NoDictionary: o.undictated}
	if err := p.Open(m.Labeller()); err != nil {
		return nil, fmt.Errorf("%s: %w", o.model, err)
	}
	return p, nil
}

func (a *app) evalFile(ctx context.Context, name string, format corpus.Format, pairs pairing, score *metrics.Scorer) error {
	in, err := inputs.Open(ctx, name, a.stdin, format)
	if err != nil {
		return err
	}
	defer in.Close()
	labels, err := pairs(in)
	if err != nil {
		return err
	}
	s := new(inputs.Sentence)
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			a.warnOf(in)
			return nil
		} else if err != nil {
			return err
		}
		p, err := labels(s)
		if err != nil {
			return err
		}
		if err := score.Add(p); err != nil {
			return in.At(s, 0, err)
		}
	}
}

// warnOf says what was odd in an inputs.
func (a *app) warnOf(in *inputs.Input) {
	for _, text := range in.Oddities() {
		a.warn(text)
	}
}
