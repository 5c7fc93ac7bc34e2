package trellis

import (
	"cmp"
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// EvalOptions say how labels are scored. Columns are numbers from 1, numbers from the end, or names in CoNLL-U.
type EvalOptions struct {
	Format    corpus.Format
	Label     string // column of the right labels; "": as in training, or as a file of its kind has it
	Predicted string // column of the predicted labels, where no model predicts them; "": the last
	Prob      string // column of their probabilities; "": the last, or Prob= in MISC
	Form      string // column of the words; "": as in training, or FORM

	Scheme            string // how labels spell spans: plain, iob1, bio, bioes or io; "": as the labels show
	NoDictionary      bool   // words may have labels that the tag dictionary lacks
	UniversalFeatures bool   // compare FEATS as the CoNLL 2018 shared task does

	Samples     int    // of the bootstrap that finds intervals, and of the test of a comparison; 0: no intervals
	Seed        uint64 // of the samples
	Matrix      int    // how many of the most confused labels the confusion matrix has
	Calibration bool   // score the probabilities too
	Bins        int    // of probabilities; 0: 10

	Warn func(string) // hears of what is odd in attribute files; may be nil
}

// maxSamples keeps a slip of the finger from taking all memory.
const maxSamples = 10_000_000

// Check returns a *model.OptionError for an option that is out of range.
func (o EvalOptions) Check() error {
	switch {
	case o.Samples < 0 || o.Samples > maxSamples:
		return model.Refuse("samples", "{samples} %d: want a number up to %d", o.Samples, maxSamples)
	case o.Matrix < 0:
		return model.Refuse("matrix", "{matrix} %d: want a number that is not negative", o.Matrix)
	case o.Bins < 0 || o.Bins > 10000:
		return model.Refuse("bins", "{bins} %d: want 1 to 10000", o.Bins)
	}
	_, err := o.scorer(nil)
	return err
}

// scorer makes one as the options say, with the scheme of a model unless they name another.
func (o *EvalOptions) scorer(m model.Labeller) (*metrics.Scorer, error) {
	score := new(metrics.Scorer)
	if m != nil {
		score = newScorer(m)
	}
	score.Keep, score.UniversalFeatures = o.Samples > 0, o.UniversalFeatures
	if o.Calibration {
		score.Calibrator = &metrics.Calibrator{Bins: cmp.Or(o.Bins, 10)}
	}
	if o.Scheme != "" {
		scheme, err := structured.ParseScheme(o.Scheme)
		if err != nil {
			return nil, model.Refuse("scheme", "{scheme} %s: want plain, iob1, bio, bioes or io", o.Scheme)
		}
		score.Scheme = &scheme
	}
	return score, nil
}

// report is the results with what the options ask for besides.
func (o *EvalOptions) report(score *metrics.Scorer) (*metrics.Results, error) {
	r := score.Results()
	if o.Samples > 0 {
		var err error
		if r.Intervals, err = metrics.Bootstrap(score.Sentences(), metrics.Resampling{Samples: o.Samples, Seed: o.Seed}); err != nil {
			return nil, err
		}
	}
	if o.Matrix > 0 {
		r.Matrix = r.ConfusionMatrix(o.Matrix)
	}
	return &r, nil
}

// predictor makes one of a model.
func (o *EvalOptions) predictor(m model.Labeller, name string) (*predictor, error) {
	p := &predictor{Label: o.Label, Form: o.Form, Probabilities: o.Calibration, NoDictionary: o.NoDictionary}
	if err := p.open(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// EvaluateFiles scores the model on labelled sentences, as the options say.
func (m *Model) EvaluateFiles(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	p, err := o.predictor(m.labeller, m.path)
	if err != nil {
		return nil, err
	}
	return o.evaluate(ctx, data, formatOf(m.labeller, o.Format), m.labeller, p.pairs, func() error { return model.Check(m.labeller) })
}

// EvaluateColumns scores predicted labels that stand in a column beside the right ones.
func EvaluateColumns(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	return o.evaluate(ctx, data, o.Format, nil, o.columnPairs, func() error { return nil })
}

// EvaluateFile scores the labels that a file predicts for the same sentences.
func EvaluateFile(ctx context.Context, predicted string, data Source, o EvalOptions) (*metrics.Results, error) {
	y, err := openSystem(ctx, predicted, data.Stdin, &o)
	if err != nil {
		return nil, err
	}
	defer y.Close()
	return o.evaluate(ctx, data, o.Format, nil, y.pairs, y.end)
}

// evaluate scores the pairs of all inputs.
func (o *EvalOptions) evaluate(ctx context.Context, source corpus.Source, format corpus.Format, m model.Labeller, pairs pairing, end func() error) (*metrics.Results, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	scorer, err := o.scorer(m)
	if err != nil {
		return nil, err
	}
	err = input.Each(ctx, source, format, func(in *input.Input) error {
		if err := scoreInput(in, pairs, scorer); err != nil {
			return err
		}
		in.Warn(o.Warn)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := end(); err != nil {
		return nil, err
	}
	return o.report(scorer)
}

// scoreInput scores the pairs of an input.
func scoreInput(in *input.Input, pairs pairing, scorer *metrics.Scorer) error {
	next, err := pairs(in)
	if err != nil {
		return err
	}
	return in.Each(func(s *input.Sentence) error {
		pair, err := next(s)
		if err != nil {
			return err
		}
		if err := scorer.Add(pair); err != nil {
			return at(in, s, err)
		}
		return nil
	})
}
