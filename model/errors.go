package model

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/container"
)

// The errors of all kinds of model, for [errors.Is].
var (
	// ErrInput says that sentences do not fit what a model or data set reads.
	ErrInput = errors.New("unfit input")
	// ErrModel says that bytes are not a model of the kind that was expected: foreign, damaged, or of another version.
	ErrModel = errors.New("not a valid model")
	// ErrPair says that an optimizer cannot minimise a loss.
	ErrPair = errors.New("unsuitable optimizer")
	// ErrNoStep says that training was interrupted before it completed a step, so that there is no model.
	ErrNoStep = errors.New("no step was completed")
	// ErrChanged says that the file of a model was cut short or overwritten while the model was in use.
	ErrChanged = container.ErrChanged
)

// A LabelError is a label that the training data lacks.
type LabelError struct {
	Token int // counted from 0
	Label string
}

func (e *LabelError) Error() string {
	return fmt.Sprintf("label %q is not among those of the training data", e.Label)
}

// A TokenError says which token of a sentence does not fit the model. It wraps ErrInput.
type TokenError struct {
	Token  int // counted from 0
	Reason string
}

func (e *TokenError) Error() string { return fmt.Sprintf("token %d: %s", e.Token+1, e.Reason) }

// Unwrap returns ErrInput.
func (e *TokenError) Unwrap() error { return ErrInput }

// CheckColumns returns a *TokenError for a token that has fewer than n columns. Sequences that do not say how many
// columns they have (see [features.Width]) pass.
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
