package tagging

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// An unfitError is a reason why an input does not fit a model. It wraps model.ErrInput, whose words it does not repeat.
type unfitError string

func unfit(format string, args ...any) error { return unfitError(fmt.Sprintf(format, args...)) }

func (e unfitError) Error() string { return string(e) }

// Unwrap returns model.ErrInput.
func (e unfitError) Unwrap() error { return model.ErrInput }

// at adds the position of a sentence to an error, or that of the token that it names. That the model has changed is not
// the fault of a sentence.
func at(in *input.Input, s *input.Sentence, err error) error {
	if errors.Is(err, model.ErrChanged) {
		return err
	}
	if token, ok := errors.AsType[*model.TokenError](err); ok {
		return in.At(s, token.Token, unfitError(token.Reason))
	}
	return in.At(s, 0, err)
}
