package standoff

import (
	"encoding/json"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text"
)

// A Document is a plain text with labelled spans.
type Document struct {
	ID    string // "" if the file gives none
	Text  string
	Spans []Span

	// Tokens are those of a file that has tokens in place of text. Then Text joins them by spaces.
	Tokens []text.Token
	// Extra holds the keys that the format does not define, in the order of the file. Writers of
	// JSON write them back.
	Extra []Field

	// Unlabelled means that no annotator has looked for spans: a task of Label Studio without
	// annotations, or with skipped ones only.
	Unlabelled bool

	File string // where the document was read, for reports
	Line int    // of File, from 1
}

// A Span is the part Text[Start:End] of a document, in bytes, and its label.
type Span struct {
	Start, End int
	Label      string
	ID         string // of the span in the file, or ""
	Line       int    // of the file, from 1, or 0
}

// A Field is a key of a JSON object and its value.
type Field struct {
	Key   string
	Value json.RawMessage
}

// Covered returns the text of a span.
func (d *Document) Covered(s Span) string { return d.Text[s.Start:s.End] }

// Range returns the range of a span in bytes, runes and UTF-16 code units.
func (d *Document) Range(s Span) text.Range {
	return text.Range{Start: position(d.Text, s.Start), End: position(d.Text, s.End)}
}

func position(s string, at int) text.Position {
	p := text.Position{Byte: at}
	for _, r := range s[:at] {
		p.Rune++
		p.UTF16 += utf16Len(r)
	}
	return p
}

// reset empties a document and keeps its memory.
func (d *Document) reset(file string, line int) {
	*d = Document{Spans: d.Spans[:0], Extra: d.Extra[:0], File: file, Line: line}
}

// SetTokens makes the document one of words, which its text joins by spaces. Each layer of labels,
// one label for each word, becomes spans.
func (d *Document) SetTokens(words []string, layers ...[]string) {
	d.setTokens(words)
	d.Spans = d.Spans[:0]
	for _, labels := range layers {
		d.Spans = TokenSpans(d.Spans, d.Tokens, labels)
	}
}

// SetSentence makes the document one of a sentence of rows, with its text as [text.Original] finds
// it. Each layer of labels, one label for each row, becomes spans. Form is the column of the words.
func (d *Document) SetSentence(s *corpus.Sentence, layout *corpus.Layout, form int, layers ...[]string) {
	whole, sentence := text.Original(s, layout, form)
	d.Text, d.Tokens, d.Spans = whole, nil, d.Spans[:0]
	for _, labels := range layers {
		d.Spans = TokenSpans(d.Spans, sentence.Tokens, labels)
	}
}

// setTokens sets text and tokens: the words joined by spaces.
func (d *Document) setTokens(words []string) {
	var at text.Position
	var joined []byte
	d.Tokens = make([]text.Token, 0, len(words))
	for k, w := range words {
		if k > 0 {
			joined = append(joined, ' ')
			at.Byte, at.Rune, at.UTF16 = at.Byte+1, at.Rune+1, at.UTF16+1
		}
		joined = append(joined, w...)
		length := position(w, len(w))
		end := text.Position{Byte: at.Byte + length.Byte, Rune: at.Rune + length.Rune, UTF16: at.UTF16 + length.UTF16}
		d.Tokens = append(d.Tokens, text.Token{Range: text.Range{Start: at, End: end}})
		at = end
	}
	d.Text = string(joined)
	for k, t := range d.Tokens {
		d.Tokens[k].Text = d.Text[t.Start.Byte:t.End.Byte]
	}
}
