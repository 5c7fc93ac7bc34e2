package prunedcrf_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// interruptedLoss cancels training in its third evaluation.
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

func TestWarningOfAnEmptyModel(t *testing.T) {
	d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"a"}, {"b"}}, []string{"A", "B"}, 0))
	var warnings []string
	_, _, err = prunedcrf.Train(t.Context(), d, prunedcrf.Options{
		Stochastic: passes(3, 1), Penalty: optimize.Penalty{L2: 1}, Warn: func(s string) { warnings = append(warnings, s) },
	})
	require.NoError(t, err)
	assert.Equal(t, []string{model.Empty}, warnings)
}
