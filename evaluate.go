package trellis

import (
	"cmp"
	"context"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// EvalOptions are the options of evaluation and comparison. A column is a number from 1, a number
// from the end (-1 is the last), or a name in CoNLL-U.
type EvalOptions struct {
	Format    corpus.Format
	Documents DocumentOptions // how documents of annotation tools are read
	Label     string          // gold label column; "" means as in training, or the default of the format
	Predicted string          // predicted label column, if no model predicts; "" means the last
	Prob      string          // column of their probabilities; "" means the last, or Prob= in MISC
	Form      string          // word column; "" means as in training, or FORM

	Scheme            string // label scheme: plain, iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes; "" means as detected
	NoDictionary      bool   // ignore the tag dictionary
	UniversalFeatures bool   // compare FEATS as the CoNLL 2018 shared task does

	Samples     int    // number of bootstrap samples for intervals, or of randomised samples for Compare; 0 means no intervals
	Seed        uint64 // of the random samples
	Matrix      int    // number of labels in the confusion matrix, the most confused first
	Calibration bool   // also score the probabilities
	Bins        int    // of the calibration; 0 means 10

	Warn func(string) // receives warnings about files that look misread; may be nil

	scored func(metrics.Pair) // receives what is scored; may be nil
}

// maxSamples guards against running out of memory after a typing error.
const maxSamples = 10_000_000

// Check returns an [*OptionError] for an option that is out of range.
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

// scorer returns a scorer. It uses the scheme of the model, unless the options name one.
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
		scheme, _, err := annotation.ParseScheme(o.Scheme)
		if err != nil {
			return nil, model.Refuse("scheme", "{scheme} %s: want plain, iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes", o.Scheme)
		}
		score.Scheme = &scheme
	}
	return score, nil
}

// report returns the results, with the intervals and the matrix that the options request.
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

// predictor returns a predictor for a model.
func (o *EvalOptions) predictor(m model.Labeller, name string) (*predictor, error) {
	p := &predictor{Label: o.Label, Form: o.Form, Probabilities: o.Calibration, NoDictionary: o.NoDictionary}
	if err := p.open(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// EvaluateFiles scores the model on labelled sentences.
func (m *Model) EvaluateFiles(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	p, err := o.predictor(m.labeller, m.path)
	if err != nil {
		return nil, err
	}
	from := reading(m.labeller, o.Format, o.Documents)
	from.Labelled = true
	return o.evaluate(ctx, data, from, m.labeller, p.pairs, func() error { return model.Check(m.labeller) })
}

// EvaluateColumns scores predicted labels in one column against gold labels in another.
func EvaluateColumns(ctx context.Context, data Source, o EvalOptions) (*metrics.Results, error) {
	return o.evaluate(ctx, data, o.rows(), nil, o.columnPairs, func() error { return nil })
}

// EvaluateFile scores the labels of the file predicted, which holds the same sentences as data.
func EvaluateFile(ctx context.Context, predicted string, data Source, o EvalOptions) (*metrics.Results, error) {
	y, err := openSystem(ctx, predicted, data.Stdin, &o)
	if err != nil {
		return nil, err
	}
	defer y.Close()
	return o.evaluate(ctx, data, o.rows(), nil, y.pairs, y.end)
}

// rows returns how inputs are read without a model.
func (o *EvalOptions) rows() input.Options {
	return input.Options{Format: o.Format, Documents: o.Documents}
}

// evaluate scores the pairs of all inputs.
func (o *EvalOptions) evaluate(ctx context.Context, source corpus.Source, from input.Options, m model.Labeller, pairs pairing, end func() error) (*metrics.Results, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	scorer, err := o.scorer(m)
	if err != nil {
		return nil, err
	}
	err = input.Each(ctx, source, from, func(in *input.Input) error {
		return o.scoreInput(in, pairs, &spelled{score: scorer, model: m, scored: o.scored})
	})
	if err != nil {
		return nil, err
	}
	if err := end(); err != nil {
		return nil, err
	}
	return o.report(scorer)
}

// scoreInput scores the sentences of an input.
func (o *EvalOptions) scoreInput(in *input.Input, pairs pairing, scorer *spelled) error {
	var seen input.Counts
	labels := newContrast()
	next, err := pairs(in, &seen)
	if err != nil {
		return err
	}
	err = in.Each(func(s *input.Sentence) error {
		seen.Sentence(s)
		pair, err := next(s)
		if err != nil {
			return err
		}
		if err := scorer.add(pair); err != nil {
			return at(in, s, err)
		}
		labels.add(pair.Gold, pair.Predicted)
		return nil
	})
	if err != nil {
		return err
	}
	if err := scorer.end(); err != nil {
		return err
	}
	for k := range scorer.read {
		labels.read[k] = scorer.read[k].Spelling
	}
	columns := ""
	if g, p := seen.Gold, seen.Predicted; p > 0 {
		if o.Predicted == "" && areProbabilities(labels.predicted) {
			at := g // of the predicted labels
			if areProbabilities(labels.gold) {
				at--
			}
			return in.AtStart(model.Refuse("predicted", "column %d has probabilities, not labels; use {label} %d {predicted} %d, or {calibration} to score the probabilities", p, at-1, at))
		}
		columns = fmt.Sprintf("columns %d (gold) and %d (predicted)", g, p)
	}
	seen.Doubts = append(seen.Doubts, labels.doubts(columns)...)
	if seen.Key != "" && labels.count[0] == 0 && labels.count[1] > 0 {
		seen.Doubts = append(seen.Doubts, fmt.Sprintf("no token has an entry %s= in MISC, so all gold labels are O; name the gold labels with the option label", seen.Key))
	}
	in.Warn(o.Warn)
	warnAll(o.Warn, seen.Texts(in.Name))
	return nil
}
