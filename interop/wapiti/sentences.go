package wapiti

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

const maxLine = 16 << 20 // bytes

// sentences reads lines as wapiti label does: fields stand between runs of white space (C's isspace), a
// line without fields ends a sentence, and in a model that adds a u every line is one.
type sentences struct {
	scanner  *bufio.Scanner
	name     string
	columns  int // that a row must have, the label aside
	single   bool
	labelled bool
	line     int

	lines  []string // as they are
	rows   features.Rows
	labels []string
}

func newSentences(r io.Reader, name string, m *Model, labelled bool) *sentences {
	s := &sentences{scanner: bufio.NewScanner(r), name: name, columns: m.columns, single: m.auto, labelled: labelled}
	s.scanner.Buffer(nil, maxLine)
	s.scanner.Split(splitLF)
	return s
}

// splitLF is bufio.ScanLines but for a CR, which Wapiti leaves in the line.
func splitLF(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// next reads the next sentence, or returns io.EOF.
func (s *sentences) next() error {
	s.lines, s.rows, s.labels = s.lines[:0], s.rows[:0], s.labels[:0]
	for s.scanner.Scan() {
		s.line++
		line := s.scanner.Text()
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
			return s.fail(fmt.Errorf("%w: %d columns, the model reads %d", features.ErrColumn, len(row), s.columns))
		}
		s.lines, s.rows = append(s.lines, line), append(s.rows, row)
		if s.single {
			return nil
		}
	}
	if err := s.scanner.Err(); err != nil {
		s.line++
		if err == bufio.ErrTooLong {
			err = corpus.ErrTooLong
		}
		return s.fail(err)
	}
	if len(s.rows) == 0 {
		return io.EOF
	}
	return nil
}

func (s *sentences) fail(err error) error {
	return &corpus.ParseError{File: s.name, Line: s.line, Err: err}
}
