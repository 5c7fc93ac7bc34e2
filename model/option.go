package model

import (
	"fmt"
	"regexp"
)

// An OptionError is an option of a configuration that is out of range, or that does not go with another.
type OptionError struct {
	Option string // as configurations name it
	// Reason is a sentence in which options stand between braces: {l2} -1: want a number that is not negative.
	Reason string
	Err    error // what the reason comes from, if anything
}

// Refuse returns an OptionError with a reason that names options between braces. Where an argument is an error, the
// OptionError wraps it.
func Refuse(option, format string, args ...any) *OptionError {
	e := &OptionError{Option: option}
	wrapped := fmt.Errorf(format, args...)
	e.Reason = wrapped.Error()
	if u, ok := wrapped.(interface{ Unwrap() error }); ok {
		e.Err = u.Unwrap()
	}
	return e
}

// Error implements error, with the options as they are.
func (e *OptionError) Error() string { return e.Spell(func(option string) string { return option }) }

// Unwrap returns what the reason comes from.
func (e *OptionError) Unwrap() error { return e.Err }

var optionName = regexp.MustCompile(`\{([a-z][a-z0-9-]*)\}`)

// Spell returns the reason with each option as a function spells it: a command as a flag, for instance.
func (e *OptionError) Spell(spell func(option string) string) string {
	return optionName.ReplaceAllStringFunc(e.Reason, func(name string) string { return spell(name[1 : len(name)-1]) })
}
