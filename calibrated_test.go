package trellis_test

import (
	"bytes"
	"context"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// calibrated returns a model of saved with a calibration, through a file.
func calibrated(t testing.TB, path string, c model.Calibration) *trellis.Model {
	t.Helper()
	m, err := trellis.Open(path)
	require.NoError(t, err)
	defer m.Close()
	m.Labeller().Metadata().Calibration = c
	file := filepath.Join(t.TempDir(), "calibrated")
	require.NoError(t, m.SaveFile(file))
	made, err := trellis.Open(file)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, made.Close()) })
	return made
}

var calibration = model.Calibration{Temperature: 1.75, Bias: map[string]float64{"PER": 0.8, "LOC": -1.25, "ORG": 0.1}}

// sentences are short, so that tests can list all labellings.
var sentences = []string{"Maria moved to Lisbon", "in Rome", "Ana", "the Red Cross"}

// everything returns all labellings of a sentence with their probabilities.
func everything(t testing.TB, m *trellis.Model, words []string, spans bool) []model.Labelling {
	t.Helper()
	list, err := m.Label(sentenceOf(words), model.TagOptions{NBest: 1 << 14, Probabilities: true, Spans: spans})
	require.NoError(t, err)
	require.Less(t, len(list), 1<<14)
	return list
}

func sentenceOf(words []string) model.Sentence {
	rows := make(features.Rows, len(words))
	for t, word := range words {
		rows[t] = []string{word}
	}
	return model.Sentence{Columns: rows}
}

// All results of a calibrated model follow from the scores of the raw model, on all structures.
func TestCalibratedByEnumeration(t *testing.T) {
	for kind, path := range saved(t) {
		raw := calibrated(t, path, model.Calibration{})
		made := calibrated(t, path, calibration)
		assert.Equal(t, calibration, made.Labeller().Metadata().Calibration)
		for _, text := range sentences {
			words := strings.Fields(text)
			scores, sum := make(map[string]float64), 0.0
			shares, spans := make(map[int]map[string]float64), make(map[annotation.Span]float64)
			best := math.Inf(-1)
			all := everything(t, raw, words, false)
			for _, l := range all {
				score := l.Score
				for _, s := range annotation.AppendSpans(nil, l.Labels) {
					score += calibration.Bias[s.Type]
				}
				scores[strings.Join(l.Labels, " ")] = score
				best = max(best, score)
				sum += math.Exp(score / calibration.Temperature)
			}
			for _, l := range all {
				p := math.Exp(scores[strings.Join(l.Labels, " ")]/calibration.Temperature) / sum
				for at, label := range l.Labels {
					if shares[at] == nil {
						shares[at] = make(map[string]float64)
					}
					shares[at][label] += p
				}
				for _, s := range annotation.AppendSpans(nil, l.Labels) {
					spans[s] += p
				}
			}
			list := everything(t, made, words, true)
			require.Len(t, list, len(all), kind)
			assert.InDelta(t, best, list[0].Score, 1e-5, kind)
			for _, l := range list {
				score := scores[strings.Join(l.Labels, " ")]
				require.InDelta(t, score, l.Score, 1e-5, kind)
				require.InDelta(t, math.Exp(score/calibration.Temperature)/sum, l.Probability, 1e-6, kind)
				for at, label := range l.Labels {
					require.InDelta(t, shares[at][label], l.Probabilities[at], 1e-6, kind)
				}
				for _, s := range l.Spans {
					require.InDelta(t, spans[s.Span], s.Probability, 1e-6, kind)
				}
			}
			labels, err := made.Tag(words)
			require.NoError(t, err)
			assert.Equal(t, list[0].Labels, labels, kind)
		}
	}
}

// A temperature changes probabilities, but no labels and no scores.
func TestTemperatureKeepsLabels(t *testing.T) {
	for kind, path := range saved(t) {
		raw := calibrated(t, path, model.Calibration{})
		made := calibrated(t, path, model.Calibration{Temperature: 3})
		for _, text := range sentences {
			words := strings.Fields(text)
			before, after := everything(t, raw, words, false), everything(t, made, words, false)
			for k := range before {
				assert.Equal(t, before[k].Labels, after[k].Labels, kind)
				assert.Equal(t, before[k].Score, after[k].Score, kind)
			}
			if len(before) > 1 {
				assert.Greater(t, before[0].Probability, after[0].Probability, kind)
			}
		}
	}
}

// A model without calibration has the same bytes as before. Biases need the next version of the
// format, which older readers refuse.
func TestCalibrationInFiles(t *testing.T) {
	for kind, path := range saved(t) {
		original, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, c := range []model.Calibration{{}, {Temperature: 2}, calibration} {
			var files [2][]byte
			for k := range files {
				file := filepath.Join(t.TempDir(), "m")
				require.NoError(t, calibrated(t, path, c).SaveFile(file))
				files[k], err = os.ReadFile(file)
				require.NoError(t, err)
			}
			assert.Equal(t, files[0], files[1], kind)
			assert.Equal(t, c.String() == "", bytes.Equal(original, files[0]), kind)
			version := original[8]
			if len(c.Bias) > 0 {
				version++
			}
			assert.Equal(t, version, files[0][8], kind)
		}
		d, err := calibrated(t, path, calibration).Describe(0)
		require.NoError(t, err)
		assert.Equal(t, "1.75", d.Notes["temperature"])
		assert.Equal(t, "-1.25", d.Notes["bias.LOC"])
	}
}

func TestCalibratedModelIsSafeForConcurrentUse(t *testing.T) {
	for kind, path := range saved(t) {
		m := calibrated(t, path, calibration)
		words := strings.Fields(sentences[0])
		want := everything(t, m, words, true)
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() { assert.Equal(t, want, everything(t, m, words, true), kind) })
		}
		wait.Wait()
	}
}

// The output of other tools has the probabilities of the calibration.
func TestCalibratedOutputOfTools(t *testing.T) {
	m := calibrated(t, saved(t)[model.Chain], calibration)
	words := strings.Fields(sentences[0])
	want := everything(t, m, words, false)[0]
	var out bytes.Buffer
	text := strings.NewReader(strings.Join(words, "\n") + "\n")
	o := trellis.FileOptions{OutputFormat: "crfsuite", Probabilities: true}
	require.NoError(t, m.TagFiles(context.Background(), &out, trellis.Source{Paths: []string{"-"}, Stdin: text}, o))
	for at, line := range strings.Fields(out.String()) {
		label, share, _ := strings.Cut(line, ":")
		p, err := strconv.ParseFloat(share, 64)
		require.NoError(t, err)
		assert.Equal(t, want.Labels[at], label)
		assert.InDelta(t, want.Probabilities[at], p, 1e-6)
	}
	assert.Len(t, strings.Fields(out.String()), len(words))
}

// Pruning keeps the calibration. Export to CRFsuite keeps a temperature and refuses biases.
func TestPruneAndExportOfCalibratedModels(t *testing.T) {
	path := saved(t)[model.Chain]
	made, err := calibrated(t, path, calibration).Prune(trellis.PruneOptions{Below: 0.01})
	require.NoError(t, err)
	assert.True(t, maps.Equal(calibration.Bias, made.Labeller().Metadata().Calibration.Bias))
	file := filepath.Join(t.TempDir(), "exported")
	_, err = calibrated(t, path, calibration).ExportCRFsuite(file)
	require.ErrorContains(t, err, "bias LOC -1.25")
	_, err = calibrated(t, path, model.Calibration{Temperature: 2}).ExportCRFsuite(file)
	require.NoError(t, err)
	exported, err := trellis.Open(file)
	require.NoError(t, err)
	assert.NoError(t, exported.Close())
}
