package model

import (
	"errors"
	"fmt"

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
