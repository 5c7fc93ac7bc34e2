package wapiti

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

var _ explain.Model = (*Model)(nil)

// NewDecoderOfTerms implements [explain.Model]. For a raw model the error wraps model.ErrInput.
func (m *Model) NewDecoderOfTerms(model.TagOptions) (explain.Decoder, error) {
	if m.program == nil {
		return nil, fmt.Errorf("%w: a raw model of Wapiti reads rows of any number of attributes, not columns", model.ErrInput)
	}
	d := m.NewDecoder()
	var trans []float64
	for pair, w := range m.Transitions() {
		if trans == nil {
			trans = make([]float64, len(m.labels)*len(m.labels))
		}
		trans[pair[0]*len(m.labels)+pair[1]] += w
	}
	return &termDecoder{chain.NewLedger(m, d.Answers, trans), d}, nil
}

// A termDecoder decodes as d does.
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
	m := t.d.m
	for i := range t.d.extractor.Len() {
		for _, name := range t.d.extractor.Unigrams(i) {
			if a, ok := m.number[string(name)]; ok && m.first[a] < m.first[a+1] {
				t.Nodes.Add(string(name), 1)
				for k := m.first[a]; k < m.first[a+1]; k++ {
					t.Nodes.Weight(int(m.label[k]), m.weight[k])
				}
			}
		}
		t.Nodes.Next()
		for _, name := range t.d.extractor.Bigrams(i) {
			if a, ok := m.number[string(name)]; ok && m.pairFirst[a] < m.pairFirst[a+1] {
				t.Pairs.Add(string(name), 1)
				for k := m.pairFirst[a]; k < m.pairFirst[a+1]; k++ {
					t.Pairs.Weight(int(m.pair[k]), m.pairWeight[k])
				}
			}
		}
		t.Pairs.Next()
	}
	if m.kind == MEMM && t.d.edges != structured.NoEdges {
		t.normalize()
	}
	return t.Settle()
}

// normalize sets what each label before a token adds to the score at the token: minus the logarithm
// of the sum that the tool divides by.
func (t *termDecoder) normalize() {
	s := &t.d.sums
	row := make([]float64, s.L)
	for i := range s.T {
		for before := range s.L {
			if i == 0 {
				t.Norm = append(t.Norm, 0)
				continue
			}
			for j := range row {
				row[j] = s.EdgeAt(i)[before*s.L+j] + s.NodeAt(i)[j]
			}
			t.Norm = append(t.Norm, -logSumExp(row))
		}
	}
}
