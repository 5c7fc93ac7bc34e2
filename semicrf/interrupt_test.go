package semicrf_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semicrf"
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
	d := dataset(t, preset(t), read(t, strings.NewReader(sample.Dev), 1))
	for name, dev := range map[string]*semicrf.Dataset{"": nil, "dev": d} {
		ctx, cancel := context.WithCancel(t.Context())
		left := 3
		m, s, err := semicrf.Train(ctx, d, semicrf.Options{
			Loss: interruptedLoss{cancel: cancel, left: &left}, Stochastic: optimize.AdaGrad{}, Threads: 1, Dev: dev,
		})
		require.ErrorIs(t, err, context.Canceled, name)
		assert.Positive(t, s.Updates, name)
		assert.Zero(t, s.Steps, name)
		assert.True(t, m == nil, name)
	}
}

func TestWarningOfAnEmptyModel(t *testing.T) {
	d, err := semicrf.NewDataset(preset(t))
	require.NoError(t, err)
	require.NoError(t, d.Add(features.Rows{{"a"}, {"b"}}, []string{"B-X", "O"}, 0))
	var warnings []string
	_, _, err = semicrf.Train(t.Context(), d, semicrf.Options{Penalty: optimize.Penalty{L2: 1}, Warn: func(s string) { warnings = append(warnings, s) }})
	require.NoError(t, err)
	assert.Equal(t, []string{model.Empty}, warnings)
}
