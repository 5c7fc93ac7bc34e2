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

// A TextTagger splits text into sentences and tokens, and labels them. It has its own scratch
// memory. Use one per goroutine.
type TextTagger struct {
	splitter text.Splitter
	tagger   Tagger
	spans    bool
	nbest    bool
	words    sequence
	list     []text.Sentence
	found    []annotation.Span
	spell    annotation.Speller // reads the labels of tagger
	usual    []string
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
	return &TextTagger{splitter: text.Splitter{Tokenizer: t}, tagger: tagger, spans: SpellsSpans(m),
		nbest: o.NBest > 0, spell: annotation.Speller{Spelling: m.Metadata().Spelling}}, nil
}

// Label appends the labelled sentences of a text to dst.
func (t *TextTagger) Label(dst []DocumentSentence, s string) ([]DocumentSentence, error) {
	t.list = t.splitter.Split(t.list[:0], s)
	for _, sentence := range t.list {
		labelled, err := t.LabelSentence(s, sentence)
		if err != nil {
			return dst, err
		}
		dst = append(dst, labelled)
	}
	return dst, nil
}

// LabelSentence labels a sentence of a text that the caller has split.
func (t *TextTagger) LabelSentence(whole string, s text.Sentence) (DocumentSentence, error) {
	t.words = t.words[:0]
	for _, token := range s.Tokens {
		t.words = append(t.words, token.Text)
	}
	found, err := t.tagger.Label(Sentence{Columns: t.words}, nil)
	if err != nil {
		return DocumentSentence{}, err
	}
	// Copy the labels, because the next call of the tagger overwrites them.
	best := &found[0]
	d := DocumentSentence{Sentence: s, Labels: append([]string{}, best.Labels...), Entities: t.entities(whole, s, best)}
	if best.Probabilities != nil {
		d.Probabilities = append([]float64{}, best.Probabilities...)
	}
	if !t.nbest {
		return d, nil
	}
	for k := range found {
		l := &found[k]
		d.NBest = append(d.NBest, Alternative{Probability: l.Probability, Labels: append([]string{}, l.Labels...), Entities: t.entities(whole, s, l)})
	}
	return d, nil
}

// entities returns the entities of a labelling.
func (t *TextTagger) entities(whole string, s text.Sentence, l *Labelling) (list []Entity) {
	if !t.spans {
		return nil
	}
	if l.Spans != nil {
		for _, span := range l.Spans {
			e := entityOf(whole, s, span.Span)
			e.Probability = span.Probability
			list = append(list, e)
		}
		return list
	}
	t.usual = t.spell.Read(t.usual[:0], l.Labels)
	t.found = annotation.AppendSpans(t.found[:0], t.usual)
	for _, span := range t.found {
		list = append(list, entityOf(whole, s, span))
	}
	return list
}

func entityOf(whole string, s text.Sentence, span annotation.Span) Entity {
	r := text.Range{Start: s.Tokens[span.Start].Start, End: s.Tokens[span.End-1].End}
	return Entity{Range: r, Text: whole[r.Start.Byte:r.End.Byte], Label: span.Type, Tokens: [2]int{span.Start, span.End}}
}
