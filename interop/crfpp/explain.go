package crfpp

import (
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
)

var _ explain.Model = (*Model)(nil)

// NewDecoderOfTerms implements [explain.Model].
func (m *Model) NewDecoderOfTerms(model.TagOptions) (explain.Decoder, error) {
	d := m.NewDecoder()
	var trans []float64
	for pair, w := range m.Transitions() {
		if trans == nil {
			trans = make([]float64, len(m.labels)*len(m.labels))
		}
		trans[pair[0]*len(m.labels)+pair[1]] += float64(float32(w))
	}
	return &termDecoder{chain.NewLedger(m, d.Answers, trans), d}, nil
}

// A termDecoder decodes as d does, with scores that are summed in float64.
type termDecoder struct {
	*chain.Ledger
	d *Decoder
}

// ReadItems implements [explain.Decoder].
func (t *termDecoder) ReadItems(items [][]attrfile.Attribute) error { return t.d.ReadItems(items) }

// Read implements [explain.Decoder].
func (t *termDecoder) Read(seq features.Sequence) error {
	if err := t.d.Read(seq); err != nil {
		return err
	}
	t.Reset()
	l := len(t.d.m.labels)
	for i := range t.d.extractor.Len() {
		for _, name := range t.d.extractor.Unigrams(i) {
			t.add(&t.Nodes, name, l)
		}
		t.Nodes.Next()
		for _, name := range t.d.extractor.Bigrams(i) {
			t.add(&t.Pairs, name, l*l)
		}
		t.Pairs.Next()
	}
	return t.SettleAll()
}

// add adds an attribute that the model has, with its block of n weights.
func (t *termDecoder) add(s *chain.Sheet, name []byte, n int) {
	at, ok := t.d.m.names.find(name)
	if !ok {
		return
	}
	s.Add(string(name), 1)
	for k, w := range t.d.m.weights[at:][:n] {
		s.Weight(k, float64(float32(w))) // in the precision of crf_test
	}
}
