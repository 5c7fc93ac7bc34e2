package interop

import (
	"fmt"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// ToCRFsuite converts the content of a model to a model of CRFsuite, with the same weights.
// Templates are dropped: a program that uses the model must make the attributes itself, with the
// names that the templates give them. A temperature divides the weights. The error is ErrUnlike for
// attributes of label pairs, for biases, for thresholds, and for names that the CRFsuite format
// does not support.
func ToCRFsuite(p crf.Content) (*crfsuite.Model, error) {
	if p.Input.First != nil {
		return nil, fmt.Errorf("%w: the model reads documents by a first model", ErrUnlike)
	}
	if n := len(p.Bigrams); n > 0 {
		return nil, fmt.Errorf("%w: %d attributes of label pairs, such as %.40q, but CRFsuite supports only transitions", ErrUnlike, n, p.Bigrams[0].Name)
	}
	if c := p.Meta.Calibration; len(c.Bias) > 0 {
		return nil, fmt.Errorf("%w: the calibration has biases (%s), but every weight of CRFsuite belongs to an attribute or a transition; calibrate without a target", ErrUnlike, c)
	}
	if c := p.Meta.Calibration; len(c.Threshold) > 0 {
		return nil, fmt.Errorf("%w: the calibration has thresholds (%s), but CRFsuite drops no spans; calibrate without a target", ErrUnlike, c)
	}
	gamma := p.Meta.Calibration.Gamma()
	m := &crfsuite.Model{Labels: p.Labels, Attributes: make([]crfsuite.Attribute, len(p.Attributes))}
	for k, a := range p.Attributes {
		features := make([]crfsuite.Feature, len(a.Weights))
		for q, w := range a.Weights {
			features[q] = crfsuite.Feature{Label: w.Label, Weight: gamma * w.Weight}
		}
		m.Attributes[k] = crfsuite.Attribute{Name: a.Name, Features: features}
	}
	for _, t := range p.Transitions {
		m.Transitions = append(m.Transitions, crfsuite.Transition{From: t.From, To: t.To, Weight: gamma * t.Weight})
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnlike, err)
	}
	return m, nil
}
