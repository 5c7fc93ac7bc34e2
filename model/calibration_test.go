package model_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

func TestMetadataKeepsTheCalibration(t *testing.T) {
	for _, c := range []model.Calibration{
		{}, {Temperature: 1.25}, {Temperature: 1.0 / 3, Bias: map[string]float64{"": 0.1, "B-X": -1e-7, "a b": 3}},
		{Threshold: map[string]float64{"": 0.25, "X": 1e-3}},
	} {
		stored := model.Metadata{Calibration: c}.Map()
		got, err := model.ParseMetadata(stored)
		require.NoError(t, err)
		assert.Equal(t, c, got.Calibration)
		for key := range c.Bias {
			assert.Contains(t, stored, "bias."+key)
		}
		for key := range c.Threshold {
			assert.Contains(t, stored, "threshold."+key)
		}
	}
	for key, values := range map[string][]string{
		"temperature": {"", "0", "-1", "x", "NaN", "Inf", "1e999"}, "bias.X": {"", "x", "NaN", "-Inf"}, "threshold.X": {"", "x", "NaN", "Inf"},
	} {
		for _, value := range values {
			_, err := model.ParseMetadata(map[string]string{key: value})
			require.ErrorIs(t, err, model.ErrModel, "%s %q", key, value)
			assert.ErrorContains(t, err, key)
		}
	}
}

func TestCalibrationClones(t *testing.T) {
	m := model.Metadata{Calibration: model.Calibration{Bias: map[string]float64{"X": 1}, Threshold: map[string]float64{"X": 0.5}}}
	c := m.Clone().Calibration
	c.Bias["X"], c.Threshold["X"] = 2, 0.75
	assert.Equal(t, 1.0, m.Calibration.Bias["X"])
	assert.Equal(t, 0.5, m.Calibration.Threshold["X"])
}

func TestCalibrationString(t *testing.T) {
	assert.Empty(t, model.Calibration{}.String())
	c := model.Calibration{Temperature: 1.5, Bias: map[string]float64{"LOC": 0.25, "PER": -1}, Threshold: map[string]float64{"ORG": 0.4}}
	assert.Equal(t, "temperature 1.5, bias LOC +0.25, bias PER -1, threshold ORG 0.4", c.String())
	assert.Equal(t, uint32(4), model.Calibration{Threshold: c.Threshold}.Version(3))
	assert.Equal(t, 1/1.5, c.Gamma())
	assert.Equal(t, 1.0, model.Calibration{}.Gamma())
}

// A span of any length carries its bias once where the labels of the scheme allow that.
func TestOffsetsOfSchemes(t *testing.T) {
	c := model.Calibration{Bias: map[string]float64{"X": 2, "NOUN": 3}}
	for scheme, want := range map[structured.Scheme][2][]float64{
		structured.BIO:   {{0, 2, 0, 0, 2}, {2, 2}},
		structured.BIOES: {{0, 2, 0, 0, 2}, {2, 2}},
		structured.IOE2:  {{0, 0, 0, 2, 0}, {2, 2}},
		structured.IO:    {{0, 2, 2, 2, 2}, {2, 4}},
		structured.IOB1:  {{0, 2, 2, 2, 2}, {2, 4}},
		structured.IOE1:  {{0, 2, 2, 2, 2}, {2, 4}},
	} {
		labels := []string{"O", "B-X", "I-X", "E-X", "S-X"}
		assert.Equal(t, want[0], c.Offsets(labels, scheme), scheme)
		number := make(map[string]float64)
		for j, v := range c.Offsets(labels, scheme) {
			number[labels[j]] = v
		}
		for k, n := range []int{1, 2} { // spans of one and of two tokens
			inside := make([]string, n)
			for t := range inside {
				inside[t] = written(scheme, t, n)
			}
			sum := 0.0
			for _, name := range inside {
				sum += number[name]
			}
			assert.Equal(t, want[1][k], sum, "%v %v", scheme, inside)
		}
	}
	assert.Equal(t, []float64{0, 3}, c.Offsets([]string{"VERB", "NOUN"}, structured.Plain))
	assert.Nil(t, model.Calibration{Temperature: 2}.Offsets([]string{"VERB"}, structured.Plain))
}

// written returns the label of token t in a span of n tokens.
func written(scheme structured.Scheme, t, n int) string {
	switch {
	case scheme == structured.BIOES && n == 1:
		return "S-X"
	case (scheme == structured.BIOES || scheme == structured.BIO) && t == 0:
		return "B-X"
	case (scheme == structured.BIOES || scheme == structured.IOE2) && t == n-1:
		return "E-X"
	}
	return "I-X"
}
