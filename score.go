package trellis

import (
	"cmp"
	"context"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// newScorer returns a scorer of what m predicts: by the scheme of the model, if it knows one.
func newScorer(m model.Labeller) *metrics.Scorer {
	scheme := m.Scheme()
	if m.Metadata().Tool != "" && scheme == structured.Plain {
		return new(metrics.Scorer)
	}
	return &metrics.Scorer{Scheme: &scheme}
}

// A predictor labels sentences that have labels already.
type predictor struct {
	Label, Form   string // the columns of the labels and words; "": as in training
	Probabilities bool
	NoDictionary  bool

	m      model.Labeller
	tagger model.Tagger
}

// open makes p ready to label with m.
func (p *predictor) open(m model.Labeller) error {
	if isRaw(m) {
		return unfit("a raw model of Wapiti, which reads rows of any number of attributes: label with it, and score the result")
	}
	var err error
	p.m = m
	p.tagger, err = m.NewTagger(model.TagOptions{Probabilities: p.Probabilities, NoDictionary: p.NoDictionary})
	return err
}

// pairs returns a function that labels the sentences of an input. What it returns is valid until the next call. Call
// model.Check when all sentences are labelled: labels may be wrong if the file of the model has changed.
func (p *predictor) pairs(in *input.Input) (func(s *input.Sentence) (metrics.Pair, error), error) {
	f, err := newFit(p.m, in, p.Label, p.Form)
	if err != nil {
		return nil, err
	}
	if f.label < 0 {
		return nil, in.AtStart(model.Refuse("label", "no column of labels to compare with; name it with {label}"))
	}
	known := p.known(f)
	var pair metrics.Pair
	return func(s *input.Sentence) (metrics.Pair, error) {
		list, err := p.tagger.Label(f.Sentence(s), nil)
		if err != nil {
			return metrics.Pair{}, at(in, s, err)
		}
		pair.Gold, pair.Predicted = in.Labels(pair.Gold, s, f.label), list[0].Labels
		if p.Probabilities {
			pair.Probabilities = pair.Probabilities[:0]
			for _, share := range list[0].Probabilities {
				pair.Probabilities = append(pair.Probabilities, written(share))
			}
		}
		if known == nil {
			return pair, nil
		}
		pair.Known = pair.Known[:0]
		err = model.Guard(p.m, func() error {
			for t := range s.Rows.Len() {
				pair.Known = append(pair.Known, known(s.Rows.Field(t, f.form)))
			}
			return nil
		})
		return pair, err
	}, nil
}

// known returns what tells words of the training data, nil if nothing does.
func (p *predictor) known(f *fit) func(word string) bool {
	m, ok := p.m.(interface{ Known(word string) bool })
	if !ok || f.ready || p.m.Metadata().Tool != "" {
		return nil
	}
	form := p.m.Metadata().Normalize
	return func(word string) bool { return m.Known(form.Of(word)) }
}

// written is a probability as files have it, so that a model and what it wrote have the same scores.
func written(p float64) float64 {
	var text [digits + 2]byte
	p, _ = strconv.ParseFloat(string(appendProbability(text[:0], p)), 64) // it has written a number
	return p
}

// scoreSource scores the labels of p on the inputs of a source.
func scoreSource(ctx context.Context, source corpus.Source, p *predictor, scorer *metrics.Scorer) error {
	err := eachInput(ctx, source, formatOf(p.m, corpus.FormatAuto), func(in *input.Input) error { return scoreInput(in, p.pairs, scorer) })
	return cmp.Or(model.Check(p.m), err)
}
