package report

import (
	"encoding/json"
	"io"

	"github.com/trellis-nlp/trellis/internal/enum"
	"github.com/trellis-nlp/trellis/model"
)

// A TokenFormat is a format of sentences and tokens without labels.
type TokenFormat int

const (
	TokenLines  TokenFormat = iota // a sentence on each line, with spaces between tokens
	TokenCoNLLU                    // CoNLL-U, as text.Sentence.AppendCoNLLU writes it
	TokenJSON                      // one JSON object on each line for a sentence
)

var tokenFormats = enum.Names[TokenFormat]{TokenLines: "lines", TokenCoNLLU: "conllu", TokenJSON: "json"}

// ParseTokenFormat returns the format of a name: lines, conllu or json.
func ParseTokenFormat(name string) (TokenFormat, error) { return tokenFormats.Parse("format", name) }

// String returns the name of the format.
func (f TokenFormat) String() string { return tokenFormats.String(f) }

// NewTokens returns a Writer of sentences and tokens. The unit is that of the positions in JSON.
func NewTokens(w io.Writer, format TokenFormat, unit Unit) Writer {
	return &tokenWriter{w: w, format: format, unit: unit}
}

type tokenWriter struct {
	w      io.Writer
	format TokenFormat
	unit   Unit
	buffer []byte
}

func (s *tokenWriter) Close() error { return nil }

func (s *tokenWriter) Write(d *model.Document) error {
	s.buffer = s.buffer[:0]
	for k := range d.Sentences {
		sentence := &d.Sentences[k]
		switch s.format {
		case TokenCoNLLU:
			s.buffer = sentence.AppendCoNLLU(s.buffer, d.Text, k == 0)
		case TokenJSON:
			if err := s.object(d, sentence); err != nil {
				return err
			}
		default:
			for n, t := range sentence.Tokens {
				if n > 0 {
					s.buffer = append(s.buffer, ' ')
				}
				s.buffer = append(s.buffer, t.Text...)
			}
			s.buffer = append(s.buffer, '\n')
		}
	}
	_, err := s.w.Write(s.buffer)
	return err
}

// object appends the JSON object of a sentence.
func (s *tokenWriter) object(d *model.Document, sentence *model.DocumentSentence) error {
	type part struct {
		Text   string `json:"text"`
		Start  int    `json:"start"`
		End    int    `json:"end"`
		Inside bool   `json:"inside,omitempty"`
	}
	object := struct {
		part
		Tokens []part `json:"tokens"`
	}{part: part{Text: d.Text[sentence.Start.Byte:sentence.End.Byte]}}
	object.Start, object.End = s.unit.Of(d.Start.Plus(sentence.Start)), s.unit.Of(d.Start.Plus(sentence.End))
	base := s.unit.Of(sentence.Start)
	for _, t := range sentence.Tokens {
		object.Tokens = append(object.Tokens, part{t.Text, s.unit.Of(t.Start) - base, s.unit.Of(t.End) - base, t.Inside})
	}
	line, err := json.Marshal(object)
	s.buffer = append(append(s.buffer, line...), '\n')
	return err
}
