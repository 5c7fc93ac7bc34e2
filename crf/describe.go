package crf

import "github.com/trellis-nlp/trellis/model"

// Describe summarises the model. Strongest is empty if the model was saved without attribute names.
func (m *Model) Describe(top int) (*model.Description, error) {
	d := model.Describe(m, top)
	d.Weights, d.Stripped = m.precision.String(), m.stripped()
	d.Attributes, d.Features, d.Dictionary = m.Attributes(), m.Features(), m.tagDict.used
	for _, p := range m.transitions() {
		d.Transitions = append(d.Transitions, model.LabelPair{From: d.Labels[p.From], To: d.Labels[p.To], Weight: p.Weight})
	}
	if m.stripped() || top == 0 {
		return d, nil
	}
	p, err := m.Content()
	if err != nil {
		return nil, err
	}
	d.Strongest = make(map[string][]model.StrongAttribute)
	for _, a := range p.Attributes {
		for _, w := range a.Weights {
			label := p.Labels[w.Label]
			d.Strongest[label] = append(d.Strongest[label], model.StrongAttribute{Attribute: a.Name, Weight: w.Weight})
		}
	}
	model.KeepStrongest(d.Strongest, top)
	return d, nil
}
