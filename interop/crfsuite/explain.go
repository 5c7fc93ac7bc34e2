package crfsuite

import (
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
)

var _ explain.Model = (*Labeller)(nil)

// NewDecoderOfTerms implements [explain.Model].
func (x *Labeller) NewDecoderOfTerms(model.TagOptions) (explain.Decoder, error) {
	d := x.NewDecoder()
	return &termDecoder{chain.NewLedger(x, d.Answers, x.space.Transitions()), d}, nil
}

// A termDecoder decodes as d does.
type termDecoder struct {
	*chain.Ledger
	d *Decoder
}

// Read implements [explain.Decoder].
func (t *termDecoder) Read(seq features.Sequence) error { return t.d.Read(seq) }

// ReadItems implements [explain.Decoder].
func (t *termDecoder) ReadItems(items [][]attrfile.Attribute) error {
	if err := t.d.ReadItems(items); err != nil {
		return err
	}
	t.Reset()
	index := t.d.x.index
	for _, item := range items {
		for k, e := range index.find(t.d.found, item) {
			if e.end == e.start {
				continue
			}
			t.Nodes.Add(item[k].Name, item[k].Value)
			for _, f := range index.features[e.start:e.end] {
				t.Nodes.Weight(f.Label, f.Weight)
			}
		}
		t.Nodes.Next()
	}
	return t.Settle()
}
