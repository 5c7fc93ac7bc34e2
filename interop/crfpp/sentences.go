package crfpp

import (
	"io"

	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// newSentences reads rows as crf_test does: fields stand between runs of blanks and tabs, an empty line or
// one that starts with a blank ends a sentence, and nothing else is special.
func newSentences(r io.Reader, name string, columns int) *rawlines.Sentences {
	return &rawlines.Sentences{
		In: rawlines.NewReader(r, name), Columns: columns,
		Blank: func(r rune) bool { return r == ' ' || r == '\t' },
		Ends:  func(line string) bool { return line == "" || line[0] == ' ' || line[0] == '\t' },
	}
}
