package corpus

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/trellis-nlp/trellis/internal/lines"
)

var (
	// ErrBinary means that a line contains a NUL byte. The input is not text, or it is UTF-16.
	ErrBinary = lines.ErrBinary
	// ErrTooLong means that a line is longer than 16 MiB, or a sentence longer than 256 MiB.
	ErrTooLong = lines.ErrTooLong
	// ErrAttributes means that the input of a [Reader] contains CRFsuite attributes. Use
	// attrfile.Reader.
	ErrAttributes = errors.New("the input contains CRFsuite attributes, not columns")
	// ErrColumn means that the input does not have the requested column.
	ErrColumn = errors.New("no such column")
	// ErrUnwritable means that a value cannot be written because it would be read back differently.
	ErrUnwritable = errors.New("cannot be written")
)

// place is the [lines.Place] of this package.
func place(file string, line, column int, err error) error {
	return &ParseError{File: file, Line: line, Column: column, Err: err}
}

// A ParseError is an error with a position.
type ParseError struct {
	File   string // name given to the reader
	Line   int    // from 1
	Column int    // field of the line, from 1; 0 for the whole line
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

// A ColumnsError means that a row has a different number of columns than expected.
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
