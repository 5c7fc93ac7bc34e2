package crfpp

import (
	"io"

	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// newSentences reads rows as crf_test does. Fields are separated by blanks and tabs. A sentence
// ends at an empty line or a line that starts with a blank or tab. Nothing else is special.
func newSentences(r io.Reader, name string, columns int) *rawlines.Sentences {
	return &rawlines.Sentences{
		In: rawlines.NewReader(r, name), Columns: columns,
		Blank: func(r rune) bool { return r == ' ' || r == '\t' },
		Ends:  func(line string) bool { return line == "" || line[0] == ' ' || line[0] == '\t' },
	}
}
