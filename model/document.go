package model

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/text"
)

// A Document is a text with its labelled sentences.
type Document struct {
	File string // where the document is from, or ""
	ID   string // of the document in its file, or ""
	// Start is where Text starts in its file. All other positions count from the start of Text.
	Start     text.Position
	Text      string
	Sentences []DocumentSentence
}

// A DocumentSentence is a sentence of a text with its labels, one per token.
type DocumentSentence struct {
	text.Sentence
	Labels        []string
	Probabilities []float64 // of the labels; nil without TagOptions.Probabilities
	Entities      []Entity  // empty if the labels encode no spans
	// NBest holds the best labellings, best first, or nil without TagOptions.NBest. The first one
	// has the labels and entities of the sentence.
	NBest []Alternative
}

// An Alternative is a labelling of a sentence of a text.
type Alternative struct {
	Probability float64 // of the whole labelling
	Labels      []string
	Entities    []Entity
}

// An Entity is a labelled range of a text, such as a name or a chunk.
type Entity struct {
	text.Range
	Text, Label string
	Tokens      [2]int  // in the sentence: the first token, and the one after the last
	Probability float64 // that the sentence has exactly this entity; 0 without TagOptions.Spans
}

// An Annotator puts labels on the sentences of texts. It has its own scratch memory. Use one per
// goroutine.
type Annotator struct {
	spans bool
	spell annotation.Speller // reads the labels of the model
	found []annotation.Span
	usual []string
}

// NewAnnotator returns an annotator for the labels of a model.
func NewAnnotator(m Labeller) *Annotator {
	return &Annotator{spans: SpellsSpans(m), spell: annotation.Speller{Spelling: m.Metadata().Spelling}}
}

// Sentence returns a sentence of a text with copies of its labels, and their entities.
func (a *Annotator) Sentence(whole string, s text.Sentence, l *Labelling) DocumentSentence {
	d := DocumentSentence{Sentence: s, Labels: append([]string{}, l.Labels...), Entities: a.entities(whole, s.Tokens, l)}
	if l.Probabilities != nil {
		d.Probabilities = append([]float64{}, l.Probabilities...)
	}
	return d
}

// NBest returns a sentence as Sentence does for the first of its labellings, with all of them as
// alternatives.
func (a *Annotator) NBest(whole string, s text.Sentence, list []Labelling) DocumentSentence {
	d := a.Sentence(whole, s, &list[0])
	for k := range list {
		l := &list[k]
		d.NBest = append(d.NBest, Alternative{Probability: l.Probability, Labels: append([]string{}, l.Labels...),
			Entities: a.entities(whole, s.Tokens, l)})
	}
	return d
}

// entities returns the entities of a labelling.
func (a *Annotator) entities(whole string, tokens []text.Token, l *Labelling) (list []Entity) {
	if !a.spans {
		return nil
	}
	if l.Spans != nil {
		for _, span := range l.Spans {
			list = appendEntity(list, whole, tokens, span.Span, span.Probability)
		}
		return list
	}
	a.usual = a.spell.Read(a.usual[:0], l.Labels)
	a.found = annotation.AppendSpans(a.found[:0], a.usual)
	for _, span := range a.found {
		list = appendEntity(list, whole, tokens, span, 0)
	}
	return list
}

// appendEntity appends an entity. If it shares a surface token with the entity before it, it starts
// behind that entity.
func appendEntity(list []Entity, whole string, tokens []text.Token, span annotation.Span, probability float64) []Entity {
	r := text.Cover(tokens, span.Start, span.End)
	if n := len(list); n > 0 && r.Start.Byte < list[n-1].End.Byte {
		r.Start = list[n-1].End
	}
	return append(list, Entity{Range: r, Text: whole[r.Start.Byte:r.End.Byte], Label: span.Type,
		Tokens: [2]int{span.Start, span.End}, Probability: probability})
}

// tokens presents the tokens of a text in every column.
type tokens []text.Token

func (s tokens) Len() int              { return len(s) }
func (s tokens) Field(t, _ int) string { return s[t].Text }
func (s tokens) Columns() int          { return math.MaxInt }

// A TextTagger splits text into sentences and tokens, and labels them. It has its own scratch
// memory. Use one per goroutine.
type TextTagger struct {
	*Annotator
	splitter text.Splitter
	tagger   Tagger
	nbest    bool
	list     []text.Sentence
}

// NewTextTagger returns a text tagger for a model. If the model reads other columns than the words,
// or the options select fixed labels, the error wraps ErrInput.
func NewTextTagger(m Labeller, t text.Tokenizer, o TagOptions) (*TextTagger, error) {
	if err := CheckWords(m); err != nil {
		return nil, err
	}
	if o.Fixed {
		return nil, fmt.Errorf("%w: text tagging does not support fixed labels", ErrInput)
	}
	tagger, err := m.NewTagger(o)
	if err != nil {
		return nil, err
	}
	return &TextTagger{Annotator: NewAnnotator(m), splitter: text.Splitter{Tokenizer: t}, tagger: tagger, nbest: o.NBest > 0}, nil
}

// Label appends the labelled sentences of a text to dst.
func (t *TextTagger) Label(dst []DocumentSentence, s string) ([]DocumentSentence, error) {
	t.list = t.splitter.Split(t.list[:0], s)
	read, err := t.InContext(t.list)
	if err != nil {
		return dst, err
	}
	for k, sentence := range t.list {
		labelled, err := t.LabelInContext(s, sentence, read[k])
		if err != nil {
			return dst, err
		}
		dst = append(dst, labelled)
	}
	return dst, nil
}

// InContext returns the sentences of a text, which is one document, for LabelInContext. They remain
// valid, also for other taggers of the model.
func (t *TextTagger) InContext(list []text.Sentence) ([]Sentence, error) {
	read := make([]Sentence, len(list))
	for k, s := range list {
		read[k].Columns = tokens(s.Tokens)
	}
	return read, SetContext(t.tagger, read)
}

// LabelSentence labels a sentence of a text that the caller has split, as a document of its own.
func (t *TextTagger) LabelSentence(whole string, s text.Sentence) (DocumentSentence, error) {
	return t.LabelInContext(whole, s, Sentence{Columns: tokens(s.Tokens)})
}

// LabelInContext labels a sentence of a text that the caller has split, which InContext returned as
// read.
func (t *TextTagger) LabelInContext(whole string, s text.Sentence, read Sentence) (DocumentSentence, error) {
	found, err := t.tagger.Label(read, nil)
	if err != nil {
		return DocumentSentence{}, err
	}
	if t.nbest {
		return t.NBest(whole, s, found), nil
	}
	return t.Sentence(whole, s, &found[0]), nil
}
