package interop

import (
	"fmt"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// ToCRFsuite converts the content of a model to a model of CRFsuite, with the same weights.
// Templates are dropped: a program that uses the model must make the attributes itself, with the
// names that the templates give them. The error is ErrUnlike for attributes of label pairs, and for
// names that the CRFsuite format does not support.
func ToCRFsuite(p crf.Content) (*crfsuite.Model, error) {
	if n := len(p.Bigrams); n > 0 {
		return nil, fmt.Errorf("%w: %d attributes of label pairs, such as %.40q, but CRFsuite supports only transitions", ErrUnlike, n, p.Bigrams[0].Name)
	}
	m := &crfsuite.Model{Labels: p.Labels, Attributes: make([]crfsuite.Attribute, len(p.Attributes))}
	for k, a := range p.Attributes {
		features := make([]crfsuite.Feature, len(a.Weights))
		for q, w := range a.Weights {
			features[q] = crfsuite.Feature(w)
		}
		m.Attributes[k] = crfsuite.Attribute{Name: a.Name, Features: features}
	}
	for _, t := range p.Transitions {
		m.Transitions = append(m.Transitions, crfsuite.Transition(t))
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnlike, err)
	}
	return m, nil
}
