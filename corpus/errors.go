package corpus

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/trellis-nlp/trellis/internal/lines"
)

var (
	// ErrBinary says that a line holds a NUL byte, so the input is no text (or UTF-16).
	ErrBinary = lines.ErrBinary
	// ErrTooLong says that a line is longer than 16 MiB, or a sentence longer than 256 MiB.
	ErrTooLong = lines.ErrTooLong
	// ErrAttributes says that a [Reader] was given CRFsuite attributes; an attrfile.Reader reads them.
	ErrAttributes = errors.New("the input holds CRFsuite attributes, not columns")
	// ErrColumn says that a column was asked for that the input does not have.
	ErrColumn = errors.New("no such column")
	// ErrUnwritable says that a value cannot be written, because it would be read back as another.
	ErrUnwritable = errors.New("cannot be written")
)

// place is the [lines.Place] of this package.
func place(file string, line, column int, err error) error {
	return &ParseError{File: file, Line: line, Column: column, Err: err}
}

// A ParseError says what is wrong where.
type ParseError struct {
	File   string // the name that the reader was given
	Line   int    // from 1
	Column int    // field of the line, from 1; 0 where the whole line is meant
	Err    error
}

func (e *ParseError) Error() string {
	where := "line " + strconv.Itoa(e.Line)
	if e.File != "" {
		where = e.File + ":" + strconv.Itoa(e.Line)
	}
	if e.Column > 0 {
		where += ": column " + strconv.Itoa(e.Column)
	}
	return where + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// A ColumnsError says that a row has another number of columns than the rows before it.
type ColumnsError struct {
	Found, Expected int
}

func (e ColumnsError) Error() string {
	s := "s"
	if e.Found == 1 {
		s = ""
	}
	return fmt.Sprintf("%d column%s, expected %d", e.Found, s, e.Expected)
}
