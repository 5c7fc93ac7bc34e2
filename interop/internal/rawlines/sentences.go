package rawlines

import (
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/features"
)

// Sentences reads the sentences of a file of a C tool, one token per line.
type Sentences struct {
	In       *Reader
	Columns  int                    // minimum number of columns, without the label
	Blank    func(r rune) bool      // separates fields
	Ends     func(line string) bool // whether a line ends a sentence, as a line without fields does; nil: no other line does
	Single   bool                   // every line is a sentence
	Labelled bool                   // the last column is a label

	// The current sentence, valid until the next call.
	Lines  []string // unchanged
	Rows   features.Rows
	Labels []string
}

// Next reads the next sentence, or returns io.EOF.
func (s *Sentences) Next() error {
	s.Lines, s.Rows, s.Labels = s.Lines[:0], s.Rows[:0], s.Labels[:0]
	for {
		line, err := s.In.Next()
		if err == io.EOF && len(s.Rows) > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		row := strings.FieldsFunc(line, s.Blank)
		if len(row) == 0 || s.Ends != nil && s.Ends(line) {
			if len(s.Rows) == 0 {
				continue
			}
			return nil
		}
		if s.Labelled {
			s.Labels = append(s.Labels, row[len(row)-1])
			row = row[:len(row)-1]
		}
		if len(row) < s.Columns {
			return s.In.Fail(fmt.Errorf("%w: %d columns, but the model reads %d", features.ErrColumn, len(row), s.Columns))
		}
		s.Lines, s.Rows = append(s.Lines, line), append(s.Rows, row)
		if s.Single {
			return nil
		}
	}
}

// Write reads all sentences. For each sentence it passes a buffer to label and writes the result in
// one Write.
func (s *Sentences) Write(w io.Writer, label func(dst []byte) ([]byte, error)) error {
	var buf []byte
	for {
		err := s.Next()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if buf, err = label(buf[:0]); err != nil {
			return err
		}
		if _, err := w.Write(buf); err != nil {
			return err
		}
	}
}
