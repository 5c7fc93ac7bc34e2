package model

import (
	"fmt"
	"regexp"
)

// An OptionError reports an option that is out of range or contradicts another.
type OptionError struct {
	Option string // name of the option in a configuration
	// Reason is a sentence with the names of options in braces, such as "{l2} -1: want a number
	// that is not negative".
	Reason string
	Err    error // cause, may be nil
}

// Refuse returns an OptionError whose reason is formatted from the arguments. It wraps an argument
// that is an error.
func Refuse(option, format string, args ...any) *OptionError {
	e := &OptionError{Option: option}
	wrapped := fmt.Errorf(format, args...)
	e.Reason = wrapped.Error()
	if u, ok := wrapped.(interface{ Unwrap() error }); ok {
		e.Err = u.Unwrap()
	}
	return e
}

// Error implements error, with option names as they are.
func (e *OptionError) Error() string { return e.Spell(func(option string) string { return option }) }

// Unwrap returns the cause.
func (e *OptionError) Unwrap() error { return e.Err }

var optionName = regexp.MustCompile(`\{([a-z][a-z0-9-]*)\}`)

// Spell returns the reason with each option spelled by a function, for example as a command-line
// flag.
func (e *OptionError) Spell(spell func(option string) string) string {
	return optionName.ReplaceAllStringFunc(e.Reason, func(name string) string { return spell(name[1 : len(name)-1]) })
}
