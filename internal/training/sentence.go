package training

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/model"
)

// CheckSentence returns an error unless there is one label per token and the weight is finite and
// not negative. Errors wrap [model.ErrInput].
func CheckSentence(tokens, labels int, weight float64) error {
	if tokens != labels {
		return fmt.Errorf("%w: %d labels for %d tokens", model.ErrInput, labels, tokens)
	}
	if !(weight >= 0 && weight <= math.MaxFloat64) {
		return fmt.Errorf("%w: sentence weight %v: want a finite number that is not negative", model.ErrInput, weight)
	}
	return nil
}
