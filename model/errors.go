package model

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
)

// Errors of all kinds of model, for [errors.Is].
var (
	// ErrInput means that sentences do not fit the input of a model or data set.
	ErrInput = errors.New("unfit input")
	// ErrModel means that a file is not a model of the expected kind: it is foreign, damaged, or of
	// another version.
	ErrModel = errors.New("not a valid model")
	// ErrPair means that an optimizer cannot minimise a loss.
	ErrPair = errors.New("unsuitable optimizer")
	// ErrNoStep means that training was interrupted before its first step was complete, so there is
	// no model.
	ErrNoStep = errors.New("no step was completed")
	// ErrChanged means that a model file was truncated or overwritten while in use.
	ErrChanged = container.ErrChanged
)

// A LabelError reports a label that the training data does not have.
type LabelError struct {
	Token int // from 0
	Label string
}

func (e *LabelError) Error() string {
	return fmt.Sprintf("label %q does not occur in the training data", e.Label)
}

// A TokenError reports the token that does not fit the model. It wraps ErrInput.
type TokenError struct {
	Token  int // from 0
	Reason string
}

func (e *TokenError) Error() string { return fmt.Sprintf("token %d: %s", e.Token+1, e.Reason) }

// Unwrap returns ErrInput.
func (e *TokenError) Unwrap() error { return ErrInput }

// CheckColumns returns a *TokenError if a token has fewer than n columns. It accepts sequences of
// unknown width (see [features.Width]).
func CheckColumns(seq features.Sequence, n int) error {
	width := features.Width(seq)
	if width < 0 || width >= n || seq.Len() == 0 {
		return nil
	}
	e := &TokenError{}
	if rows, ok := seq.(features.Rows); ok {
		for len(rows[e.Token]) >= n {
			e.Token++
		}
		width = len(rows[e.Token])
	}
	columns := "columns"
	if width == 1 {
		columns = "column"
	}
	e.Reason = fmt.Sprintf("%d %s, but the model reads column %d", width, columns, n)
	return e
}
