package study_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

// A run on all sentences equals training with its configuration.
func TestARunIsATraining(t *testing.T) {
	c := study.Comparison{
		Base: recipe.Config{Threads: 1, Epochs: new(10)}, Dev: phrases(t), Runs: 2, NoResampling: true,
		Candidates: []study.Candidate{{Loss: "cross-entropy", L2: []float64{30, 0.5}}, {Loss: "risk", L2: []float64{30}}},
	}
	o, err := c.Run(t.Context(), phrases(t))
	require.NoError(t, err)
	require.Len(t, o.Losses, 2)
	assert.Equal(t, 2, o.Runs)
	assert.True(t, o.Spans)
	for k, row := range o.Losses {
		require.NoError(t, row.Err)
		assert.Len(t, row.Tried, []int{2, 0}[k], "one setting needs no tuning")
		assert.Equal(t, k == 0, row.P == nil)
		config := row.Config
		config.Scheme = "bio" // training would pick another for chunks
		r, err := learning.Train(t.Context(), phrases(t), config, nil)
		require.NoError(t, err)
		dev, err := learning.Open(t.Context(), phrases(t), config, nil, false)
		require.NoError(t, err)
		defer dev.Close()
		kept, err := dev.KeepAll(t.Context())
		require.NoError(t, err)
		want, err := learning.Score(r.Model, kept, dev.Profile.Scheme, 1)
		require.NoError(t, err)
		assert.InDelta(t, want.F1, row.F1.Values[0], 1e-12, row.Loss)
		assert.InDelta(t, want.Accuracy, row.Accuracy.Values[0], 1e-12, row.Loss)
	}
}

func TestRefusedComparisons(t *testing.T) {
	dev := phrases(t)
	some := []study.Candidate{{Loss: "cross-entropy", L2: []float64{1}}}
	for name, c := range map[string]struct {
		comparison study.Comparison
		option     string
	}{
		"no dev":         {study.Comparison{Candidates: some, Runs: 1}, "dev"},
		"no loss":        {study.Comparison{Dev: dev, Runs: 1}, "loss"},
		"no runs":        {study.Comparison{Dev: dev, Candidates: some}, "seeds"},
		"many runs":      {study.Comparison{Dev: dev, Candidates: some, Runs: 1001}, "seeds"},
		"share":          {study.Comparison{Dev: dev, Candidates: some, Runs: 1, HoldOut: 1}, "holdout"},
		"share and test": {study.Comparison{Dev: dev, Test: dev, Candidates: some, HoldOut: 0.5}, "holdout"},
		"unknown loss":   {study.Comparison{Dev: dev, Candidates: []study.Candidate{{Loss: "log"}}, Runs: 1}, "loss"},
		"no scale":       {study.Comparison{Dev: dev, Candidates: []study.Candidate{{Loss: "hinge", CostScale: []float64{0}}}, Runs: 1}, "cost-scale"},
		"negative l2":    {study.Comparison{Dev: dev, Candidates: []study.Candidate{{Loss: "hinge", L2: []float64{-1}}}, Runs: 1}, "l2"},
		"no cost":        {study.Comparison{Dev: dev, Candidates: some, Runs: 1, RecallCurve: []float64{1}}, "recall-curve"},
		"dev in base":    {study.Comparison{Dev: dev, Candidates: some, Runs: 1, Base: recipe.Config{Dev: dev}}, "dev"},
		"scheme in base": {study.Comparison{Dev: dev, Candidates: some, Runs: 1, Base: recipe.Config{Scheme: "bioes"}}, "scheme"},
	} {
		o, err := c.comparison.Run(t.Context(), phrases(t))
		var e *model.OptionError
		if assert.ErrorAs(t, err, &e, name) {
			assert.Equal(t, c.option, e.Option, name)
		}
		assert.Nil(t, o, name)
	}
}

func TestAnInterruptLeavesTheRunsThatAreDone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	c := study.Comparison{
		Base: recipe.Config{Threads: 1, Epochs: new(5)}, Dev: phrases(t), Runs: 4,
		Candidates: []study.Candidate{{Loss: "cross-entropy", L2: []float64{1}}, {Loss: "perceptron"}},
		Progress: func(p study.CompareProgress) {
			if p.Stage == "run" && p.Number == 3 {
				stop()
			}
		},
	}
	o, err := c.Run(ctx, phrases(t))
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 2, o.Runs)
	assert.Equal(t, 4, o.Seeds)
	for _, row := range o.Losses {
		assert.Len(t, row.F1.Values, 2)
	}
}
