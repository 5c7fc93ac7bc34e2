package trellis

import (
	"cmp"
	"context"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// newScorer returns a scorer for the predictions of m. It uses the scheme of the model, if it has
// one.
func newScorer(m model.Labeller) *metrics.Scorer {
	scheme := m.Scheme()
	if m.Metadata().Tool != "" && scheme == structured.Plain {
		return new(metrics.Scorer)
	}
	return &metrics.Scorer{Scheme: &scheme}
}

// A predictor labels sentences that already have labels, for scoring.
type predictor struct {
	Label, Form   string // columns of labels and words; "" means as in training
	Probabilities bool
	NoDictionary  bool

	m      model.Labeller
	tagger model.Tagger
}

// open prepares p to label with m.
func (p *predictor) open(m model.Labeller) error {
	if isRaw(m) {
		return unfit("cannot evaluate a raw model of Wapiti, which reads rows of any number of attributes; tag with it and evaluate the output")
	}
	var err error
	p.m = m
	p.tagger, err = m.NewTagger(model.TagOptions{Probabilities: p.Probabilities, NoDictionary: p.NoDictionary})
	return err
}

// pairs returns a function that labels the sentences of an input. Its result is valid until the
// next call. Call model.Check after the last sentence: labels may be wrong if the model file has
// changed.
func (p *predictor) pairs(in *input.Input, seen *input.Counts) (func(s *input.Sentence) (metrics.Pair, error), error) {
	f, err := newFit(p.m, in, p.Label, p.Form)
	if err != nil {
		return nil, err
	}
	if f.label.Column < 0 {
		return nil, in.AtStart(model.Refuse("label", "no gold label column; name it with {label}"))
	}
	seen.Doubts, seen.Key = f.doubts, f.label.Key
	known, look := f.knows, newLookup(p.m)
	context := p.contexts(in, f)
	var pair metrics.Pair
	return func(s *input.Sentence) (metrics.Pair, error) {
		if err := look.add(f, seen, s); err != nil {
			return metrics.Pair{}, err
		}
		x, err := context(s)
		if err != nil {
			return metrics.Pair{}, err
		}
		list, err := p.tagger.Label(x, nil)
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

// contexts returns a function that returns the sentences of an input as the tagger reads them, in
// the order of the input.
func (p *predictor) contexts(in *input.Input, f *fit) func(s *input.Sentence) (model.Sentence, error) {
	if !model.ReadsDocuments(p.m) || in.HasItems() {
		return func(s *input.Sentence) (model.Sentence, error) { return f.Sentence(s), nil }
	}
	var rest []model.Sentence // of the document
	bounds, err := in.Boundaries(p.m.Metadata().Document)
	if err != nil {
		return func(*input.Sentence) (model.Sentence, error) { return model.Sentence{}, err }
	}
	in.ByDocument(bounds, document.Limit, func(list []*input.Sentence) {
		rest = rest[:0]
		for _, s := range list {
			rest = append(rest, f.Sentence(s))
		}
		err = model.SetContext(p.tagger, rest)
	})
	return func(*input.Sentence) (model.Sentence, error) {
		if err != nil {
			return model.Sentence{}, err
		}
		next := rest[0]
		rest = rest[1:]
		return next, nil
	}
}

// written rounds a probability as output files do, so that a model and its output get the same
// scores.
func written(p float64) float64 {
	var text [digits + 2]byte
	p, _ = strconv.ParseFloat(string(appendProbability(text[:0], p)), 64) // cannot fail
	return p
}

// scoreSource scores the predictions of p on all inputs of a source.
func scoreSource(ctx context.Context, source corpus.Source, p *predictor, scorer *metrics.Scorer) error {
	from := reading(p.m, corpus.FormatAuto, standoff.Options{})
	from.Labelled = true
	err := eachInput(ctx, source, from, func(in *input.Input) error {
		return new(EvalOptions).scoreInput(in, p.pairs, &spelled{score: scorer, model: p.m})
	})
	return cmp.Or(model.Check(p.m), err)
}
