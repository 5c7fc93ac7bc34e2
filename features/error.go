package features

import (
	"errors"
	"fmt"
)

var (
	// ErrNoTemplates says that a template file holds nothing but comments and empty lines.
	ErrNoTemplates = errors.New("no templates")
	// ErrColumn says that a template names a column which the input does not have.
	ErrColumn = errors.New("no such column")
	// ErrUnknownPreset says that no preset has the given name.
	ErrUnknownPreset = errors.New("unknown preset")
)

// ParseError is an error at a place of a template file, found by [Parse] or by
// [Templates.Bind].
type ParseError struct {
	File   string // as given to Parse, may be empty
	Line   int    // from 1
	Column int    // in bytes, from 1
	Err    error
}

// Error writes file:line:column: what is wrong.
func (e *ParseError) Error() string {
	file := e.File
	if file == "" {
		file = "template"
	}
	return fmt.Sprintf("%s:%d:%d: %v", file, e.Line, e.Column, e.Err)
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }
