package study_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/study"
)

// phrases returns sentences with BIO chunks.
func phrases(t *testing.T) corpus.Source {
	t.Helper()
	var source corpus.Source
	for k := range 12 {
		word := fmt.Sprintf("x%d", k%5)
		s, err := corpus.NewSentence([][]string{{"the", "B-NP"}, {word, "I-NP"}, {"sees", "B-VP"}, {"no", "B-NP"}, {"dog", "I-NP"}, {".", "O"}})
		require.NoError(t, err)
		source.Sentences = append(source.Sentences, s)
	}
	return source
}

func points(values ...float64) (list []study.Range) {
	for _, v := range values {
		list = append(list, study.Range{Lo: v, Hi: v})
	}
	return list
}

func defaults(r *study.Ranking) (list []study.Trial) {
	for _, t := range r.Trials {
		if t.Default {
			list = append(list, t)
		}
	}
	return list
}

// The default of training is among the settings and equals training with the same base.
func TestTheDefaultIsTried(t *testing.T) {
	source := sentences()
	base := recipe.Config{Threads: 1, Epochs: new(20), Dev: source}
	r, err := study.Search{Base: base, Losses: []string{"perceptron"}}.Run(t.Context(), source)
	require.NoError(t, err)
	require.Len(t, r.Trials, 2)
	found := defaults(r)
	require.Len(t, found, 1)
	assert.Equal(t, "softmax-margin", found[0].Loss)
	assert.Equal(t, []string{"epochs", "threads"}, found[0].Config.Set(), "the labels pick the rest")
	assert.Equal(t, "default: softmax-margin by lbfgs, l2 0.1, l1 0, cost scale 1", found[0].String())

	trained, err := learning.Train(t.Context(), source, base, nil)
	require.NoError(t, err)
	assert.Equal(t, trained.Config.Loss, found[0].Loss)
	assert.InDelta(t, trained.Summary.Dev.F1, *found[0].Mean, 0)
}

// The default loss of chunks is cross-entropy, which the grid already has.
func TestTheDefaultIsTriedOnce(t *testing.T) {
	r, err := study.Search{Base: recipe.Config{Threads: 1}, Losses: []string{"cross-entropy"}, L2: points(0.01, 0.1)}.Run(t.Context(), phrases(t))
	require.NoError(t, err)
	require.Len(t, r.Trials, 2)
	found := defaults(r)
	require.Len(t, found, 1)
	assert.InDelta(t, 0.1, *found[0].L2, 0)
}

func TestSettingsLeaveOutWhatIsOfNoUse(t *testing.T) {
	base := recipe.Config{Threads: 1, CostFN: new(2.0), Cost: "entity", BatchSize: new(2), MinCount: 1}
	r, err := study.Search{Base: base, Losses: []string{"hinge", "cross-entropy"}, L2: points(0.1), CostScale: points(2)}.Run(t.Context(), sentences())
	require.NoError(t, err)
	want := map[string][]string{
		"hinge":          {"min-count", "loss", "cost", "cost-scale", "cost-fn", "optimizer", "l2", "batch-size", "threads"},
		"cross-entropy":  {"min-count", "loss", "optimizer", "l2", "threads"},
		"softmax-margin": {"min-count", "cost", "cost-fn", "threads"}, // the default of training with this cost
	}
	for _, trial := range r.Trials {
		require.NoError(t, trial.Err)
		assert.Equal(t, want[trial.Loss], trial.Config.Set(), trial.Loss)
	}
	assert.Len(t, r.Trials, len(want))
}

func TestRefusedSearches(t *testing.T) {
	for name, c := range map[string]struct {
		search study.Search
		option string
	}{
		"loss":            {study.Search{Losses: []string{"hinge", "log"}}, "loss"},
		"optimizer":       {study.Search{Optimizers: []string{"newton"}}, "optimizer"},
		"metric":          {study.Search{Metric: "bleu"}, "metric"},
		"one fold":        {study.Search{Folds: 1}, "folds"},
		"share":           {study.Search{HoldOut: 1}, "holdout"},
		"trials":          {study.Search{Trials: -1}, "trials"},
		"two ways":        {study.Search{Folds: 2, HoldOut: 0.2}, "holdout"},
		"dev and folds":   {study.Search{Folds: 2, Base: recipe.Config{Dev: sentences()}}, "dev"},
		"range":           {study.Search{L2: []study.Range{{Lo: 0.1, Hi: 1}}}, "l2"},
		"scale":           {study.Search{CostScale: points(0)}, "cost-scale"},
		"no use":          {study.Search{Losses: []string{"hinge"}, Base: recipe.Config{Gamma: new(2.0)}}, "gamma"},
		"all refused":     {study.Search{Losses: []string{"hinge"}, Optimizers: []string{"lbfgs"}}, "optimizer"},
		"varied":          {study.Search{Base: recipe.Config{L2: new(1.0)}}, "l2"},
		"other models":    {study.Search{Base: recipe.Config{ModelType: model.SemiMarkov}}, "model-type"},
		"base is refused": {study.Search{Base: recipe.Config{MinCount: -1}}, "min-count"},
	} {
		r, err := c.search.Run(t.Context(), sentences())
		var e *model.OptionError
		if assert.ErrorAs(t, err, &e, name) {
			assert.Equal(t, c.option, e.Option, name)
		}
		assert.Nil(t, r, name)
	}
}

// A setting that cannot be trained is a trial with an error, ranked last.
func TestFailuresAreTrials(t *testing.T) {
	r, err := study.Search{Base: recipe.Config{Threads: 1}, Losses: []string{"cross-entropy", "hinge"}, Optimizers: []string{"lbfgs"}, L2: points(0.1)}.Run(t.Context(), sentences())
	require.NoError(t, err)
	require.Len(t, r.Trials, 3)
	last := r.Trials[2]
	assert.Equal(t, "hinge", last.Loss)
	assert.ErrorIs(t, last.Err, model.ErrPair)
	assert.Nil(t, last.Mean)
	assert.Equal(t, 3, r.Done)
}

func TestAnInterruptLeavesTheFoldsThatAreDone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s := study.Search{Base: recipe.Config{Threads: 1}, Losses: []string{"cross-entropy"}, L2: points(0.5, 1), Folds: 5}
	s.Progress = func(p study.SearchProgress) {
		if p.Number == 2 && len(p.Trial.Scores) == 3 {
			stop()
		}
	}
	r, err := s.Run(ctx, sentences())
	require.ErrorIs(t, err, context.Canceled)
	assert.True(t, r.Interrupted)
	assert.Equal(t, 3, r.Settings)
	assert.Equal(t, 1, r.Done)
	require.Len(t, r.Trials, 2)
	assert.Len(t, r.Trials[0].Scores, 5)
	assert.Len(t, r.Trials[1].Scores, 3)
	assert.NotNil(t, r.Trials[1].Mean)

	ctx, stop = context.WithCancel(t.Context())
	s.Base.Log = func(string) { stop() }
	s.Progress = nil
	r, err = s.Run(ctx, sentences())
	require.ErrorIs(t, err, context.Canceled)
	assert.Nil(t, r, "nothing was trained")
}

func TestASearchWarnsOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.conll")
	require.NoError(t, os.WriteFile(path, []byte("a\tI-PER\nb\tO\n\nc\tB-PER\nd\tO\n\ne\tB-PER\nf\tO\n"), 0o644))
	var warnings []string
	base := recipe.Config{Threads: 1, Scheme: "bioes", Warn: func(text string) { warnings = append(warnings, text) }}
	_, err := study.Search{Base: base, Losses: []string{"cross-entropy"}, L2: points(0, 1), Folds: 3}.Run(t.Context(), corpus.Source{Paths: []string{path}})
	require.NoError(t, err)
	seen := make(map[string]bool)
	for _, text := range warnings {
		assert.False(t, seen[text], text)
		seen[text] = true
	}
	assert.NotEmpty(t, warnings, "an optimum that is infinitely far away, for one")
}

// Chunks are trained in BIOES, but scores use the labels of the file.
func TestAccuracyIsThatOfTheLabelsOfTheFile(t *testing.T) {
	search := study.Search{Base: recipe.Config{Threads: 1}, Losses: []string{"cross-entropy"}, L2: points(0.01), Metric: "accuracy", Folds: 3}
	r, err := search.Run(t.Context(), phrases(t))
	require.NoError(t, err)
	for _, trial := range r.Trials {
		assert.Equal(t, []float64{1, 1, 1}, trial.Scores, "%v", trial)
	}
}
