package model

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/text"
)

// A Document is a text with its labelled sentences.
type Document struct {
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
}

// An Entity is a labelled range of a text, such as a name or a chunk.
type Entity struct {
	text.Range
	Text, Label string
	Tokens      [2]int  // in the sentence: the first token, and the one after the last
	Probability float64 // that the sentence has exactly this entity; 0 without TagOptions.Spans
}

// A TextTagger splits text into sentences and tokens, and labels them. It has its own scratch
// memory. Use one per goroutine.
type TextTagger struct {
	splitter text.Splitter
	tagger   Tagger
	spans    bool
	words    sequence
	list     []text.Sentence
	found    []annotation.Span
	spell    annotation.Speller // reads the labels of tagger
	usual    []string
}

// NewTextTagger returns a text tagger for a model. If the model reads other columns than the words,
// or the options select n-best lists or fixed labels, the error wraps ErrInput.
func NewTextTagger(m Labeller, t text.Tokenizer, o TagOptions) (*TextTagger, error) {
	if err := CheckWords(m); err != nil {
		return nil, err
	}
	if o.NBest > 0 || o.Fixed {
		return nil, fmt.Errorf("%w: text tagging does not support n-best lists and fixed labels", ErrInput)
	}
	tagger, err := m.NewTagger(o)
	if err != nil {
		return nil, err
	}
	return &TextTagger{splitter: text.Splitter{Tokenizer: t}, tagger: tagger, spans: SpellsSpans(m),
		spell: annotation.Speller{Spelling: m.Metadata().Spelling}}, nil
}

// Label appends the labelled sentences of a text to dst.
func (t *TextTagger) Label(dst []DocumentSentence, s string) ([]DocumentSentence, error) {
	t.list = t.splitter.Split(t.list[:0], s)
	for _, sentence := range t.list {
		t.words = t.words[:0]
		for _, token := range sentence.Tokens {
			t.words = append(t.words, token.Text)
		}
		found, err := t.tagger.Label(Sentence{Columns: t.words}, nil)
		if err != nil {
			return dst, err
		}
		dst = append(dst, t.sentence(s, sentence, &found[0]))
	}
	return dst, nil
}

// sentence copies the labels, because the next call of the tagger overwrites them.
func (t *TextTagger) sentence(whole string, s text.Sentence, l *Labelling) DocumentSentence {
	d := DocumentSentence{Sentence: s, Labels: append([]string{}, l.Labels...)}
	if l.Probabilities != nil {
		d.Probabilities = append([]float64{}, l.Probabilities...)
	}
	if !t.spans {
		return d
	}
	if l.Spans != nil {
		for _, span := range l.Spans {
			e := entityOf(whole, s, span.Span)
			e.Probability = span.Probability
			d.Entities = append(d.Entities, e)
		}
		return d
	}
	t.usual = t.spell.Read(t.usual[:0], l.Labels)
	t.found = annotation.AppendSpans(t.found[:0], t.usual)
	for _, span := range t.found {
		d.Entities = append(d.Entities, entityOf(whole, s, span))
	}
	return d
}

func entityOf(whole string, s text.Sentence, span annotation.Span) Entity {
	r := text.Range{Start: s.Tokens[span.Start].Start, End: s.Tokens[span.End-1].End}
	return Entity{Range: r, Text: whole[r.Start.Byte:r.End.Byte], Label: span.Type, Tokens: [2]int{span.Start, span.End}}
}
