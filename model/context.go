package model

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/features"
)

// ReadsDocuments reports whether the labels of a sentence depend on the other sentences of its
// document.
func ReadsDocuments(m Labeller) bool { return m.Input().First != nil }

// SetContext sets the Context of the sentences of a document for a tagger. It does nothing if the
// model of the tagger reads no documents. A document of more than document.Limit sentences is read
// in parts of that length. The contexts remain valid. A sentence that does not fit the model gets
// none; labelling it returns the error. If the model file has changed, the error wraps ErrChanged.
func SetContext(t Tagger, sentences []Sentence) error {
	if x, ok := t.(interface{ setContext([]Sentence) error }); ok && len(sentences) > 0 {
		return x.setContext(sentences)
	}
	return nil
}

// A Contextualizer computes what a model takes from the documents of sentences. It has its own
// scratch memory. Use one per goroutine.
type Contextualizer struct {
	form   NormalForm
	column int // of the words
	tagger Tagger
	reader document.Reader

	columns normalised
	list    []document.Sentence
	texts   []string // words and labels of the sentences of list
	alone   [1]Sentence
}

// ContextOf returns a contextualizer for a model, or nil if it reads no documents.
func ContextOf(m Labeller) (*Contextualizer, error) {
	if !ReadsDocuments(m) {
		return nil, nil
	}
	column, ok := m.Input().Names["form"]
	if !ok {
		return nil, fmt.Errorf("%w: a model that reads documents needs a column of words", ErrModel)
	}
	return NewContextualizer(m.Input().First, m.Metadata().Normalize, column)
}

// NewContextualizer returns a contextualizer that normalises the fields of sentences, labels them
// with a first model, and finds the words in a column.
func NewContextualizer(first Labeller, form NormalForm, column int) (*Contextualizer, error) {
	tagger, err := first.NewTagger(TagOptions{})
	if err != nil {
		return nil, err
	}
	x := &Contextualizer{form: form, column: column, tagger: tagger}
	x.reader.Spans = SpellsSpans(first)
	return x, nil
}

// Set sets the Context of the sentences of a document, except of those that do not fit the model.
func (x *Contextualizer) Set(sentences []Sentence) {
	for part := range slices.Chunk(sentences, document.Limit) {
		x.list, x.texts = x.list[:0], x.texts[:0]
		for _, s := range part {
			x.list = append(x.list, x.label(s))
		}
		for k, fields := range x.reader.Fields(x.list) {
			part[k].Context = nil
			if x.list[k].Words != nil {
				part[k].Context = fields
			}
		}
		clear(x.list)
		clear(x.texts) // they refer to the document
	}
}

// label returns a sentence with the labels of the first model, or nothing if it does not fit.
func (x *Contextualizer) label(s Sentence) (one document.Sentence) {
	if s.Columns == nil {
		return one
	}
	x.columns = normalised{s.Columns, x.form}
	defer func() { x.columns.Sequence = nil }()
	found, err := x.tagger.Label(Sentence{Columns: &x.columns}, nil)
	if err != nil {
		return one
	}
	from := len(x.texts)
	x.texts = append(x.texts, found[0].Labels...)
	to := len(x.texts)
	for t := range found[0].Labels {
		x.texts = append(x.texts, x.columns.Field(t, x.column))
	}
	one.Labels, one.Words = x.texts[from:to:to], x.texts[to:]
	return one
}

// In returns a normalised sequence with the context of its sentence.
func (x *Contextualizer) In(seq features.Sequence, s Sentence) (features.Sequence, error) {
	if x == nil {
		return seq, nil
	}
	if s.Context == nil {
		x.alone[0] = s
		x.Set(x.alone[:])
		s.Context, x.alone[0] = x.alone[0].Context, Sentence{}
	}
	if s.Context == nil { // it does not fit the model
		return seq, nil
	}
	if len(s.Context) != len(document.Names) {
		return nil, fmt.Errorf("%w: context of %d columns, want %d", ErrInput, len(s.Context), len(document.Names))
	}
	for _, fields := range s.Context {
		if len(fields) != seq.Len() {
			return nil, fmt.Errorf("%w: context of %d tokens for a sentence of %d", ErrInput, len(fields), seq.Len())
		}
	}
	return features.Computed{Sequence: seq, Names: document.Names, Fields: s.Context}, nil
}
