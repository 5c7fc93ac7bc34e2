package tagging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// EvalOptions say how labels are scored.
type EvalOptions struct {
	Format    corpus.Format
	Label     string
	Predicted string
	Prob      string
	Form      string

	Scheme            string
	NoDictionary      bool
	UniversalFeatures bool

	Samples     int
	Seed        uint64
	Matrix      int
	Calibration bool
	Bins        int

	Warn func(string)
}

// maxSamples keeps a slip of the finger from taking all memory.
const maxSamples = 10_000_000

// Check returns a *model.OptionError for an option that is out of range.
func (o *EvalOptions) Check() error {
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
		score = NewScorer(m)
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
func (o *EvalOptions) predictor(m model.Labeller, name string) (*Predictor, error) {
	p := &Predictor{Label: o.Label, Form: o.Form, Probabilities: o.Calibration, NoDictionary: o.NoDictionary}
	if err := p.Open(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// EvaluateModel scores what a model predicts for the inputs of a source.
func EvaluateModel(ctx context.Context, m model.Labeller, name string, source corpus.Source, o *EvalOptions) (*metrics.Results, error) {
	p, err := o.predictor(m, name)
	if err != nil {
		return nil, err
	}
	return o.evaluate(ctx, source, FormatOf(m, o.Format), m, p.Pairs, func() error { return model.Check(m) })
}

// EvaluateColumns scores labels that the inputs of a source have in another column.
func EvaluateColumns(ctx context.Context, source corpus.Source, o *EvalOptions) (*metrics.Results, error) {
	return o.evaluate(ctx, source, o.Format, nil, columnPairs(o), func() error { return nil })
}

// EvaluateFile scores the labels that a file of the same sentences has.
func EvaluateFile(ctx context.Context, predicted string, source corpus.Source, o *EvalOptions) (*metrics.Results, error) {
	y, err := openSystem(ctx, predicted, source.Stdin, o)
	if err != nil {
		return nil, err
	}
	defer y.Close()
	return o.evaluate(ctx, source, o.Format, nil, y.pairs, y.end)
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
	inputs := &input.Spool{Source: source, Format: format}
	inputs.Stop()
	for k := range inputs.Len() {
		in, err := inputs.Open(ctx, k)
		if err != nil {
			return nil, err
		}
		if err = scoreInput(in, pairs, scorer); err == nil {
			o.caution(in)
		}
		in.Close()
		if err != nil {
			return nil, err
		}
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
	s := new(input.Sentence)
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		pair, err := next(s)
		if err != nil {
			return err
		}
		if err := scorer.Add(pair); err != nil {
			return at(in, s, err)
		}
	}
}

// caution reports what was odd in an input, where somebody listens.
func (o *EvalOptions) caution(in *input.Input) {
	if o.Warn != nil {
		for _, text := range in.Oddities() {
			o.Warn(text)
		}
	}
}
