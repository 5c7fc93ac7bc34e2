package training_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// counter is scratch memory that counts the sentences of a worker.
type counter struct{ sentences int }

// squares has the loss (s+1) * w[s] for sentence s, and fails at the sentence bad.
type squares struct{ n, bad int }

var errBad = errors.New("bad sentence")

func (q squares) Dim() int { return q.n }

func (q squares) Sentence(c *counter, dst *optimize.Sparse, s int, w []float64, scale float64) (float64, error) {
	return q.sentence(c, dst, s, w, scale)
}

func (q squares) sentence(c *counter, dst training.Vector, s int, w []float64, scale float64) (float64, error) {
	if s == q.bad {
		return 0, errBad
	}
	c.sentences++
	dst.Span(s, s+1)[0] += float64(s + 1)
	return float64(s+1) * scale * w[s], nil
}

func TestPoolDividesSentencesByTokens(t *testing.T) {
	length := []int{6, 1, 1, 1, 1, 1, 1}
	p := training.NewPool[counter](2, len(length), func(s int) int { return length[s] })
	order := make([]int, len(length))
	value, err := p.Pass(t.Context(), func(c *counter, s int) (float64, error) {
		c.sentences++
		order[s]++
		return float64(length[s]), nil
	})
	require.NoError(t, err)
	assert.Equal(t, 12.0, value)
	assert.Equal(t, []int{1, 1, 1, 1, 1, 1, 1}, order)
	assert.Equal(t, 1, p.Scratch(0).sentences, "the long sentence alone")
	assert.Equal(t, 6, p.Scratch(1).sentences)
}

func TestPassBlocks(t *testing.T) {
	for threads := 1; threads <= 3; threads++ {
		p := training.NewPool[counter](threads, 10, func(int) int { return 1 })
		seen := make([]int, 10)
		value, err := p.PassBlocks(t.Context(), func(lo, hi int) int { return min(lo+4, hi) }, func(c *counter, lo, hi int) (float64, error) {
			c.sentences += hi - lo
			for s := lo; s < hi; s++ {
				seen[s]++
			}
			return float64(hi - lo), nil
		})
		require.NoError(t, err)
		assert.Equal(t, 10.0, value)
		assert.Equal(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, seen)
		_, err = p.PassBlocks(t.Context(), func(lo, hi int) int { return hi }, func(*counter, int, int) (float64, error) { return 0, errBad })
		assert.ErrorIs(t, err, errBad)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = p.PassBlocks(ended, nil, nil)
		assert.ErrorIs(t, err, context.Canceled)
	}
}

func TestPoolAddsUpGradients(t *testing.T) {
	const n = 20
	w, want := make([]float64, n), make([]float64, n)
	batch := make([]int, n)
	value := 0.0
	for s := range n {
		w[s], want[s], batch[s] = float64(s%3), float64(s+1), s
		value += float64(s+1) * w[s]
	}
	for workers := 1; workers <= 5; workers++ {
		p := training.NewPool[counter](workers, n, func(int) int { return 1 })
		q := squares{n, -1}
		for range 2 { // results of the first round do not count
			grad := []float64{n: 9}[:n]
			got, err := p.Gradient(t.Context(), grad, func(c *counter, dst *training.Dense, s int) (float64, error) {
				return q.sentence(c, dst, s, w, 1)
			})
			require.NoError(t, err)
			assert.Equal(t, value, got)
			assert.Equal(t, want, grad)
			g := optimize.NewSparse(n)
			got, err = p.Mini(t.Context(), q, workers, g, w, 0.5, batch)
			require.NoError(t, err)
			assert.Equal(t, value/2, got)
			for s := range n {
				assert.Equal(t, want[s], g.At(s))
			}
		}
		for k := range workers {
			assert.Positive(t, p.Scratch(k).sentences)
		}
		q.bad = n - 1
		_, err := p.Mini(t.Context(), q, workers, optimize.NewSparse(n), w, 1, batch)
		assert.ErrorIs(t, err, errBad)
		_, err = p.Gradient(t.Context(), make([]float64, n), func(c *counter, dst *training.Dense, s int) (float64, error) {
			return q.sentence(c, dst, s, w, 1)
		})
		assert.ErrorIs(t, err, errBad)
		ended, end := context.WithCancel(t.Context())
		end()
		_, err = p.Mini(ended, q, workers, optimize.NewSparse(n), w, 1, batch)
		assert.ErrorIs(t, err, context.Canceled)
		_, err = p.Pass(ended, func(*counter, int) (float64, error) { return 0, nil })
		assert.ErrorIs(t, err, context.Canceled)
	}
	assert.Equal(t, 1, training.Share(4, 15))
	assert.Equal(t, 4, training.Share(4, 16))
}

func TestScore(t *testing.T) {
	for workers := 1; workers <= 3; workers++ {
		p := training.NewPool[counter](workers, 4, func(int) int { return 2 })
		r, err := p.Score(structured.BIO, func(_ *counter, s int, gold, predicted []string) ([]string, []string, error) {
			found := []string{"B-X", "O"}
			if s == 3 {
				found = []string{"O", "O"}
			}
			return append(gold, "B-X", "O"), append(predicted, found...), nil
		})
		require.NoError(t, err)
		assert.Equal(t, 7.0/8, r.Accuracy)
		assert.InDelta(t, 6.0/7, r.F1, 1e-12)
		_, err = p.Score(structured.BIO, func(_ *counter, s int, gold, predicted []string) ([]string, []string, error) {
			return append(gold, "O"), predicted, nil
		})
		assert.ErrorIs(t, err, metrics.ErrLength)
	}
}

func TestWatchKeepsTheBestWeightsAndLosesPatience(t *testing.T) {
	scores := []float64{0.5, 0.4, 0.7, 0.6, 0.7, 0.1}
	var told []bool
	x := training.Watch{
		Score: func(w []float64) (metrics.Results, error) {
			return metrics.Results{Score: metrics.Score{F1: scores[int(w[0])]}}, nil
		},
		Patience: 2,
		Progress: func(p model.Progress) { told = append(told, p.Best) },
	}
	var s model.Summary
	step := func(k int) model.Progress {
		return model.Progress{Step: &optimize.Step{Number: k + 1, Weights: func() []float64 { return []float64{float64(k)} }}}
	}
	for k := range 4 {
		require.NoError(t, x.Report(step(k), &s, true))
	}
	assert.Equal(t, optimize.ErrStop, x.Report(step(4), &s, true), "as good is not better")
	assert.Equal(t, []bool{true, false, true, false, false}, told)
	assert.Equal(t, []float64{2}, x.Best)
	assert.Equal(t, 3, s.BestStep)
	assert.Equal(t, 0.7, s.Dev.F1)

	x.Waited = 0
	for range 3 {
		require.NoError(t, x.Report(step(5), &s, false), "an objective that changes costs no patience")
	}
	assert.ErrorIs(t, x.Report(model.Progress{Step: new(optimize.Step)}, &s, true), optimize.ErrOption)
}

func TestWatchWithoutDevelopmentData(t *testing.T) {
	var s model.Summary
	p := model.Progress{Step: &optimize.Step{Number: 7}, Kept: [2]float64{5, 3}}
	require.NoError(t, new(training.Watch).Report(p, &s, true))
	assert.Equal(t, 7, s.BestStep)
	assert.Equal(t, p.Kept, s.Kept)
	assert.Nil(t, s.Dev)
}

func TestMethods(t *testing.T) {
	assert.Equal(t, optimize.LBFGS{}, training.Batch(nil, nil))
	assert.Nil(t, training.Batch(nil, optimize.AdaGrad{}))
	for _, c := range []struct {
		m    training.Method
		loss any
		fits bool
	}{
		{training.Method{Batch: optimize.LBFGS{}, Stochastic: optimize.SGD{}}, losses.CrossEntropy{}, false},
		{training.Method{Batch: optimize.LBFGS{}}, losses.CrossEntropy{}, true},
		{training.Method{Batch: optimize.LBFGS{}}, losses.Hinge{}, false},
		{training.Method{Batch: optimize.LBFGS{}}, "no traits", true},
		{training.Method{Stochastic: optimize.AveragedPerceptron{}}, losses.Perceptron{}, true},
		{training.Method{Stochastic: optimize.AveragedPerceptron{}}, losses.CrossEntropy{}, false},
		{training.Method{Stochastic: optimize.AROW{}}, losses.Hinge{}, true},
		{training.Method{Stochastic: optimize.AROW{}}, losses.Perceptron{}, false},
		{training.Method{Stochastic: optimize.PassiveAggressive{}}, losses.Perceptron{}, false},
		{training.Method{Stochastic: optimize.PassiveAggressive{Margin: 1}}, losses.Perceptron{}, true},
		{training.Method{Stochastic: optimize.SAGA{}}, losses.Risk{}, false},
		{training.Method{Stochastic: optimize.SAGA{}}, losses.SoftmaxMargin{}, true},
		{training.Method{Stochastic: optimize.BCFW{}}, losses.Ramp{}, false},
		{training.Method{Stochastic: optimize.BCFW{}}, losses.Hinge{}, true},
	} {
		if err := c.m.Check(c.loss); c.fits {
			assert.NoError(t, err, "%T %T %T", c.m.Batch, c.m.Stochastic, c.loss)
		} else {
			assert.ErrorIs(t, err, model.ErrPair, "%T %T %T", c.m.Batch, c.m.Stochastic, c.loss)
		}
	}
}
