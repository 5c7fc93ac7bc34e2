package learning_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// Each kind of model supports other losses than the default, and trains a start for losses that
// need one.
func TestLossesOfEveryKindOfModel(t *testing.T) {
	path := filepath.Join(t.TempDir(), "dev.conll")
	require.NoError(t, os.WriteFile(path, []byte(sample.Dev), 0o644))
	for _, kind := range []string{model.Chain, model.SemiMarkov, model.Pruned} {
		for loss, c := range map[string]recipe.Config{
			"risk":           {Gamma: new(2.0)},
			"smoothed-hinge": {Gamma: new(2.0)},
			"cross-entropy":  {LabelSmoothing: 0.01, Entropy: 0.01},
			"ramp1":          {},
		} {
			c.ModelType, c.Loss, c.Epochs, c.Threads = kind, loss, new(4), 1
			r, err := learning.Train(t.Context(), corpus.Source{Paths: []string{path}}, c, nil)
			require.NoError(t, err, "%s %s", kind, loss)
			assert.Equal(t, loss, r.Config.Loss)
		}
		if kind != model.Chain {
			_, err := learning.Train(t.Context(), corpus.Source{Paths: []string{path}}, recipe.Config{ModelType: kind, Loss: "large-margin-softmax"}, nil)
			assert.ErrorContains(t, err, "want one of cross-entropy", kind)
		}
	}
}
