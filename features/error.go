package features

import (
	"errors"
	"fmt"
)

var (
	// ErrNoTemplates means that a template file contains only comments and empty lines.
	ErrNoTemplates = errors.New("no templates")
	// ErrColumn means that a template names a column that the input does not have.
	ErrColumn = errors.New("no such column")
	// ErrUnknownPreset means that no preset has the given name.
	ErrUnknownPreset = errors.New("unknown preset")
)

// ParseError is an error with a position in a template file. [Parse] and [Templates.Bind] return
// it.
type ParseError struct {
	File   string // as given to Parse, may be empty
	Line   int    // from 1
	Column int    // in bytes, from 1
	Err    error
}

// Error returns file:line:column and the message.
func (e *ParseError) Error() string {
	file := e.File
	if file == "" {
		file = "template"
	}
	return fmt.Sprintf("%s:%d:%d: %v", file, e.Line, e.Column, e.Err)
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }
