package trellis

import (
	"cmp"
	"errors"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A Document is a text with its labelled sentences.
type Document = model.Document

// A DocumentSentence is a sentence of a text with its tokens, labels and entities.
type DocumentSentence = model.DocumentSentence

// An Entity is a labelled range of a text.
type Entity = model.Entity

// anyText is the tokenizer for models that store none. Their language is unknown.
const anyText = "rules"

// TextOptions are the options of [Model.TagTextFiles]. The zero value finds the best labels, with
// the tokenizer of the model.
type TextOptions struct {
	Tokenizer     string // as for Model.Tokenizer
	Probabilities bool   // also find the probability of each label
	Spans         bool   // also find the probability of each entity
	Posterior     bool   // label each token with its most probable label (posterior decoding)
	Unconstrained bool   // ignore the constraints of the label scheme
	NoDictionary  bool   // ignore the tag dictionary
	Threads       int    // number of goroutines; 0 means one per core
}

// Check returns an [*OptionError] for an option that is out of range.
func (o TextOptions) Check() error {
	if o.Threads < 0 {
		return model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", o.Threads)
	}
	if o.Tokenizer == "" {
		return nil
	}
	_, err := tokenizerNamed(o.Tokenizer)
	return err
}

func tokenizerNamed(name string) (text.Tokenizer, error) {
	t, err := text.New(name)
	if err != nil {
		return nil, model.Refuse("tokenizer", "{tokenizer}: %w", err)
	}
	return t, nil
}

// Tokenizer returns the tokenizer with a name, as for text.New. The name "" means the tokenizer
// that the model stores. If the model stores none, it means rules for text of any language.
func (m *Model) Tokenizer(name string) (text.Tokenizer, error) {
	return tokenizerNamed(cmp.Or(name, m.labeller.Metadata().Tokenizer, anyText))
}

// SpellsSpans reports whether the labels of the model encode spans. Then documents have entities.
func (m *Model) SpellsSpans() bool { return model.SpellsSpans(m.labeller) }

// newTextTagger returns a tagger of text for one goroutine.
func (m *Model) newTextTagger(o TextOptions) (*model.TextTagger, error) {
	t, err := m.Tokenizer(o.Tokenizer)
	if err != nil {
		return nil, err
	}
	return model.NewTextTagger(m.labeller, t, model.TagOptions{
		Probabilities: o.Probabilities, Spans: o.Spans, Posterior: o.Posterior, Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary,
	})
}

// TagText splits a text into sentences and tokens with the tokenizer of the model, and labels them.
// Entities have probabilities. If the model reads other columns than the words, the error wraps
// model.ErrInput.
func (m *Model) TagText(text string) (*Document, error) {
	t, ok := m.texts.Get().(*model.TextTagger)
	if !ok {
		var err error
		if t, err = m.newTextTagger(TextOptions{Spans: m.SpellsSpans()}); err != nil {
			return nil, err
		}
	}
	d := &Document{Text: text}
	var err error
	d.Sentences, err = t.Label(nil, text)
	if !errors.Is(err, model.ErrChanged) { // which may leave a tagger amid a sentence
		m.texts.Put(t)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}
