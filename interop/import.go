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

// ErrUnlike says that a model has something that the other kind of model has no place for.
var ErrUnlike = errors.New("cannot be carried over")

// ErrNoTool says that bytes are no model of one of the tools.
var ErrNoTool = errors.New("not a model of CRFsuite, CRF++ or Wapiti")

// A Tool is a program whose models are read here.
type Tool int

// The tools. The zero Tool is none of them.
const (
	CRFsuite Tool = iota + 1
	CRFPP
	Wapiti
)

// String returns the name of the tool, as package model has it.
func (t Tool) String() string {
	return [...]string{"no tool", model.CRFsuite, model.CRFPP, model.Wapiti}[t]
}

// Detect tells which tool's model a file is that starts with head; 48 bytes are enough.
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

// Import takes a model file of one of the tools apart. notes say, a sentence each, what users should know of
// what was not carried over. Bytes of no tool are an ErrNoTool.
func Import(data []byte) (p crf.Content, notes []string, err error) {
	switch Detect(data) {
	case CRFsuite:
		m, err := crfsuite.Read(data)
		if err != nil {
			return p, nil, err
		}
		if n := m.CarriageReturns(); n > 0 {
			notes = append(notes, fmt.Sprintf("%d labels and attributes end in a carriage return: the model was trained on a file with line ends "+
				"of CR LF, of which CRFsuite makes one long sentence; train it anew", n))
		}
		return FromCRFsuite(m), notes, nil
	case CRFPP:
		m, err := crfpp.Read(data)
		if err != nil {
			return p, nil, err
		}
		if c := m.CostFactor(); c != 1 {
			notes = append(notes, fmt.Sprintf("the cost factor %g is left behind: crf_test does not heed it either", c))
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

// FromCRFsuite takes a model of CRFsuite apart.
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

// FromCRFPP takes a model of CRF++ apart.
func FromCRFPP(m *crfpp.Model) crf.Content {
	p := columns(m)
	p.Meta = model.Metadata{Tool: CRFPP.String()}
	p.Input = model.Input{Templates: m.Templates(), Columns: m.Columns()}
	return p
}

// FromWapiti takes a model of Wapiti apart, be it a CRF or a maximum-entropy model. MEMMs, and raw models, whose
// attributes of label pairs stand among those of the tokens, are an ErrUnlike.
func FromWapiti(m *wapiti.Model) (crf.Content, error) {
	switch {
	case m.Type() == wapiti.MEMM:
		return crf.Content{}, fmt.Errorf("%w: a MEMM is normalised at each token, which no model of ours is", ErrUnlike)
	case m.Templates() == nil:
		return crf.Content{}, fmt.Errorf("%w: a raw model, without patterns, reads rows of any number of attributes", ErrUnlike)
	}
	p := columns(m)
	p.Meta = model.Metadata{Tool: Wapiti.String()}
	p.Input = model.Input{Templates: m.Templates(), Columns: m.Columns()}
	return p, nil
}

// A numbered model has its weights by the numbers of labels.
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
	at := make(map[[2]int]int) // of a pair, in p.Transitions
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
