package prunedcrf_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// interruptedLoss cancels a training in its third evaluation.
type interruptedLoss struct {
	losses.CrossEntropy
	cancel func()
	left   *int
}

func (l interruptedLoss) EvalOn(p losses.Problem) (float64, error) {
	if *l.left--; *l.left == 0 {
		l.cancel()
	}
	return l.CrossEntropy.EvalOn(p)
}

// Weights that were updated before the first epoch ended are no model.
func TestCancelInTheFirstEpochMakesNoModel(t *testing.T) {
	for name, dev := range map[string]*prunedcrf.Dataset{"": nil, "dev": words(t)} {
		ctx, cancel := context.WithCancel(t.Context())
		left := 3
		m, s, err := prunedcrf.Train(ctx, words(t), prunedcrf.Options{
			Loss: interruptedLoss{cancel: cancel, left: &left}, Stochastic: passes(3, 1), Threads: 1, Dev: dev,
		})
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Positive(t, s.Updates, name)
		assert.Zero(t, s.Steps, name)
		assert.True(t, m == nil, name)
	}
}
