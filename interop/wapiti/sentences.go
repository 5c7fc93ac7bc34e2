package wapiti

import (
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

// sentences reads lines as wapiti label does: fields stand between runs of white space (C's isspace), a
// line without fields ends a sentence, and in a model that adds a u every line is one.
type sentences struct {
	in       *rawlines.Reader
	columns  int // that a row must have, the label aside
	single   bool
	labelled bool

	lines  []string // as they are
	rows   features.Rows
	labels []string
}

func newSentences(r io.Reader, name string, m *Model, labelled bool) *sentences {
	return &sentences{in: rawlines.NewReader(r, name), columns: m.columns, single: m.auto, labelled: labelled}
}

// next reads the next sentence, or returns io.EOF.
func (s *sentences) next() error {
	s.lines, s.rows, s.labels = s.lines[:0], s.rows[:0], s.labels[:0]
	for {
		line, err := s.in.Next()
		if err == io.EOF && len(s.rows) > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		row := strings.FieldsFunc(line, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
		if len(row) == 0 {
			if len(s.rows) == 0 {
				continue
			}
			return nil
		}
		if s.labelled {
			s.labels = append(s.labels, row[len(row)-1])
			row = row[:len(row)-1]
		}
		if len(row) < s.columns {
			return s.in.Fail(fmt.Errorf("%w: %d columns, the model reads %d", features.ErrColumn, len(row), s.columns))
		}
		s.lines, s.rows = append(s.lines, line), append(s.rows, row)
		if s.single {
			return nil
		}
	}
}
