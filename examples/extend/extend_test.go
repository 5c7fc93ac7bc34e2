package extend_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/examples/extend"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

var sentences = []struct{ words, labels string }{
	{"Ann saw Paris", "B-PER O B-LOC"},
	{"Bob left Rome today", "B-PER O B-LOC O"},
	{"Ann left", "B-PER O"},
	{"today Bob saw Ann", "O B-PER O B-PER"},
	{"Rome saw Bob", "B-LOC O B-PER"},
	{"Paris left Bob", "B-LOC O B-PER"},
}

func rows(words string) features.Rows {
	var rows features.Rows
	for _, w := range strings.Fields(words) {
		rows = append(rows, []string{w})
	}
	return rows
}

// data compiles the sentences once for training and once for development.
func data(t *testing.T, input model.Input) (train, dev *crf.Dataset) {
	t.Helper()
	train, err := crf.NewDataset(input)
	require.NoError(t, err)
	for _, s := range sentences {
		require.NoError(t, train.Add(rows(s.words), strings.Fields(s.labels), 1))
	}
	dev = train.HeldOut()
	for _, s := range sentences {
		require.NoError(t, dev.Add(rows(s.words), strings.Fields(s.labels), 1))
	}
	return train, dev
}

func input(t *testing.T, templates string) model.Input {
	t.Helper()
	parsed, err := features.Parse(strings.NewReader(templates), "templates", features.DialectTrellis)
	require.NoError(t, err)
	return model.Input{Templates: parsed, Columns: 1, Names: map[string]int{"form": 0}}
}

// Each optimizer and loss trains a model and is scored on the development data after each step.
func TestTrain(t *testing.T) {
	for name, o := range map[string]crf.Options{
		"stochastic":          {Stochastic: extend.Momentum{Epochs: 20, Rate: 0.1, Beta: 0.5}, Penalty: optimize.Penalty{L2: 0.01}},
		"batch":               {Batch: extend.GradientDescent{Iterations: 20}, Penalty: optimize.Penalty{L2: 0.01}},
		"batch of hinge":      {Batch: extend.GradientDescent{Iterations: 20}, Loss: extend.Hinge{Cost: 1}},
		"warm start":          {Batch: optimize.WarmStart{First: extend.Momentum{Epochs: 2, Rate: 0.1}, Then: extend.GradientDescent{Iterations: 20}}},
		"before L-BFGS":       {Batch: optimize.WarmStart{First: extend.Momentum{Epochs: 2, Rate: 0.1}, Then: optimize.LBFGS{}}, Penalty: optimize.Penalty{L2: 0.01}},
		"averaged perceptron": {Stochastic: optimize.AveragedPerceptron{}, Loss: extend.Hinge{Cost: 1}},
		"passive-aggressive":  {Stochastic: optimize.PassiveAggressive{}, Loss: extend.Hinge{Cost: 1}},
		"AROW":                {Stochastic: optimize.AROW{}, Loss: extend.Hinge{Cost: 1}},
		"Frank-Wolfe":         {Stochastic: optimize.BCFW{}, Loss: extend.Hinge{Cost: 1}, Penalty: optimize.Penalty{L2: 0.01}},
	} {
		train, dev := data(t, input(t, "u:w=%x[0,form]\n"))
		steps := 0
		o.Dev, o.Threads, o.Patience = dev, 1, 10
		o.Progress = func(p model.Progress) {
			steps++
			assert.NotNil(t, p.Dev, name)
		}
		m, summary, err := crf.Train(t.Context(), train, o)
		require.NoError(t, err, name)
		assert.Positive(t, steps, name)
		assert.Positive(t, summary.Evaluations, name)
		assert.Equal(t, 1.0, summary.Dev.F1, name)
		got, err := m.Tag(rows("Bob saw Rome"))
		require.NoError(t, err, name)
		assert.Equal(t, []string{"B-PER", "O", "B-LOC"}, got, name)
	}
}

// The word resource is stored in the model.
func TestWordResource(t *testing.T) {
	in := input(t, "u:frequency=%x[0,frequency]\n")
	in.Lexicons = []lexicon.Lexicon{extend.NewFrequency("frequency", map[string]uint64{
		"Ann": 100, "Bob": 123, "Eve": 150, "Paris": 1000, "Rome": 2000, "Oslo": 1500,
	})}
	train, dev := data(t, in)
	m, summary, err := crf.Train(t.Context(), train, crf.Options{Dev: dev, Penalty: optimize.Penalty{L2: 0.01}})
	require.NoError(t, err)
	assert.Equal(t, 1.0, summary.Dev.F1)
	var file bytes.Buffer
	require.NoError(t, m.Save(&file, crf.SaveOptions{}))
	read, err := crf.Load(bytes.NewReader(file.Bytes()))
	require.NoError(t, err)
	for _, m := range []*crf.Model{m, read} {
		got, err := m.Tag(rows("Eve saw Oslo"))
		require.NoError(t, err)
		assert.Equal(t, []string{"B-PER", "O", "B-LOC"}, got)
	}
}

// Optimizers of other modules cannot write checkpoints: Train returns an error.
func TestNoCheckpoint(t *testing.T) {
	train, _ := data(t, input(t, "u:w=%x[0,form]\n"))
	var file bytes.Buffer
	_, _, err := crf.Train(t.Context(), train, crf.Options{
		Stochastic:  extend.Momentum{Epochs: 2, Rate: 0.1},
		Checkpoints: &crf.Checkpoints{Write: func(write func(w io.Writer) error) error { return write(&file) }},
	})
	assert.ErrorIs(t, err, optimize.ErrOption)
}
