package prunedcrf

import "github.com/trellis-nlp/trellis/model"

// Describe describes the model, with the top strongest attributes of each label.
func (m *Model) Describe(top int) (*model.Description, error) {
	d := model.Describe(m, top)
	d.ModelType, d.Order, d.LabelParts, d.Thresholds = model.Pruned, new(m.Order()), m.Separator(), m.Thresholds()
	d.Attributes, d.Features = m.Attributes(), m.Features()
	m.Chains(func(from []int, to int, w float64) {
		if len(from) == 1 {
			d.Transitions = append(d.Transitions, model.LabelPair{From: d.Labels[from[0]], To: d.Labels[to], Weight: w})
		} else {
			d.Triples = append(d.Triples, model.LabelTriple{First: d.Labels[from[0]], Second: d.Labels[from[1]], To: d.Labels[to], Weight: w})
		}
	})
	if top == 0 {
		return d, nil
	}
	d.Strongest, d.StrongestParts = make(map[string][]model.StrongAttribute), make(map[string][]model.StrongAttribute)
	m.Weights(func(w Weight) {
		lists := d.Strongest
		if w.Part {
			lists = d.StrongestParts
		}
		lists[w.Outcome] = append(lists[w.Outcome], model.StrongAttribute{Attribute: w.Attribute, Weight: w.Weight})
	})
	model.KeepStrongest(d.Strongest, top)
	model.KeepStrongest(d.StrongestParts, top)
	return d, nil
}
