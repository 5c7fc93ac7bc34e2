package optimize

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWarmStartHandsOver(t *testing.T) {
	f, p := newLogistic(3, 300, 20, 0.1), Penalty{L2: 1}
	want := f.newton(t, p.L2)

	alone := make([]float64, f.Dim())
	first, err := SGD{Passes: Passes{Epochs: 3}}.Minimize(t.Context(), f, alone, p, nil)
	require.NoError(t, err)

	var steps []Step
	var handed []float64
	w := make([]float64, f.Dim())
	result, err := WarmStart{First: SGD{Passes: Passes{Epochs: 3}}, Then: LBFGS{Limits: exact}}.Minimize(t.Context(), f, w, p, func(s *Step) error {
		if s.Number == 3 {
			handed = slices.Clone(s.Weights())
		}
		steps = append(steps, *s)
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, Converged, result.Reason)
	assert.Less(t, distance(want, w), 1e-6)
	assert.Equal(t, alone, handed)
	last := steps[len(steps)-1]
	assert.Equal(t, len(steps), last.Number)
	assert.Equal(t, result.Steps, last.Number)
	assert.Equal(t, result.Updates, last.Updates)
	assert.GreaterOrEqual(t, result.Evaluations, last.Evaluations) // the last search may have failed
	assert.Equal(t, first.Updates+1, steps[3].Updates)
	for k := 1; k < len(steps); k++ {
		assert.Greater(t, steps[k].Evaluations, steps[k-1].Evaluations)
		assert.GreaterOrEqual(t, steps[k].Seconds, steps[k-1].Seconds)
	}
}

func TestWarmStartEndsWithTheFirst(t *testing.T) {
	f := newLogistic(3, 300, 20, 0.1)
	w := make([]float64, f.Dim())
	result, err := WarmStart{First: SGD{}, Then: LBFGS{}}.Minimize(t.Context(), f, w, Penalty{L2: 1}, func(s *Step) error {
		if s.Number == 2 {
			return ErrStop
		}
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, Stopped, result.Reason)
	assert.Equal(t, 2, result.Steps)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = WarmStart{First: SGD{}, Then: LBFGS{}}.Minimize(ctx, f, w, Penalty{L2: 1}, nil)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestWarmStartNeedsExamples(t *testing.T) {
	f := function{1, func(context.Context, []float64, []float64) (float64, error) { return 0, nil }}
	_, err := WarmStart{First: SGD{}, Then: LBFGS{}}.Minimize(t.Context(), f, []float64{0}, Penalty{}, nil)
	assert.ErrorIs(t, err, ErrOption)
}
