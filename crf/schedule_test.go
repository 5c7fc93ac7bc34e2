package crf

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

func same(l losses.Loss) func(int, int) (losses.Loss, error) {
	return func(int, int) (losses.Loss, error) { return l, nil }
}

// A constant schedule equals no schedule.
func TestScheduleOfOneLoss(t *testing.T) {
	d := small(t, plainTemplates, 30)
	passes := optimize.Passes{Epochs: 4, Tolerance: -1}
	for _, o := range []Options{
		{Stochastic: optimize.SGD{Passes: passes}, Schedule: &Schedule{same(losses.SoftmaxMargin{}), 4}},
		{Stochastic: optimize.SGD{Passes: passes}, Schedule: &Schedule{same(losses.SoftmaxMargin{}), 2}},
		{Batch: optimize.OWLQN{}, Schedule: &Schedule{same(losses.SoftmaxMargin{}), 1}},
	} {
		o.Penalty = l2
		var with, without bytes.Buffer
		require.NoError(t, train(t, d, o).Save(&with, SaveOptions{}))
		o.Loss, o.Schedule = losses.SoftmaxMargin{}, nil
		require.NoError(t, train(t, d, o).Save(&without, SaveOptions{}))
		assert.True(t, bytes.Equal(with.Bytes(), without.Bytes()))
	}
}

// The reported objective is that of the loss of each step.
func TestScheduleChangesTheLoss(t *testing.T) {
	d := small(t, plainTemplates, 30)
	s := losses.Schedule{Name: "softmax-margin", Scale: losses.Range{From: 0.01, To: 4}}

	// Stages of a batch method: step numbers continue, only the last stage ends training, and the
	// result minimises the last loss.
	var steps []optimize.Step
	_, annealed, err := Train(t.Context(), d, Options{
		Schedule: &Schedule{s.Loss, 3}, Penalty: l2, Progress: func(p model.Progress) { steps = append(steps, *p.Step) },
	})
	require.NoError(t, err)
	loss, err := s.Loss(2, 3)
	require.NoError(t, err)
	_, direct, err := Train(t.Context(), d, Options{Loss: loss, Penalty: l2})
	require.NoError(t, err)
	assert.InEpsilon(t, direct.Objective, annealed.Objective, 1e-3)
	assert.Len(t, steps, annealed.Updates)
	ends := 0
	for k, step := range steps {
		assert.Equal(t, k+1, step.Updates)
		assert.Equal(t, k+1, step.Number)
		if k > 0 {
			assert.GreaterOrEqual(t, step.Seconds, steps[k-1].Seconds)
			assert.Greater(t, step.Evaluations, steps[k-1].Evaluations)
		}
		if step.Last {
			ends++
		}
	}
	assert.Equal(t, 1, ends)

	// Epochs of a stochastic method: with a tiny learning rate the weights stay near 0, where the
	// loss is known.
	var heard []float64
	_, _, err = Train(t.Context(), d, Options{
		Schedule:   &Schedule{s.Loss, 3},
		Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 4, Tolerance: -1}, Rate: 1e-12},
		Progress:   func(p model.Progress) { heard = append(heard, p.Objective) },
	})
	require.NoError(t, err)
	x := d.features(false, 0)
	require.Len(t, heard, 4)
	for k, got := range heard {
		loss, err := s.Loss(k, 3)
		require.NoError(t, err)
		want, err := newObjective(d, x, loss, 1).Eval(t.Context(), make([]float64, x.dim()), make([]float64, x.dim()))
		require.NoError(t, err)
		assert.InEpsilon(t, want, got, 1e-6, "epoch %d", k+1)
	}
}

func TestScheduleErrors(t *testing.T) {
	d := small(t, plainTemplates, 5)
	bad := errors.New("no such loss")
	_, _, err := Train(t.Context(), d, Options{Schedule: &Schedule{func(int, int) (losses.Loss, error) { return nil, bad }, 2}})
	assert.ErrorIs(t, err, bad)
	_, _, err = Train(t.Context(), d, Options{Schedule: &Schedule{Loss: same(losses.Risk{})}})
	assert.ErrorIs(t, err, model.ErrInput)
	for _, o := range []Options{
		{Schedule: &Schedule{same(losses.Hinge{}), 2}},
		{Schedule: &Schedule{same(losses.CrossEntropy{}), 2}, Stochastic: optimize.SAGA{}, Penalty: l2},
		{Schedule: &Schedule{same(losses.Hinge{}), 2}, Stochastic: optimize.BCFW{}, Penalty: l2},
	} {
		_, _, err := Train(t.Context(), d, o)
		assert.ErrorIs(t, err, model.ErrPair)
	}
}

// Patience waits for the last step of the schedule.
func TestScheduleOutlastsPatience(t *testing.T) {
	d := small(t, plainTemplates, 20)
	epochs := 0
	_, s, err := Train(t.Context(), d, Options{
		Schedule:   &Schedule{same(losses.CrossEntropy{}), 6},
		Stochastic: optimize.SGD{Passes: optimize.Passes{Epochs: 50, Tolerance: -1}, Rate: 1e-12},
		Dev:        d, Patience: 2, Progress: func(p model.Progress) { epochs = p.Number },
	})
	require.NoError(t, err)
	assert.Equal(t, optimize.Stopped, s.Reason)
	assert.Equal(t, 7, epochs, "the last loss begins with epoch 6")
}

func TestRestarts(t *testing.T) {
	d := small(t, plainTemplates, 30)
	o := Options{
		Loss: losses.Risk{}, Penalty: optimize.Penalty{L2: 0.01}, Restarts: 3, Seed: 5, Threads: 2,
		Batch: optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 15}},
	}
	last := make(map[int]float64)
	o.Progress = func(p model.Progress) { last[p.Run] = p.Objective }
	m, s, err := Train(t.Context(), d, o)
	require.NoError(t, err)
	require.Len(t, last, 4)
	for run, objective := range last {
		assert.GreaterOrEqual(t, objective, s.Objective, "run %d", run)
	}
	assert.Equal(t, last[s.Run], s.Objective)
	assert.Greater(t, last[0], s.Objective, "risk from zero weights is poor")

	// A second training gives the same model. The first run alone gives the same first run.
	var a, b bytes.Buffer
	require.NoError(t, m.Save(&a, SaveOptions{}))
	require.NoError(t, train(t, d, o).Save(&b, SaveOptions{}))
	assert.True(t, bytes.Equal(a.Bytes(), b.Bytes()))
	o.Restarts = 0
	_, first, err := Train(t.Context(), d, o)
	require.NoError(t, err)
	assert.Equal(t, last[0], first.Objective)

	// With development data, their score decides.
	o.Restarts, o.Dev = 2, d
	best := make(map[int]float64)
	o.Progress = func(p model.Progress) { best[p.Run] = max(best[p.Run], p.Dev.F1) }
	_, s, err = Train(t.Context(), d, o)
	require.NoError(t, err)
	for _, f1 := range best {
		assert.LessOrEqual(t, f1, s.Dev.F1)
	}
	assert.Equal(t, best[s.Run], s.Dev.F1)

	// After an interrupted restart, the best run so far remains.
	o.Dev = nil
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(p model.Progress) {
		if p.Run == 1 {
			cancel()
		}
	}
	m, s, err = Train(ctx, d, o)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m)
	assert.Zero(t, s.Run)
	assert.Equal(t, first.Objective, s.Objective)
}

func TestWarnings(t *testing.T) {
	d := small(t, plainTemplates, 10)
	m := train(t, d, Options{Penalty: l2})
	short := optimize.Passes{Epochs: 1}
	for says, o := range map[string]Options{
		"begins at weights of zero":    {Loss: losses.Risk{}, Penalty: l2},
		"picks its rate from a sample": {Loss: losses.Ramp{}, Init: m, Stochastic: optimize.SGD{Passes: short}, Penalty: l2},
		"known to be good for conv":    {Loss: losses.Risk{}, Init: m, Stochastic: optimize.SGD{Passes: short, Rate: 0.1, Average: true}, Penalty: l2},
		"not describe its traits":      {Loss: undescribed{losses.CrossEntropy{}}, Batch: optimize.LBFGS{}},
		"has no finite minimum":        {},
	} {
		var warned []string
		o.Warn = func(s string) { warned = append(warned, s) }
		_, _, err := Train(t.Context(), d, o)
		require.NoError(t, err)
		require.Len(t, warned, 1, says)
		assert.Contains(t, warned[0], says)
	}
}

// All losses with log Z or probabilities keep decreasing as the weights grow.
func TestWarningOfTheMissingMinimum(t *testing.T) {
	d := small(t, plainTemplates, 10)
	m := train(t, d, Options{Penalty: l2})
	for _, name := range losses.Names() {
		loss, err := losses.New(name, losses.Options{})
		require.NoError(t, err)
		kinks := slices.Contains([]string{"perceptron", "hinge", "squared-hinge", "ramp1", "ramp2", "ramp3", "sparsemap"}, name)
		for _, penalty := range []optimize.Penalty{{}, l2} {
			var warned []string
			o := Options{Loss: loss, Init: m, Penalty: penalty, Warn: func(s string) { warned = append(warned, s) }}
			o.Batch = optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 1}}
			if kinks {
				o.Batch, o.Stochastic = nil, optimize.AdaGrad{Passes: optimize.Passes{Epochs: 1}}
			}
			_, _, err := Train(t.Context(), d, o)
			require.NoError(t, err, name)
			warns := slices.ContainsFunc(warned, func(s string) bool { return strings.Contains(s, "has no finite minimum") })
			assert.Equal(t, !kinks && penalty == optimize.Penalty{}, warns, "%s %v", name, penalty)
		}
	}
}

// An empty model causes a warning.
func TestWarningOfAnEmptyModel(t *testing.T) {
	d := small(t, plainTemplates, 10)
	for k := range d.weight {
		d.weight[k] = 0
	}
	var warned []string
	m, _, err := Train(t.Context(), d, Options{Penalty: l2, Warn: func(s string) { warned = append(warned, s) }})
	require.NoError(t, err)
	require.Zero(t, m.Features())
	require.Equal(t, []string{model.Empty}, warned)
}

// undescribed hides the traits of a loss.
type undescribed struct{ losses.Loss }
