package interop

import (
	"errors"
	"fmt"
	"iter"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/interop/crfpp"
	"github.com/trellis-nlp/trellis/interop/crfsuite"
	"github.com/trellis-nlp/trellis/interop/wapiti"
	"github.com/trellis-nlp/trellis/model"
)

// ErrUnlike means that a model has a property that the other kind of model does not support.
var ErrUnlike = errors.New("cannot convert model")

// ErrNoTool means that the bytes are not a model of one of the tools.
var ErrNoTool = errors.New("not a model of CRFsuite, CRF++ or Wapiti")

// Tool is a program whose models package interop can read.
type Tool int

// The tools. The zero Tool is none of them.
const (
	CRFsuite Tool = iota + 1
	CRFPP
	Wapiti
)

// String returns the name of the tool, as in package model.
func (t Tool) String() string {
	return [...]string{"no tool", model.CRFsuite, model.CRFPP, model.Wapiti}[t]
}

// Detect returns the tool of a model file that starts with head. 48 bytes are enough.
func Detect(head []byte) Tool {
	switch {
	case crfsuite.Sniff(head):
		return CRFsuite
	case wapiti.Sniff(head):
		return Wapiti
	case crfpp.Sniff(head):
		return CRFPP
	}
	return 0
}

// Import converts a model file of one of the tools. notes holds one sentence for each property that
// was not imported. If data is not a model of one of the tools, the error is ErrNoTool.
func Import(data []byte) (p crf.Content, notes []string, err error) {
	switch Detect(data) {
	case CRFsuite:
		m, err := crfsuite.Read(data)
		if err != nil {
			return p, nil, err
		}
		if n := m.CarriageReturns(); n > 0 {
			notes = append(notes, fmt.Sprintf("%d labels and attributes end in a carriage return: the model was trained on a file with CR LF "+
				"line ends, which CRFsuite reads as one long sentence; retrain it", n))
		}
		return FromCRFsuite(m), notes, nil
	case CRFPP:
		m, err := crfpp.Read(data)
		if err != nil {
			return p, nil, err
		}
		if c := m.CostFactor(); c != 1 {
			notes = append(notes, fmt.Sprintf("cost factor %g is ignored, as in crf_test", c))
		}
		return FromCRFPP(m), notes, nil
	case Wapiti:
		m, err := wapiti.Read(data)
		if err != nil {
			return p, nil, err
		}
		p, err = FromWapiti(m)
		return p, nil, err
	}
	return p, nil, ErrNoTool
}

// FromCRFsuite converts a model of CRFsuite.
func FromCRFsuite(m *crfsuite.Model) crf.Content {
	p := crf.Content{Meta: model.Metadata{Tool: CRFsuite.String()}, Labels: m.Labels, Attributes: make([]crf.Attribute, len(m.Attributes))}
	all := make([]crf.LabelWeight, 0, m.Features()-len(m.Transitions))
	for k, a := range m.Attributes {
		start := len(all)
		for _, f := range a.Features {
			all = append(all, crf.LabelWeight(f))
		}
		p.Attributes[k] = crf.Attribute{Name: a.Name, Weights: all[start:len(all):len(all)]}
	}
	for _, f := range m.Transitions {
		p.Transitions = append(p.Transitions, crf.PairWeight(f))
	}
	return p
}

// FromCRFPP converts a model of CRF++.
func FromCRFPP(m *crfpp.Model) crf.Content {
	p := columns(m)
	p.Meta = model.Metadata{Tool: CRFPP.String()}
	p.Input = model.Input{Templates: m.Templates(), Columns: m.Columns()}
	return p
}

// FromWapiti converts a model of Wapiti, either a CRF or a maximum-entropy model. The error is
// ErrUnlike for MEMMs and for raw models, which mix attributes of tokens and of label pairs.
func FromWapiti(m *wapiti.Model) (crf.Content, error) {
	switch {
	case m.Type() == wapiti.MEMM:
		return crf.Content{}, fmt.Errorf("%w: a MEMM normalises scores per token, and trellis models normalise them per sentence", ErrUnlike)
	case m.Templates() == nil:
		return crf.Content{}, fmt.Errorf("%w: a raw model has no patterns and reads rows with any number of attributes", ErrUnlike)
	}
	p := columns(m)
	p.Meta = model.Metadata{Tool: Wapiti.String()}
	p.Input = model.Input{Templates: m.Templates(), Columns: m.Columns()}
	return p, nil
}

// numbered is a model whose weights are indexed by label numbers.
type numbered interface {
	Labels() []string
	Unigrams() iter.Seq2[string, iter.Seq2[int, float64]]
	Bigrams() iter.Seq2[string, iter.Seq2[[2]int, float64]]
	Transitions() iter.Seq2[[2]int, float64]
}

// columns collects the weights of a model that reads columns.
func columns(m numbered) crf.Content {
	p := crf.Content{Labels: m.Labels()}
	for name, weights := range m.Unigrams() {
		a := crf.Attribute{Name: name}
		for label, w := range weights {
			a.Weights = append(a.Weights, crf.LabelWeight{Label: label, Weight: w})
		}
		p.Attributes = append(p.Attributes, a)
	}
	for name, weights := range m.Bigrams() {
		a := crf.BigramAttribute{Name: name}
		for pair, w := range weights {
			a.Weights = append(a.Weights, crf.PairWeight{From: pair[0], To: pair[1], Weight: w})
		}
		p.Bigrams = append(p.Bigrams, a)
	}
	at := make(map[[2]int]int) // index of a pair in p.Transitions
	for pair, w := range m.Transitions() {
		k, ok := at[pair]
		if !ok {
			k = len(p.Transitions)
			at[pair] = k
			p.Transitions = append(p.Transitions, crf.PairWeight{From: pair[0], To: pair[1]})
		}
		p.Transitions[k].Weight += w
	}
	return p
}
