package optimize

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/floats"
)

// descending is a logistic regression that takes the steps itself and stops after stop of them.
type descending struct {
	*logistic
	stop, made int
}

var errBroken = errors.New("broken")

func (f *descending) Descend(_ context.Context, v []float64, order []int, scale, by []float64, limit float64) (int, float64, error) {
	var sum float64
	for k, i := range order {
		if f.made == f.stop {
			return k, sum, errBroken
		}
		f.made++
		loss, slope := f.example(v, scale[k], i)
		sum += loss
		step := -limitedRate(-by[k]*scale[k], limit, loss, slope*slope*floats.Dot(f.vals[i], f.vals[i])) / scale[k]
		for j, q := range f.rows[i] {
			v[q] += step * slope * f.vals[i][j]
		}
	}
	return len(order), sum, nil
}

// The steps of the objective equal the steps of SGD without batches.
func TestDirectStepsAreThoseOfSGD(t *testing.T) {
	for name, m := range map[string]SGD{
		"Bottou's rate":   {},
		"given rate":      {Rate: 0.3, Decay: 0.1},
		"a scale shrinks": {Rate: 30, Decay: -1}, // so that w is rescaled within an epoch
		"exponential":     {Exponential: 0.8},
	} {
		for _, p := range []Penalty{{L2: 1}, {L2: 20}} {
			m.Passes = Passes{Epochs: 5, Seed: 3}
			f := &descending{newLogistic(5, 200, 30, 0.1), -1, 0}
			want, got := make([]float64, f.Dim()), make([]float64, f.Dim())
			plain, err := m.Minimize(t.Context(), f, want, p, nil)
			require.NoError(t, err)
			require.Zero(t, f.made)
			m.InPlace = true
			m.BatchSize = 8 // has no effect
			direct, err := m.Minimize(t.Context(), f, got, p, nil)
			require.NoError(t, err)
			assert.GreaterOrEqual(t, f.made, 5*f.Len())
			assert.InDeltaSlice(t, want, got, 1e-9, name)
			assert.InEpsilon(t, plain.Objective, direct.Objective, 1e-9, name)
			assert.Equal(t, plain.Updates, direct.Updates, name)
			assert.Equal(t, plain.Steps, direct.Steps)
			assert.True(t, math.IsNaN(direct.GradNorm))
			m.InPlace = false
			m.BatchSize = 1
		}
	}
}

// If steps must be lazy or are averaged, SGD makes them as usual.
func TestDirectIsForPlainSteps(t *testing.T) {
	f := &descending{newLogistic(5, 100, 20, 0.1), -1, 0}
	for _, c := range []struct {
		m SGD
		p Penalty
	}{{SGD{}, Penalty{L1: 1, L2: 1}}, {SGD{Average: true}, Penalty{L2: 1}}} {
		c.m.Passes, c.m.InPlace = Passes{Epochs: 2}, true
		_, err := c.m.Minimize(t.Context(), f, make([]float64, f.Dim()), c.p, nil)
		require.NoError(t, err)
	}
	w := make([]float64, f.Dim())
	_, err := SGD{Passes: Passes{Epochs: 2}, InPlace: true}.Minimize(t.Context(), f.logistic, w, Penalty{L2: 1}, nil)
	require.NoError(t, err)
	assert.Zero(t, f.made)
}

// An error in the middle of an epoch leaves the weights of the last step.
func TestDirectStepsEndWithAnError(t *testing.T) {
	m := SGD{Passes: Passes{Epochs: 3}, Rate: 0.5, InPlace: true}
	f := &descending{newLogistic(5, 100, 20, 0.1), 130, 0}
	w := make([]float64, f.Dim())
	result, err := m.Minimize(t.Context(), f, w, Penalty{L2: 2}, nil)
	require.ErrorIs(t, err, errBroken)
	assert.Equal(t, 130, result.Updates)
	assert.Equal(t, 1, result.Steps)

	n := 0
	want := make([]float64, f.Dim())
	m.InPlace = false
	_, err = m.Minimize(t.Context(), stopping{f.logistic, &n, 130}, want, Penalty{L2: 2}, nil)
	require.ErrorIs(t, err, errBroken)
	assert.InDeltaSlice(t, want, w, 1e-12)
}

// stopping fails after some batches.
type stopping struct {
	*logistic
	made *int
	stop int
}

func (f stopping) EvalBatch(ctx context.Context, g *Sparse, w []float64, scale float64, batch []int) (float64, error) {
	if *f.made == f.stop {
		return 0, errBroken
	}
	*f.made++
	return f.logistic.EvalBatch(ctx, g, w, scale, batch)
}

func TestDirectStepsMustStayFinite(t *testing.T) {
	f := &descending{newLogistic(5, 100, 20, 0.1), -1, 0}
	for i := range f.vals {
		for j := range f.vals[i] {
			f.vals[i][j] *= 1e160
		}
	}
	w := make([]float64, f.Dim())
	_, err := SGD{Rate: 1, InPlace: true}.Minimize(t.Context(), f, w, Penalty{L2: 1}, nil)
	assert.ErrorIs(t, err, ErrNotFinite)
}
