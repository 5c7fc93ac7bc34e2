package model

import (
	"errors"
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
	// Threshold holds least probabilities by span type. A tagger replaces less probable spans by
	// the label O. Missing ones are 0.
	Threshold map[string]float64 `json:"threshold,omitempty"`
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

// CheckThresholds returns an error unless a tagger can replace single spans by O. That needs the
// label O, and a scheme in which the labels of a span do not depend on its neighbours.
func CheckThresholds(m Labeller) error {
	switch m.Scheme() {
	case structured.BIO, structured.BIOES, structured.IOE2:
	default:
		return fmt.Errorf("thresholds need labels in one of the schemes bio, bioes and ioe2, and the model has %s", m.Scheme())
	}
	if !slices.Contains(m.Labels(), "O") {
		return errors.New("thresholds need the label O, and the model has none")
	}
	return nil
}

// Version returns the version of a model file, given the version without biases and thresholds.
// They are in the next version, because a reader that ignored them would give other labels.
func (c Calibration) Version(without uint32) uint32 {
	if len(c.Bias)+len(c.Threshold) > 0 {
		return without + 1
	}
	return without
}

// Clone returns a deep copy.
func (c Calibration) Clone() Calibration {
	c.Bias, c.Threshold = maps.Clone(c.Bias), maps.Clone(c.Threshold)
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
	for _, name := range slices.Sorted(maps.Keys(c.Threshold)) {
		list = append(list, fmt.Sprintf("threshold %s %.4g", name, c.Threshold[name]))
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
	for name, v := range c.Threshold {
		stored[prefixThreshold+name] = shortest(v)
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
	for _, part := range []struct {
		prefix string
		to     *map[string]float64
	}{{prefixBias, &c.Bias}, {prefixThreshold, &c.Threshold}} {
		for key, text := range stored {
			if name, ok := strings.CutPrefix(key, part.prefix); ok {
				if *part.to == nil {
					*part.to = make(map[string]float64)
				}
				(*part.to)[name] = number(key, text)
			}
		}
	}
	return c, err
}
