package training

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/model"
)

// CheckSentence refuses a sentence that does not have one label a token, and one whose weight is negative or not
// finite. Errors wrap [model.ErrInput].
func CheckSentence(tokens, labels int, weight float64) error {
	if tokens != labels {
		return fmt.Errorf("%w: %d labels for %d tokens", model.ErrInput, labels, tokens)
	}
	if !(weight >= 0 && weight <= math.MaxFloat64) {
		return fmt.Errorf("%w: sentence of weight %v", model.ErrInput, weight)
	}
	return nil
}
