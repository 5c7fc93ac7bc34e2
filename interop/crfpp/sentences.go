package crfpp

import (
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// sentences reads rows as crf_test does: fields stand between runs of blanks and tabs, an empty line or
// one that starts with a blank ends a sentence, and nothing else is special.
type sentences struct {
	in      *rawlines.Reader
	columns int // that a row must have
	rows    features.Rows
}

func newSentences(r io.Reader, name string, columns int) *sentences {
	return &sentences{in: rawlines.NewReader(r, name), columns: columns}
}

// next returns the rows of the next sentence, valid until the next call, or io.EOF.
func (s *sentences) next() (features.Rows, error) {
	s.rows = s.rows[:0]
	for {
		line, err := s.in.Next()
		if err == io.EOF && len(s.rows) > 0 {
			return s.rows, nil
		}
		if err != nil {
			return nil, err
		}
		if line == "" || line[0] == ' ' || line[0] == '\t' {
			if len(s.rows) == 0 {
				continue
			}
			return s.rows, nil
		}
		row := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(row) < s.columns {
			return nil, s.in.Fail(fmt.Errorf("%w: %d columns, the model reads %d", features.ErrColumn, len(row), s.columns))
		}
		s.rows = append(s.rows, row)
	}
}
