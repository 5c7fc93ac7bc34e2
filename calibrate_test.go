package trellis_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/model"
)

// labelledIn returns options for a label column.
func labelledIn(column string) trellis.CalibrateOptions {
	return trellis.CalibrateOptions{Label: column, Threads: 2}
}

// The report has the scores that evaluation gives, before and after, for all kinds of model.
func TestCalibrateReport(t *testing.T) {
	ctx, data := context.Background(), trellis.Files(dev)
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		o := labelledIn("3")
		_, r, err := m.Calibrate(ctx, data, o)
		require.NoError(t, err, kind)
		assert.Nil(t, r.HeldOut)
		assert.Less(t, r.After.Loss, r.Before.Loss, kind)
		if r.Unlikely == 0 {
			assert.Less(t, r.After.Calibration.ECE, r.Before.Calibration.ECE, kind)
		}
		assert.Equal(t, r.Before.F1, r.After.F1, kind)
		o.Target = "f1"
		made, r, err := m.Calibrate(ctx, data, o)
		require.NoError(t, err, kind)
		assert.Equal(t, r.Calibration, made.Labeller().Metadata().Calibration)
		assert.GreaterOrEqual(t, r.After.F1, r.Before.F1, kind)
		for _, side := range []struct {
			m    *trellis.Model
			want trellis.CalibrationScores
		}{{m, r.Before}, {made, r.After}} {
			got, err := side.m.EvaluateFiles(ctx, data, trellis.EvalOptions{Label: "3", Calibration: true})
			require.NoError(t, err)
			assert.Equal(t, side.want.F1, got.F1, kind)
			assert.Equal(t, side.want.Accuracy, got.Accuracy, kind)
			assert.InDelta(t, side.want.Calibration.ECE, got.Calibration.ECE, 1e-12, kind)
			assert.InDelta(t, side.want.Calibration.Brier, got.Calibration.Brier, 1e-12, kind)
		}
		again, second, err := made.Calibrate(ctx, data, o)
		require.NoError(t, err)
		assert.Equal(t, r, second, "a calibration replaces the one before")
		assert.Equal(t, made.Labeller().Metadata(), again.Labeller().Metadata())

		var table, encoded bytes.Buffer
		require.NoError(t, r.WriteTable(&table))
		assert.Contains(t, table.String(), fmt.Sprintf("temperature %g\n", r.Calibration.Temperature))
		require.NoError(t, json.NewEncoder(&encoded).Encode(r))
		assert.Contains(t, encoded.String(), `"temperature":`)
		require.NoError(t, made.Close())
		require.NoError(t, m.Close())
	}
}

func TestCalibrateReachesTargets(t *testing.T) {
	ctx, data := context.Background(), trellis.Files(dev)
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		o := labelledIn("3")
		o.Target, o.KeepProbabilities = "recall=0.35", true
		made, r, err := m.Calibrate(ctx, data, o)
		require.NoError(t, err, kind)
		assert.Zero(t, r.Calibration.Temperature)
		assert.Less(t, r.Before.Recall, 0.35, "the target needs a bias")
		assert.GreaterOrEqual(t, r.After.Recall, 0.35, kind)
		assert.True(t, r.HeldOut.Kept)
		scores, err := made.EvaluateFiles(ctx, data, trellis.EvalOptions{Label: "3"})
		require.NoError(t, err)
		assert.Equal(t, r.After.Recall, scores.Recall)

		o.Target, o.Types = "", []string{"PER=precision=0.9"}
		_, r, err = m.Calibrate(ctx, data, o)
		require.NoError(t, err, kind)
		assert.GreaterOrEqual(t, r.After.Labels["PER"].Precision, 0.9, kind)
		require.NoError(t, m.Close())
	}
}

// Thresholds drop the spans whose probabilities are lower, and no others.
func TestCalibrateThresholds(t *testing.T) {
	ctx, data := context.Background(), trellis.Files(dev)
	for kind, path := range saved(t) {
		m, err := trellis.Open(path)
		require.NoError(t, err)
		o := labelledIn("3")
		raw, err := m.EvaluateFiles(ctx, data, trellis.EvalOptions{Label: "3"})
		require.NoError(t, err)
		if raw.Predicted == 0 { // the small pruned model
			continue
		}
		want := raw.Precision + 0.03
		o.Method, o.Target = trellis.CalibrateThreshold, fmt.Sprint("precision=", want)
		made, r, err := m.Calibrate(ctx, data, o)
		require.NoError(t, err, kind)
		assert.GreaterOrEqual(t, r.After.Precision, want, kind)
		assert.Empty(t, r.Calibration.Bias)
		least := r.Calibration.Threshold["PER"]
		assert.Equal(t, least, r.Calibration.Threshold["LOC"], kind)
		var table bytes.Buffer
		require.NoError(t, r.WriteTable(&table))
		assert.Contains(t, table.String(), "threshold of")

		file := filepath.Join(t.TempDir(), "model")
		require.NoError(t, made.SaveFile(file))
		again, err := trellis.Open(file)
		require.NoError(t, err)
		assert.Equal(t, r.Calibration, again.Labeller().Metadata().Calibration, kind)
		scores, err := again.EvaluateFiles(ctx, data, trellis.EvalOptions{Label: "3"})
		require.NoError(t, err)
		assert.Equal(t, r.After.Precision, scores.Precision, kind)
		assert.Equal(t, r.After.Recall, scores.Recall, kind)

		warm := calibrated(t, path, model.Calibration{Temperature: r.Calibration.Temperature})
		dropped := 0
		for _, words := range wordsOf(dev) {
			before, err := warm.Label(sentenceOf(words), model.TagOptions{Spans: true, Probabilities: true})
			require.NoError(t, err)
			after, err := again.Label(sentenceOf(words), model.TagOptions{Spans: true, Probabilities: true})
			require.NoError(t, err)
			var want []model.Span
			for _, s := range before[0].Spans {
				if s.Probability >= least {
					want = append(want, s)
					continue
				}
				dropped++
				for at := s.Start; at < s.End; at++ {
					assert.Equal(t, "O", after[0].Labels[at], kind)
				}
				if kind == model.SemiMarkov {
					continue
				}
				fixed := slices.Repeat([]string{""}, len(words))
				fixed[s.Start] = before[0].Labels[s.Start]
				tagger, err := again.Labeller().NewTagger(model.TagOptions{Fixed: true})
				require.NoError(t, err)
				kept, err := tagger.Label(sentenceOf(words), fixed)
				require.NoError(t, err)
				assert.Equal(t, fixed[s.Start], kept[0].Labels[s.Start], "fixed labels stay")
			}
			assert.Equal(t, len(want), len(after[0].Spans), kind)
			for k, s := range want {
				assert.Equal(t, s, after[0].Spans[k], kind)
			}
		}
		assert.Positive(t, dropped, kind)
		require.NoError(t, again.Close())
		require.NoError(t, m.Close())
	}
}

// wordsOf returns the words of the sentences of a file.
func wordsOf(name string) (list [][]string) {
	text, _ := os.ReadFile(name)
	for block := range strings.SplitSeq(string(text), "\n\n") {
		var words []string
		for line := range strings.Lines(block) {
			words = append(words, strings.Fields(line)[0])
		}
		list = append(list, words)
	}
	return list
}

// Labels that encode no spans can have biases too.
func TestCalibratePlainLabels(t *testing.T) {
	ctx := context.Background()
	config := trellis.Config{Label: "2", Epochs: new(3), CostScale: new(3.0)}
	m, _, err := trellis.Train(ctx, trellis.Files(train), config)
	require.NoError(t, err)
	o := labelledIn("2")
	o.Types = []string{"NOUN=recall=0.99"}
	_, r, err := m.Calibrate(ctx, trellis.Files(dev), o)
	require.NoError(t, err)
	assert.Contains(t, r.Calibration.Bias, "NOUN")
	assert.GreaterOrEqual(t, r.After.Labels["NOUN"].Recall, 0.99)
	o.Types, o.Target = nil, "f1"
	_, r, err = m.Calibrate(ctx, trellis.Files(dev), o)
	require.NoError(t, err)
	assert.NotZero(t, r.Calibration.Temperature)
}

func TestCalibrateReadsStandardInputOnce(t *testing.T) {
	m, err := trellis.Open(saved(t)[model.Chain])
	require.NoError(t, err)
	defer m.Close()
	_, want, err := m.Calibrate(context.Background(), trellis.Files(dev), labelledIn("3"))
	require.NoError(t, err)
	source := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(sample.Dev)}
	_, got, err := m.Calibrate(context.Background(), source, labelledIn("3"))
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestCalibrateRefuses(t *testing.T) {
	ctx, data := context.Background(), trellis.Files(dev)
	m, err := trellis.Open(saved(t)[model.Chain])
	require.NoError(t, err)
	defer m.Close()
	for option, o := range map[string]trellis.CalibrateOptions{
		"target": {Target: "precision"}, "type": {Types: []string{"PER"}}, "folds": {Folds: 1}, "method": {Method: "threshold"},
	} {
		_, _, err := m.Calibrate(ctx, data, o)
		var refused *trellis.OptionError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, option, refused.Option)
	}
	o := labelledIn("3")
	o.Types = []string{"DATE=f1"}
	_, _, err = m.Calibrate(ctx, data, o)
	require.ErrorContains(t, err, `"DATE" is none of`)
	o.Types, o.Target = nil, "recall=1"
	_, _, err = m.Calibrate(ctx, data, o)
	require.ErrorContains(t, err, "no bias reaches recall=1")

	for tool, path := range foreign() {
		other, err := trellis.Open(path)
		require.NoError(t, err)
		_, _, err = other.Calibrate(ctx, data, trellis.CalibrateOptions{})
		require.ErrorIs(t, err, trellis.ErrKind, tool)
		require.NoError(t, other.Close())
	}
	plain, _, err := trellis.Train(ctx, trellis.Files(train), trellis.Config{Label: "2", Epochs: new(1)})
	require.NoError(t, err)
	_, _, err = plain.Calibrate(ctx, data, trellis.CalibrateOptions{Target: "recall=0.9"})
	require.ErrorContains(t, err, "encode no spans")
	_, _, err = plain.Calibrate(ctx, data, trellis.CalibrateOptions{Types: []string{"NOUN=recall=0.9"}, Method: trellis.CalibrateThreshold})
	require.ErrorContains(t, err, "schemes bio, bioes and ioe2")
	_, _, err = plain.Calibrate(ctx, data, trellis.CalibrateOptions{Method: "thresholds"})
	require.ErrorContains(t, err, "want bias or threshold")
}
