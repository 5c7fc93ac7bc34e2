package study_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

// towns returns n sentences. Sentence k has the k-th of 26 towns, so that more sentences have more
// of them.
func towns(t *testing.T, n int) corpus.Source {
	t.Helper()
	var source corpus.Source
	for k := range n {
		town := string(rune('a'+k%26)) + "-town"
		label := "B-LOC"
		if k%26%2 == 1 {
			label = "B-ORG"
		}
		s, err := corpus.NewSentence([][]string{{"see", "O"}, {town, label}, {fmt.Sprintf("now%d", k%3), "O"}})
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
	}
	return source
}

func base(t *testing.T) recipe.Config {
	t.Helper()
	return recipe.Config{Threads: 1, Loss: "cross-entropy", Epochs: new(30), Dev: towns(t, 26)}
}

// More towns in the training data give a better score. The last point equals plain training.
func TestLearningCurve(t *testing.T) {
	source := towns(t, 52)
	var steps []study.CurveProgress
	c := study.LearningCurve{Base: base(t), Fractions: []float64{0.5, 1, 0.125, 0.25}, Runs: 3,
		Progress: func(p study.CurveProgress) { steps = append(steps, p) }}
	r, err := c.Run(t.Context(), source)
	require.NoError(t, err)
	require.Len(t, r.Points, 4)
	assert.Equal(t, "F1", r.Score)
	for k, n := range []int{7, 13, 26, 52} {
		p := r.Points[k]
		assert.InDelta(t, n, p.Sentences, 2, "some have to be added for labels")
		assert.Len(t, p.Score.Values, 3)
		if k > 0 {
			assert.GreaterOrEqual(t, p.Score.Mean, r.Points[k-1].Score.Mean)
			assert.Greater(t, p.Tokens, r.Points[k-1].Tokens)
		}
	}
	last := r.Points[3]
	trained, err := learning.Train(t.Context(), source, base(t), nil)
	require.NoError(t, err)
	assert.InDelta(t, trained.Summary.Dev.F1, last.Score.Values[0], 0)
	assert.InDelta(t, 1, last.Score.Mean, 0)
	assert.Equal(t, 3*52, last.Tokens)
	require.Len(t, steps, 12)
	assert.Equal(t, study.CurveProgress{Run: 3, Runs: 3, Number: 4, Of: 4, Sentences: 52, Score: 1, Seconds: steps[11].Seconds}, steps[11])

	require.NotNil(t, r.Gain)
	assert.Equal(t, r.Points[2].Sentences, r.Gain.From)
	assert.Equal(t, 52, r.Gain.To)
	for k, v := range r.Gain.Double.Values {
		want := (last.Score.Values[k] - r.Points[2].Score.Values[k]) / math.Log2(52/float64(r.Gain.From))
		assert.InDelta(t, want, v, 1e-12)
	}
	assert.True(t, r.Gain.Helped)
	assert.Contains(t, r.Gain.String(), "more data would probably help: from ")
	assert.InDelta(t, r.Gain.Double.SD/math.Sqrt(3), r.Gain.SE, 1e-12)

	again, err := c.Run(t.Context(), source)
	require.NoError(t, err)
	for k := range again.Points {
		again.Points[k].Seconds = r.Points[k].Seconds
	}
	assert.Equal(t, r, again)
}

func TestLearningCurveWithoutGain(t *testing.T) {
	r, err := study.LearningCurve{Base: base(t), Fractions: []float64{0.75, 1}, Runs: 1}.Run(t.Context(), towns(t, 260))
	require.NoError(t, err)
	assert.False(t, r.Gain.Helped)
	assert.Equal(t, "no sign that more data would help: from 195 to 260 sentences, the score changed by +0.00 points per doubling (p = 1)", r.Gain.String())
	one, err := study.LearningCurve{Base: base(t), Fractions: []float64{1}, Runs: 1}.Run(t.Context(), towns(t, 26))
	require.NoError(t, err)
	assert.Nil(t, one.Gain)
}

// Without development data, sentences are held out. All kinds of model can be trained.
func TestLearningCurveHoldsOut(t *testing.T) {
	for _, kind := range []string{model.Chain, model.SemiMarkov, model.Pruned} {
		c := study.LearningCurve{Base: recipe.Config{Threads: 1, ModelType: kind, Epochs: new(5)}, Runs: 1, HoldOut: 0.5, Metric: "accuracy"}
		r, err := c.Run(t.Context(), towns(t, 104))
		require.NoError(t, err, kind)
		assert.Equal(t, 52, r.Tested)
		assert.InDelta(t, 0.5, *r.HoldOut, 0)
		assert.Equal(t, "accuracy", r.Score)
		var sizes []int
		for _, p := range r.Points {
			sizes = append(sizes, p.Sentences)
		}
		assert.Equal(t, []int{26, 52}, sizes, "half of it would be fewer than 20 sentences")
	}
}

func TestLearningCurveInterrupted(t *testing.T) {
	for _, done := range []int{1, 5} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		c := study.LearningCurve{Base: base(t), Fractions: []float64{0.5, 1}, Runs: 4, Progress: func(study.CurveProgress) {
			if n++; n == done {
				cancel()
			}
		}}
		r, err := c.Run(ctx, towns(t, 52))
		require.ErrorIs(t, err, context.Canceled)
		if done == 1 {
			assert.Nil(t, r)
			continue
		}
		assert.True(t, r.Interrupted)
		assert.Equal(t, 2, r.Runs)
		assert.Len(t, r.Points[0].Score.Values, 2)
	}
}

func TestLearningCurveRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		curve  study.LearningCurve
		option string
	}{
		"dev":       {study.LearningCurve{Base: recipe.Config{Dev: corpus.Source{Paths: []string{"-"}}}}, "dev"},
		"two ways":  {study.LearningCurve{Base: base(t), HoldOut: 0.1}, "holdout"},
		"share":     {study.LearningCurve{HoldOut: 1}, "holdout"},
		"fractions": {study.LearningCurve{Fractions: []float64{1, 0}}, "fractions"},
		"NaN":       {study.LearningCurve{Fractions: []float64{math.NaN()}}, "fractions"},
		"runs":      {study.LearningCurve{Runs: -1}, "seeds"},
		"metric":    {study.LearningCurve{Metric: "bleu"}, "metric"},
		"init":      {study.LearningCurve{Base: recipe.Config{Init: "m"}}, "init"},
		"base":      {study.LearningCurve{Base: recipe.Config{MinCount: -1}}, "min-count"},
	} {
		r, err := c.curve.Run(t.Context(), towns(t, 26))
		var e *model.OptionError
		if assert.ErrorAs(t, err, &e, name) {
			assert.Equal(t, c.option, e.Option, name)
		}
		assert.Nil(t, r)
	}
	_, err := study.LearningCurve{}.Run(t.Context(), towns(t, 1))
	require.ErrorIs(t, err, study.ErrSplit)
}

func TestCurveOutputs(t *testing.T) {
	c := &study.Curve{Score: "F1", Dev: "data/<dev>.conll", Points: []study.CurvePoint{
		{Sentences: 10, Score: &study.Spread{Mean: 0.25, SD: 0.05, Values: []float64{0.2, 0.3}}},
		{Sentences: 100, Score: &study.Spread{Mean: 0.5, Values: []float64{0.5}}},
	}}
	var b bytes.Buffer
	require.NoError(t, c.WriteSVG(&b))
	require.NoError(t, xml.Unmarshal(b.Bytes(), new(struct{})))
	for _, text := range []string{"Learning curve on &lt;dev&gt;.conll", ">25.00</text>", ">100</text>", "F1 in %"} {
		assert.Contains(t, b.String(), text)
	}
	text, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"points":[{"sentences":10,"tokens":0,"score":{"mean":0.25,"sd":0.05,"values":[0.2,0.3]}`)
}

func TestMetricNames(t *testing.T) {
	assert.True(t, slices.Contains(study.MetricNames(), "sentence-accuracy"))
	for _, name := range study.MetricNames() {
		r, err := study.LearningCurve{Base: base(t), Fractions: []float64{0.5, 1}, Runs: 1, Metric: name}.Run(t.Context(), towns(t, 26))
		require.NoError(t, err)
		assert.NotEmpty(t, r.Score, name)
		assert.Positive(t, r.Gain.P, name)
	}
}
