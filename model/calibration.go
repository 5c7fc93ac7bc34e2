package model

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/structured"
)

// A Calibration corrects the scores of a trained model. If s(y) is the score of labels y by the
// weights, the model chooses the y with the greatest s(y) + b(y), and
//
//	p(y) = exp((s(y) + b(y)) / temperature) / Z
//
// b(y) is the sum of the biases of the spans or labels of y. A temperature changes probabilities,
// and labels only where they follow from probabilities (TagOptions.Posterior). A bias changes
// labels too. The zero value corrects nothing.
type Calibration struct {
	Temperature float64 `json:"temperature,omitempty"` // positive; 0 means 1
	// Bias holds biases by span type, or by label if the labels encode no spans. Missing ones are
	// 0.
	Bias map[string]float64 `json:"bias,omitempty"`
}

// Gamma returns the inverse of the temperature.
func (c Calibration) Gamma() float64 {
	if c.Temperature == 0 {
		return 1
	}
	return 1 / c.Temperature
}

// Offsets returns what the biases add to the score of a token with each label, or nil if there are
// no biases. In the schemes bio, bioes and ioe2, the bias of a span counts once: at its first token
// (B-, S-), or at its last (E-). The labels of the other schemes do not determine where spans
// begin, so there a bias counts at each token.
func (c Calibration) Offsets(labels []string, scheme structured.Scheme) []float64 {
	if len(c.Bias) == 0 {
		return nil
	}
	offsets := make([]float64, len(labels))
	for j, name := range labels {
		if typ, ok := BiasOf(name, scheme); ok {
			offsets[j] = c.Bias[typ]
		}
	}
	return offsets
}

// BiasOf returns the key of the bias that a label carries, and whether it carries one.
func BiasOf(label string, scheme structured.Scheme) (key string, ok bool) {
	if scheme == structured.Plain {
		return label, true
	}
	letter, typ := structured.SplitLabel(label)
	switch scheme {
	case structured.BIO, structured.BIOES:
		return typ, letter == 'B' || letter == 'S'
	case structured.IOE2:
		return typ, letter == 'E'
	}
	return typ, letter != 'O'
}

// Version returns the version of a model file, given the version without biases. Biases are in the
// next version, because a reader that ignored them would give other labels.
func (c Calibration) Version(without uint32) uint32 {
	if len(c.Bias) > 0 {
		return without + 1
	}
	return without
}

// Clone returns a deep copy.
func (c Calibration) Clone() Calibration {
	c.Bias = maps.Clone(c.Bias)
	return c
}

// String describes the calibration in a line, such as "temperature 1.2, bias LOC +0.3". It is empty
// for the zero value.
func (c Calibration) String() string {
	var list []string
	if c.Temperature != 0 {
		list = append(list, "temperature "+shortest(c.Temperature))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Bias)) {
		list = append(list, fmt.Sprintf("bias %s %+.4g", name, c.Bias[name]))
	}
	return strings.Join(list, ", ")
}

func shortest(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// put adds the calibration to the metadata of a file.
func (c Calibration) put(stored map[string]string) {
	if c.Temperature != 0 {
		stored[keyTemperature] = shortest(c.Temperature)
	}
	for name, v := range c.Bias {
		stored[prefixBias+name] = shortest(v)
	}
}

// parseCalibration is the inverse of put.
func parseCalibration(stored map[string]string) (c Calibration, err error) {
	number := func(key, text string) float64 {
		v, failed := strconv.ParseFloat(text, 64)
		if failed != nil || math.IsNaN(v) || math.IsInf(v, 0) || key == keyTemperature && v <= 0 {
			err = fmt.Errorf("%w: %s %q", ErrModel, key, text)
		}
		return v
	}
	if text, ok := stored[keyTemperature]; ok {
		c.Temperature = number(keyTemperature, text)
	}
	for key, text := range stored {
		if name, ok := strings.CutPrefix(key, prefixBias); ok {
			if c.Bias == nil {
				c.Bias = make(map[string]float64)
			}
			c.Bias[name] = number(key, text)
		}
	}
	return c, err
}
