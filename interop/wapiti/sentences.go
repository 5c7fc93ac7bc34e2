package wapiti

import (
	"io"

	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// newSentences reads lines as wapiti label does: fields stand between runs of white space (C's isspace), a
// line without fields ends a sentence, and in a model that adds a u every line is one.
func newSentences(r io.Reader, name string, m *Model, labelled bool) *rawlines.Sentences {
	return &rawlines.Sentences{
		In: rawlines.NewReader(r, name), Columns: m.columns, Single: m.auto, Labelled: labelled,
		Blank: func(r rune) bool { return r < 0x80 && isSpace(byte(r)) },
	}
}
