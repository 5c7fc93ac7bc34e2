package trellis

import (
	"context"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/metrics/analysis"
	"github.com/trellis-nlp/trellis/model"
)

// AnalyseOptions are the options of [Model.Analyse].
type AnalyseOptions struct {
	EvalOptions // Calibration is always on; UniversalFeatures is not supported

	// Train has the sentences of the training data. With them, the analysis has groups by word
	// frequency, and of seen and unseen entities. Without them, it has groups of known and unknown
	// words, if the model stores its words.
	Train     Source
	MaxErrors int // number of errors to keep, the most confident first; 0 means 1000
	MaxLabels int // number of labels of the confusion matrix; 0 means 25
}

// Analyse scores the model on labelled sentences as [Model.EvaluateFiles] does, and breaks down the
// scores. It keeps all sentences in memory.
func (m *Model) Analyse(ctx context.Context, data Source, o AnalyseOptions) (*analysis.Analysis, error) {
	if o.UniversalFeatures {
		return nil, model.Refuse("ufeats", "{ufeats}: not supported by an analysis")
	}
	if o.MaxErrors < 0 {
		return nil, model.Refuse("max-errors", "{max-errors} %d: want a number that is not negative", o.MaxErrors)
	}
	train, err := m.trainingOf(ctx, &o)
	if err != nil {
		return nil, err
	}
	o.Calibration = true
	p, err := o.predictor(m.labeller, m.path)
	if err != nil {
		return nil, err
	}
	from := reading(m.labeller, o.Format, o.Documents)
	from.Labelled = true
	c := &collector{p: p, interned: make(map[string]string)}
	o.scored = c.score
	scores, err := o.evaluate(ctx, data, from, m.labeller, c.pairs, func() error { return model.Check(m.labeller) })
	if err != nil {
		return nil, err
	}
	sampling := metrics.Resampling{Samples: o.Samples, Seed: o.Seed}
	if o.Samples == 0 {
		sampling.Samples = -1
	}
	return analysis.New(scores, c.sentences, analysis.Options{Training: train, Resampling: sampling, MaxErrors: o.MaxErrors, MaxLabels: o.MaxLabels})
}

// trainingOf counts the words and entities of the training data. It returns nil without them.
func (m *Model) trainingOf(ctx context.Context, o *AnalyseOptions) (*analysis.Training, error) {
	if o.Train.IsZero() {
		return nil, nil
	}
	from := reading(m.labeller, o.Format, o.Documents)
	train := new(analysis.Training)
	speller := annotation.Speller{Spelling: m.labeller.Metadata().Spelling}
	var labels, usual, words []string
	from.Labelled = true
	err := input.Each(ctx, o.Train, from, func(in *input.Input) error {
		f, err := newFit(m.labeller, in, o.Label, o.Form)
		if err != nil {
			return err
		}
		if f.label.Column < 0 {
			return in.AtStart(model.Refuse("label", "no gold label column; name it with {label}"))
		}
		return in.Each(func(s *input.Sentence) error {
			labels = in.Labels(labels, s, f.label)
			usual = speller.Read(usual[:0], labels)
			words = wordsOf(words[:0], f, s)
			for t := range words {
				words[t], usual[t] = strings.Clone(words[t]), strings.Clone(usual[t])
			}
			train.Add(words, usual)
			return nil
		})
	})
	return train, err
}

// wordsOf appends the words of a sentence, or the first attribute of each token of an attribute
// file.
func wordsOf(dst []string, f *fit, s *input.Sentence) []string {
	if !f.ready {
		return s.Rows.Column(dst, f.form)
	}
	for _, item := range s.Items.Attributes {
		name := ""
		if len(item) > 0 {
			name = item[0].Name
		}
		dst = append(dst, name)
	}
	return dst
}

// A collector keeps the sentences that a predictor labels, for an analysis. The scorer may read
// sentences later than the predictor, but in the same order.
type collector struct {
	p         *predictor
	sentences []analysis.Sentence
	labelled  int // sentences with labels
	interned  map[string]string
}

// pairs is a [pairing] that keeps the words of each sentence.
func (c *collector) pairs(in *input.Input, seen *input.Counts) (func(*input.Sentence) (metrics.Pair, error), error) {
	f, err := newFit(c.p.m, in, c.p.Label, c.p.Form)
	if err != nil {
		return nil, err
	}
	next, err := c.p.pairs(in, seen)
	if err != nil {
		return nil, err
	}
	var words []string
	return func(s *input.Sentence) (metrics.Pair, error) {
		pair, err := next(s)
		if err != nil {
			return pair, err
		}
		words = wordsOf(words[:0], f, s)
		x := analysis.Sentence{File: in.Name, Words: c.intern(words)}
		for t := range words {
			x.Lines = append(x.Lines, s.Line(t))
		}
		c.sentences = append(c.sentences, x)
		return pair, nil
	}, nil
}

// score adds the labels of the next sentence, as they are scored.
func (c *collector) score(p metrics.Pair) {
	x := &c.sentences[c.labelled]
	c.labelled++
	x.Gold, x.Predicted = c.intern(p.Gold), c.intern(p.Predicted)
	x.Probabilities, x.Known = slices.Clone(p.Probabilities), slices.Clone(p.Known)
}

// intern copies strings, equal ones once, so that they do not keep their text in memory.
func (c *collector) intern(list []string) []string {
	own := make([]string, len(list))
	for k, s := range list {
		copied, ok := c.interned[s]
		if !ok {
			copied = strings.Clone(s)
			c.interned[copied] = copied
		}
		own[k] = copied
	}
	return own
}
