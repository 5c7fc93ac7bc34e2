package semicrf

import "github.com/trellis-nlp/trellis/model"

// Describe describes the model, with the top strongest attributes of each type and role.
func (m *Model) Describe(top int) (*model.Description, error) {
	d := model.Describe(m, top)
	d.ModelType, d.MaxLength, d.SegmentAttributes = model.SemiMarkov, m.MaxLength(), m.SegmentAttributes()
	d.Attributes, d.Features = m.Attributes(), m.Features()
	d.Types = append([]string{"O"}, m.Types()...)
	m.Transitions(func(from, to string, w float64) {
		d.Transitions = append(d.Transitions, model.LabelPair{From: from, To: to, Weight: w})
	})
	if top == 0 {
		return d, nil
	}
	d.Strongest = make(map[string][]model.StrongAttribute)
	m.Weights(func(w Weight) {
		name := w.Type + ", " + w.Role.String()
		d.Strongest[name] = append(d.Strongest[name], model.StrongAttribute{Attribute: w.Attribute, Weight: w.Weight})
	})
	model.KeepStrongest(d.Strongest, top)
	return d, nil
}
