package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Annealed training ends at the minimum of the final loss.
func TestAnnealing(t *testing.T) {
	const l2 = "0.05" // one minimum, from every start
	_, still := trained(t, "", "--loss", "softmax-margin", "--cost-scale", "2", "--l2", l2, "--tolerance", "1e-5", "testdata/train.conll")
	path, moved := trained(t, "", "--loss", "softmax-margin", "--anneal-cost", "0.01..2", "--l2", l2, "testdata/train.conll")
	assert.InEpsilon(t, finalLoss(t, still.out), finalLoss(t, moved.out), 1e-3)
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.Equal(t, "0.01..2", m.Meta.Facts()["anneal-cost"])

	// A stochastic optimizer runs all epochs: the changing objective does not stop it.
	_, moved = trained(t, "", "--loss", "hinge", "--anneal-cost", "0.1..1", "--epochs", "25", "testdata/train.conll")
	assert.Contains(t, moved.errors, "step 25/25")
	_, moved = trained(t, "", "--loss", "risk", "--anneal-temperature", "8..0.5", "--epochs", "3", "testdata/train.conll")
	assert.Contains(t, moved.errors, "step 3/3")
}

func TestLargeMarginOnTheCommandLine(t *testing.T) {
	path, o := trained(t, "", "--loss", "large-margin-softmax", "testdata/train.conll")
	assert.Contains(t, o.errors, "large-margin-softmax by lbfgs")
	r := done(t, "", "eval", "--json", "--model", path, "testdata/train.conll")
	var score struct{ Accuracy float64 }
	require.NoError(t, json.Unmarshal([]byte(r.out), &score))
	assert.Greater(t, score.Accuracy, 0.95)
}

func TestRestartsOnTheCommandLine(t *testing.T) {
	_, o := trained(t, "", "--loss", "risk", "--restarts", "2", "--epochs", "5", "--log-json", "-", "testdata/train.conll")
	assert.Contains(t, o.errors, "restart 2  loss")
	_, outcome, ok := strings.Cut(o.errors, "best of 3 runs: run ")
	require.True(t, ok, o.errors)
	best := finalLoss(t, outcome)
	runs := make(map[int]float64)
	for line := range strings.Lines(o.out) {
		var step struct {
			Run       int
			Objective float64
		}
		if json.Unmarshal([]byte(line), &step) == nil {
			runs[step.Run] = step.Objective
		}
	}
	require.Len(t, runs, 3)
	for _, objective := range runs {
		assert.GreaterOrEqual(t, objective, best*(1-1e-6))
	}
}

// finalLoss returns the number at the end of the output of train.
func finalLoss(t *testing.T, out string) float64 {
	t.Helper()
	_, text, ok := strings.Cut(out, ", loss ")
	require.True(t, ok, out)
	var v float64
	require.NoError(t, json.Unmarshal([]byte(strings.TrimSpace(text)), &v))
	return v
}
