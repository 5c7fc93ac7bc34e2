package wapiti

import (
	"io"

	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// newSentences reads lines as wapiti label does. Fields are separated by white space (C's isspace).
// A line without fields ends a sentence. In a model that adds a u, every line is a sentence.
func newSentences(r io.Reader, name string, m *Model, labelled bool) *rawlines.Sentences {
	return &rawlines.Sentences{
		In: rawlines.NewReader(r, name), Columns: m.columns, Single: m.auto, Labelled: labelled,
		Blank: func(r rune) bool { return r < 0x80 && isSpace(byte(r)) },
	}
}
