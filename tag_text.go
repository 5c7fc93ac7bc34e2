package trellis

import (
	"bytes"
	"cmp"
	"errors"

	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/segment"
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
	Tokenizer     string // as for Model.Tokenizer: a name, or the file of a learned tokenizer
	NBest         int    // number of labellings per sentence; 0 means the best, without alternatives
	Probabilities bool   // also find the probability of each label
	Spans         bool   // also find the probability of each entity
	Posterior     bool   // label each token with its most probable label (posterior decoding)
	Unconstrained bool   // ignore the constraints of the label scheme
	NoDictionary  bool   // ignore the tag dictionary
	Threads       int    // number of goroutines; 0 means one per core

	Warn func(string) // receives warnings about files that look misread; may be nil
}

// Check returns an [*OptionError] for an option that is out of range or contradicts another.
func (o TextOptions) Check() error {
	files := FileOptions{NBest: o.NBest, Posterior: o.Posterior, Threads: o.Threads}
	if err := files.Check(); err != nil {
		return err
	}
	if o.Tokenizer == "" {
		return nil
	}
	_, err := OpenTokenizer(o.Tokenizer)
	return err
}

// OpenTokenizer returns the tokenizer with a name, as for text.New, or opens the file of a learned
// tokenizer. The name "" means rules for text of any language. If there is no such name or file,
// the error is an [*OptionError].
func OpenTokenizer(name string) (text.Tokenizer, error) {
	return learning.OpenTokenizer(cmp.Or(name, anyText))
}

// Tokenizer returns the tokenizer with a name, as for [OpenTokenizer]. The name "" means the
// tokenizer that the model stores. If the model stores none, it means rules for text of any
// language.
func (m *Model) Tokenizer(name string) (text.Tokenizer, error) {
	if name != "" {
		return OpenTokenizer(name)
	}
	t, err := m.own()
	return t, m.about(err)
}

// storedTokenizer returns the tokenizer that a model stores. If the model stores none, it returns
// rules for text of any language.
func storedTokenizer(l model.Labeller) (text.Tokenizer, error) {
	meta := l.Metadata()
	if meta.Tokenizer == model.Learned {
		t, err := segment.Load(bytes.NewReader(meta.Segmenter))
		if err != nil {
			return nil, err // not t, a nil pointer
		}
		return t, nil
	}
	return text.New(cmp.Or(meta.Tokenizer, anyText))
}

// SpellsSpans reports whether the labels of the model encode spans. Then documents have entities.
func (m *Model) SpellsSpans() bool { return model.SpellsSpans(m.labeller) }

// newTextTagger returns a tagger of text for one goroutine.
func (m *Model) newTextTagger(o TextOptions) (*model.TextTagger, error) {
	t, err := m.Tokenizer(o.Tokenizer)
	if err != nil {
		return nil, err
	}
	return m.textTagger(t, o)
}

// textTagger returns a tagger of text for one goroutine, with an open tokenizer.
func (m *Model) textTagger(t text.Tokenizer, o TextOptions) (*model.TextTagger, error) {
	return model.NewTextTagger(m.labeller, t, model.TagOptions{
		NBest: o.NBest, Probabilities: o.Probabilities, Spans: o.Spans, Posterior: o.Posterior,
		Unconstrained: o.Unconstrained, NoDictionary: o.NoDictionary,
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
