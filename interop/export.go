package interop

import (
	"fmt"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
)

// ToCRFsuite makes a model of CRFsuite of the content of a model, with every weight as it is. Templates are left
// behind: programs that use the model make the attributes, by the names that the templates give them. Attributes of
// label pairs are an ErrUnlike, as are names that CRFsuite's format cannot hold.
func ToCRFsuite(p crf.Content) (*crfsuite.Model, error) {
	if n := len(p.Bigrams); n > 0 {
		return nil, fmt.Errorf("%w: %d attributes of label pairs, such as %.40q; CRFsuite has none but the transitions", ErrUnlike, n, p.Bigrams[0].Name)
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
