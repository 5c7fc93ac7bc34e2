package crfpp

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

// sentences reads rows as crf_test does: fields stand between runs of blanks and tabs, an empty line or
// one that starts with a blank ends a sentence, and nothing else is special.
type sentences struct {
	scanner *bufio.Scanner
	name    string
	columns int // that a row must have
	line    int
	rows    features.Rows
}

func newSentences(r io.Reader, name string, columns int) *sentences {
	s := &sentences{scanner: bufio.NewScanner(r), name: name, columns: columns}
	s.scanner.Buffer(nil, maxLine)
	s.scanner.Split(splitLF)
	return s
}

// splitLF is bufio.ScanLines but for a CR, which CRF++ takes for a part of the last column.
func splitLF(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// next returns the rows of the next sentence, valid until the next call, or io.EOF.
func (s *sentences) next() (features.Rows, error) {
	s.rows = s.rows[:0]
	for s.scanner.Scan() {
		s.line++
		line := s.scanner.Text()
		if line == "" || line[0] == ' ' || line[0] == '\t' {
			if len(s.rows) == 0 {
				continue
			}
			return s.rows, nil
		}
		row := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == '\t' })
		if len(row) < s.columns {
			return nil, s.fail(fmt.Errorf("%w: %d columns, the model reads %d", features.ErrColumn, len(row), s.columns))
		}
		s.rows = append(s.rows, row)
	}
	if err := s.scanner.Err(); err != nil {
		s.line++
		if err == bufio.ErrTooLong {
			err = corpus.ErrTooLong
		}
		return nil, s.fail(err)
	}
	if len(s.rows) == 0 {
		return nil, io.EOF
	}
	return s.rows, nil
}

func (s *sentences) fail(err error) error {
	return &corpus.ParseError{File: s.name, Line: s.line, Err: err}
}
