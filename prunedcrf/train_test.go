package prunedcrf_test

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

// words is a data set of 60 sentences whose labels depend on words and on each other.
func words(t testing.TB) *prunedcrf.Dataset {
	d, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\nu:%s[0,0,1]\n"))
	require.NoError(t, err)
	for k := range 60 {
		word := fmt.Sprint("w", k%7)
		require.NoError(t, d.Add(features.Rows{{word}, {"x"}, {word}}, []string{fmt.Sprint(k % 3), "x", fmt.Sprint(k % 5)}, 1))
	}
	return d
}

func bits(t testing.TB, m *prunedcrf.Model) []byte {
	var b bytes.Buffer
	require.NoError(t, m.Save(&b))
	return b.Bytes()
}

func passes(epochs, batch int) optimize.StochasticMethod {
	return optimize.AdaGrad{Passes: optimize.Passes{Epochs: epochs, BatchSize: batch}}
}

func TestThreadsChangeLastDigitsOnly(t *testing.T) {
	train := func(threads int) (*prunedcrf.Model, model.Summary) {
		m, s, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(6, 8), Threads: threads, Penalty: optimize.Penalty{L2: 0.1}})
		require.NoError(t, err)
		return m, s
	}
	one, alone := train(1)
	three, first := train(3)
	again, _ := train(3)
	require.Equal(t, bits(t, three), bits(t, again))
	require.InEpsilon(t, alone.Objective, first.Objective, 1e-9)
	require.Equal(t, alone.Kept, first.Kept)
	require.Equal(t, one.Features(), three.Features())
}

// Each lower order takes one epoch before the order of the model, and sentence weights count.
func TestOrdersGrow(t *testing.T) {
	var orders []int
	_, summary, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(4, 1), Progress: func(p model.Progress) {
		orders = append(orders, p.Order)
		assert.Equal(t, p.Order > 0, p.Kept[0] > 0)
		assert.Equal(t, p.Order > 1, p.Kept[1] > 0)
	}})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1, 2, 2}, orders)
	require.Equal(t, 4, summary.BestStep)

	weighted, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
	require.NoError(t, err)
	twice, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\n"))
	require.NoError(t, err)
	a, b := features.Rows{{"a"}, {"b"}}, features.Rows{{"b"}, {"a"}}
	require.NoError(t, weighted.Add(a, []string{"A", "B"}, 2))
	require.NoError(t, weighted.Add(b, []string{"B", "B"}, 1))
	require.NoError(t, twice.Add(a, []string{"A", "B"}, 1))
	require.NoError(t, twice.Add(a, []string{"A", "B"}, 1))
	require.NoError(t, twice.Add(b, []string{"B", "B"}, 1))
	batch := prunedcrf.Options{Stochastic: passes(20, 3), Penalty: optimize.Penalty{L2: 0.1}, Threads: 1}
	_, first, err := prunedcrf.Train(context.Background(), weighted, batch)
	require.NoError(t, err)
	_, second, err := prunedcrf.Train(context.Background(), twice, batch)
	require.NoError(t, err)
	require.InEpsilon(t, first.Objective, second.Objective, 1e-9)
}

// The model comes from the epoch with the best score. Training ends after Patience epochs without
// improvement.
func TestDevelopmentData(t *testing.T) {
	dev, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\nu:%s[0,0,1]\n"))
	require.NoError(t, err)
	require.NoError(t, dev.Add(features.Rows{{"w1"}, {"x"}, {"other"}}, []string{"1", "x", "never seen"}, 1))
	require.NoError(t, dev.Add(features.Rows{{"w2"}, {"x"}, {"w2"}}, []string{"2", "x", "2"}, 1))
	var files [][]byte
	var epochs []int
	m, summary, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(30, 1), Dev: dev, Patience: 3, Threads: 2,
		Progress: func(p model.Progress) {
			require.NotNil(t, p.Dev)
			if p.Best {
				epochs = append(epochs, p.Number)
			}
		}})
	require.NoError(t, err)
	require.Equal(t, optimize.Stopped, summary.Reason)
	require.Equal(t, epochs[len(epochs)-1], summary.BestStep)
	require.Equal(t, summary.BestStep+3, summary.Steps)
	require.GreaterOrEqual(t, summary.Dev.Accuracy, 0.5)
	right := 0
	for _, s := range []struct {
		words  features.Rows
		labels []string
	}{{features.Rows{{"w1"}, {"x"}, {"other"}}, []string{"1", "x", "never seen"}}, {features.Rows{{"w2"}, {"x"}, {"w2"}}, []string{"2", "x", "2"}}} {
		got, err := m.Tag(s.words)
		require.NoError(t, err)
		for k := range got {
			if got[k] == s.labels[k] {
				right++
			}
		}
	}
	require.InDelta(t, summary.Dev.Accuracy, float64(right)/6, 1e-12, "the model is the one that was scored")

	// If interrupted, training returns the best model. After one epoch, that model has order 0.
	for _, epoch := range []int{1, 2, 5} {
		ctx, cancel := context.WithCancel(context.Background())
		m, _, err := prunedcrf.Train(ctx, words(t), prunedcrf.Options{Stochastic: passes(6, 1), Threads: 1, Progress: func(p model.Progress) {
			if p.Number == epoch {
				cancel()
			}
		}})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, min(epoch-1, 2), m.Order())
		files = append(files, bits(t, m))
	}
	require.NotEqual(t, files[0], files[1])
}

func TestTrainingGoesOnFromAModel(t *testing.T) {
	goal := prunedcrf.Options{Stochastic: passes(8, 1), Penalty: optimize.Penalty{L2: 0.1}, Separator: "|", Threads: 1}
	first, before, err := prunedcrf.Train(context.Background(), words(t), goal)
	require.NoError(t, err)
	goal.Init, goal.Stochastic = first, optimize.AdaGrad{Passes: optimize.Passes{Epochs: 1}, Rate: 1e-12}
	var orders []int
	goal.Progress = func(p model.Progress) {
		orders = append(orders, p.Order)
	}
	second, after, err := prunedcrf.Train(context.Background(), words(t), goal)
	require.NoError(t, err)
	require.Equal(t, []int{2}, orders)
	require.InEpsilon(t, before.Objective, after.Objective, 0.2)
	s, err := scores(first, features.Rows{{"w1"}, {"x"}, {"w2"}})
	require.NoError(t, err)
	r, err := scores(second, features.Rows{{"w1"}, {"x"}, {"w2"}})
	require.NoError(t, err)
	if assert.Equal(t, s.Kept(), r.Kept()) {
		require.InDeltaSlice(t, s.Node, r.Node, 1e-2)
		require.InDeltaSlice(t, s.Triple, r.Triple, 1e-2)
	}
	// Labels and attributes that the initial model does not have start from zero.
	other, err := prunedcrf.NewDataset(input(t, "u:%x[0,0]\nu:p=%p[0,0,1]\n"))
	require.NoError(t, err)
	require.NoError(t, other.Add(features.Rows{{"w1"}, {"x"}, {"new"}}, []string{"x", "fresh", "1"}, 1))
	m, _, err := prunedcrf.Train(context.Background(), other, goal)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "fresh", "1"}, m.Labels())
}

func TestMinCountAndOrderLeaveFeaturesOut(t *testing.T) {
	all, _, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(3, 1)})
	require.NoError(t, err)
	common, _, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(3, 1), MinCount: 17})
	require.NoError(t, err)
	require.Less(t, common.Attributes(), all.Attributes())
	require.Positive(t, common.Attributes())
	alone, _, err := prunedcrf.Train(context.Background(), words(t), prunedcrf.Options{Stochastic: passes(3, 1), Order: prunedcrf.Zeroth})
	require.NoError(t, err)
	alone.Chains(func([]int, int, float64) { t.Error("a chain of order 0") })
	require.Empty(t, alone.Thresholds())
}

func TestTrainRefusesAndWarns(t *testing.T) {
	for name, o := range map[string]prunedcrf.Options{
		"order":      {Order: 3},
		"negative":   {Order: -1},
		"keep":       {Keep: [2]float64{0, math.NaN()}},
		"perceptron": {Stochastic: optimize.AveragedPerceptron{}},
		"mixture":    {Loss: losses.SparseMAP{}, Stochastic: optimize.AveragedPerceptron{}},
		"frank":      {Loss: losses.Hinge{}, Stochastic: optimize.BCFW{}},
		"saga":       {Stochastic: optimize.SAGA{}},
	} {
		_, _, err := prunedcrf.Train(context.Background(), words(t), o)
		if o.Stochastic != nil {
			assert.ErrorIs(t, err, model.ErrPair, name)
		} else {
			assert.ErrorIs(t, err, model.ErrInput, name)
		}
	}
	d := words(t)
	assert.ErrorIs(t, d.Add(yorks[:1], []string{"x"}, -1), model.ErrInput)
	require.Equal(t, 180, d.Tokens())
	warned := ""
	_, _, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Stochastic: passes(1, 1), Warn: func(s string) { warned += s }})
	require.NoError(t, err)
	require.Contains(t, warned, "no penalty")
	warned = ""
	_, _, err = prunedcrf.Train(context.Background(), d, prunedcrf.Options{
		Loss: losses.Risk{}, Penalty: optimize.Penalty{L2: 0.1}, Stochastic: passes(1, 1), Warn: func(s string) { warned += s },
	})
	require.NoError(t, err)
	require.Contains(t, warned, "good start")
}

// Every general loss fits a few sentences. Losses that need a good start begin with the weights of
// cross-entropy.
func TestLossesTrain(t *testing.T) {
	d := names(t)
	start, _, err := prunedcrf.Train(context.Background(), d, prunedcrf.Options{Stochastic: passes(10, 1)})
	require.NoError(t, err)
	for _, name := range losses.GeneralNames() {
		loss, err := losses.NewGeneral(name, losses.Options{})
		require.NoError(t, err)
		o := prunedcrf.Options{Loss: loss, Stochastic: passes(10, 1), Dev: d}
		if loss.Traits().NeedsStart {
			o.Init, o.Stochastic = start, optimize.SGD{Passes: optimize.Passes{Epochs: 10}, Rate: 0.1}
		}
		_, summary, err := prunedcrf.Train(context.Background(), d, o)
		require.NoError(t, err, name)
		require.Greater(t, summary.Dev.Accuracy, 0.9, name)
	}
}
