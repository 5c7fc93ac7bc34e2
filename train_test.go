package trellis_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/model"
)

// stored returns the bytes of the model file.
func stored(t *testing.T, m *trellis.Model) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, m.SaveFile(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	return data
}

// Training again with the settings stored in a model gives the same bytes, for every kind, loss and
// number of threads.
func TestStoredSettingsRepeatATraining(t *testing.T) {
	for name, c := range map[string]trellis.Config{
		"defaults":   {},
		"chain":      {Loss: "softmax-margin", Cost: "entity", CostFN: new(2.0), Epochs: new(12), Threads: 3, Weights: "int8", Strip: true},
		"stochastic": {Optimizer: "adagrad", Epochs: new(3), BatchSize: new(4), Seed: new(uint64(7)), Threads: 2, Weights: "float64"},
		"start":      {Loss: "risk", Epochs: new(5)},
		"scheme":     {Scheme: "bioes", POS: "none", TagDictionary: 3, Normalize: "nfkc", Epochs: new(5)},
		"semi":       {ModelType: model.SemiMarkov, MaxLength: new(4), Epochs: new(5), Threads: 2},
		"pruned":     {Order: new(2), Epochs: new(4), Threads: 2},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "defaults" {
				t.Skip("trains much")
			}
			t.Parallel()
			c.Dev = trellis.Files(dev)
			m, report, err := trellis.Train(t.Context(), trellis.Files(train), c)
			require.NoError(t, err)
			require.NotNil(t, report.Summary.Dev)
			assert.Positive(t, report.Tokens)
			assert.NotEmpty(t, report.Size)
			again, err := m.Config()
			require.NoError(t, err)
			again.Dev = c.Dev
			m2, _, err := trellis.Train(t.Context(), trellis.Files(train), again)
			require.NoError(t, err)
			assert.Equal(t, stored(t, m), stored(t, m2))
		})
	}
}

func TestTrainFromAModel(t *testing.T) {
	dir := t.TempDir()
	for kind, path := range saved(t) {
		c := trellis.Config{Init: path, ModelType: kind, Epochs: new(3), Features: filepath.Join(dir, "templates")}
		require.NoError(t, os.WriteFile(c.Features, []byte("u:w=%x[0,form]\nu:n=%x[1,form]\nu:p=%x[-1,form]\nb\n"), 0o600))
		_, report, err := trellis.Train(t.Context(), trellis.Files(train), c)
		require.NoError(t, err, kind)
		assert.LessOrEqual(t, report.Summary.Steps, 3)
		if c.ModelType == model.Chain {
			c.ModelType = model.SemiMarkov
		} else {
			c.ModelType = model.Chain
		}
		_, _, err = trellis.Train(t.Context(), trellis.Files(train), c)
		require.ErrorIs(t, err, trellis.ErrKind, kind)
		assert.ErrorContains(t, err, path+": ")
	}
	_, _, err := trellis.Train(t.Context(), trellis.Files(train), trellis.Config{Init: filepath.Join(dir, "none")})
	assert.ErrorIs(t, err, os.ErrNotExist)
}

func TestTrainRefuses(t *testing.T) {
	refused := func(c trellis.Config) string {
		t.Helper()
		m, report, err := trellis.Train(t.Context(), trellis.Files("none"), c)
		assert.Nil(t, m)
		assert.Nil(t, report)
		option, ok := errors.AsType[*trellis.OptionError](err)
		require.True(t, ok, "%v", err)
		return option.Option
	}
	assert.Equal(t, "loss", refused(trellis.Config{Loss: "log"}))
	assert.Equal(t, "optimizer", refused(trellis.Config{Loss: "hinge", Optimizer: "lbfgs"}))
	assert.Equal(t, "weights", refused(trellis.Config{Weights: "float16"}))

	_, _, err := trellis.Train(t.Context(), trellis.Files("none"), trellis.Config{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = trellis.Train(t.Context(), trellis.Source{}, trellis.Config{})
	require.ErrorIs(t, err, model.ErrInput)
}

// An interrupted training run returns the best model so far, unless no step was complete.
func TestTrainInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := trellis.Config{Progress: func(p model.Progress) {
		if p.Number == 2 {
			cancel()
		}
	}}
	m, report, err := trellis.Train(ctx, trellis.Files(train), c)
	require.ErrorIs(t, err, context.Canceled)
	require.NotNil(t, m)
	assert.Equal(t, 2, report.Summary.Steps)

	m, _, err = trellis.Train(ctx, trellis.Files(train), trellis.Config{})
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, model.ErrNoStep)
	assert.Nil(t, m)
}
