package crf

import (
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
)

var _ explain.Model = (*Model)(nil)

// NewDecoderOfTerms implements [explain.Model]. It fails with model.ErrInput if the model has more
// than 8192 labels.
func (m *Model) NewDecoderOfTerms(o model.TagOptions) (explain.Decoder, error) {
	if err := m.fits(); err != nil {
		return nil, err
	}
	d := m.NewDecoder()
	d.constrain(!o.Unconstrained)
	d.prune(!o.NoDictionary)
	x := &termDecoder{Ledger: chain.NewLedger(m, d.Answers, m.space().Transitions()), d: d}
	if m.program != nil {
		x.extractor = m.program.NewExtractor()
	}
	return x, nil
}

// A termDecoder decodes as d does, with nodes that are summed in float64.
type termDecoder struct {
	*chain.Ledger
	d         *Decoder
	extractor *features.Extractor // nil for ready-made attributes
	outcomes  []uint16
	pairs     []uint32
	weights   []float64
}

// Read implements [explain.Decoder].
func (x *termDecoder) Read(seq features.Sequence) error {
	if err := x.d.Read(seq); err != nil {
		return err
	}
	x.Reset()
	x.extractor.Reset(seq)
	for t := range x.extractor.Len() {
		if len(x.d.chain.At(t)) != 1 { // else the decoder does not look up attributes
			for _, name := range x.extractor.Unigrams(t) {
				x.add(name, 1)
			}
			for _, v := range x.extractor.Values(t) {
				x.add(v.Name, v.Value)
			}
		}
		x.Nodes.Next()
		for _, name := range x.extractor.Bigrams(t) {
			x.addPairs(name)
		}
		x.Pairs.Next()
	}
	return x.SettleNodes()
}

// ReadItems implements [explain.Decoder].
func (x *termDecoder) ReadItems(items [][]attrfile.Attribute) error {
	if err := x.d.ReadItems(items); err != nil {
		return err
	}
	x.Reset()
	for _, item := range items {
		for _, a := range item {
			x.add([]byte(a.Name), a.Value)
		}
		x.Nodes.Next()
	}
	return x.SettleNodes()
}

// add adds an attribute that the model has to the current token.
func (x *termDecoder) add(name []byte, value float64) {
	s := &x.d.m.attrs
	at := s.find(keyOf(x.d.m.hasher.Of(name)))
	if at.N == 0 {
		return
	}
	x.Nodes.Add(string(name), value)
	x.outcomes, x.weights = s.append(at, x.outcomes[:0], x.weights[:0])
	for k, label := range x.outcomes {
		x.Nodes.Weight(int(label), x.weights[k])
	}
}

// addPairs adds a bigram attribute that the model has to the current token.
func (x *termDecoder) addPairs(name []byte) {
	s := &x.d.m.bigrams
	if s.used == 0 {
		return
	}
	at := s.find(keyOf(x.d.m.hasher.Of(name)))
	if at.N == 0 {
		return
	}
	x.Pairs.Add(string(name), 1)
	x.pairs, x.weights = s.append(at, x.pairs[:0], x.weights[:0])
	for k, pair := range x.pairs {
		x.Pairs.Weight(int(pair), x.weights[k])
	}
}
