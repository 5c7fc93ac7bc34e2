package prunedcrf

import (
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Model labels sentences. It is immutable and safe for concurrent use.
type Model struct {
	Meta model.Metadata // stored with the model; set it before sharing the model

	input     model.Input
	program   *features.Program
	labels    []string
	separator string
	scheme    structured.Scheme
	attrs     []string // in the order of their weights
	x         *index
	w         []float64
	plan      plan

	grammar *structured.Grammar // nil for plain labels
	outside int                 // the number of label O, or -1
	base    int                 // the fingerprint base
	table   *fingerprint.Table  // from attribute fingerprints to attribute numbers

	pool model.Pool
}

// newModel returns a model with the nonzero weights.
func newModel(d *Dataset, separator string, x *index, w []float64, p plan) *Model {
	m := &Model{input: d.input, program: d.program, separator: separator, scheme: d.Scheme(), plan: p}
	m.labels = append(m.labels, d.Labels()...)
	m.x = &index{labels: x.labels, outcomes: x.outcomes, parts: x.parts, partNames: x.partNames, start: []int{0}}
	for a, name := range d.attrs.List() {
		for q := x.start[a]; q < x.start[a+1]; q++ {
			if w[q] != 0 {
				m.x.outcome, m.w = append(m.x.outcome, x.outcome[q]), append(m.w, w[q])
			}
		}
		if len(m.w) > m.x.start[len(m.x.start)-1] {
			m.attrs, m.x.start = append(m.attrs, name), append(m.x.start, len(m.w))
		}
	}
	for n, key := range x.chain.keys {
		if v := w[len(x.outcome)+n]; v != 0 {
			m.x.chain.add(int(key[0]), int(key[1]), int(key[2]))
			m.w = append(m.w, v)
		}
	}
	m.index()
	return m
}

// index builds the tables that labelling needs.
func (m *Model) index() {
	m.grammar, m.outside = grammar(m.labels, m.scheme)
	// Attributes that collide under all bases share the weights of the first. That happens only to
	// attributes constructed for the purpose.
	for m.base = range fingerprint.Bases {
		hasher := fingerprint.NewHasher(m.base)
		m.table = fingerprint.NewTable(len(m.attrs))
		for a, name := range m.attrs {
			m.table.Insert(hasher.OfString(name), int32(a))
		}
		if m.table.Len() == len(m.attrs) {
			return
		}
	}
}

// Labels returns the labels in the order of their numbers. The caller must not change them.
func (m *Model) Labels() []string { return m.labels }

// Scheme returns the span scheme of the labels, or Plain if they encode no spans.
func (m *Model) Scheme() structured.Scheme { return m.scheme }

// Separator returns the separator between the subtags of a label, or "" if labels are not split.
func (m *Model) Separator() string { return m.separator }

// Order returns how many previous labels the model uses: 0, 1 or 2.
func (m *Model) Order() int { return m.plan.order }

// Thresholds returns the minimum probability of a kept label before each order: before pairs, then
// before triples.
func (m *Model) Thresholds() []float64 {
	var list []float64
	for _, p := range m.plan.prune[:m.plan.order] {
		list = append(list, p.Threshold)
	}
	return list
}

// Attributes returns the number of attributes.
func (m *Model) Attributes() int { return len(m.attrs) }

// Metadata returns the metadata stored with the model. Change it only before sharing the model.
func (m *Model) Metadata() *model.Metadata { return &m.Meta }

// Features returns the number of weights.
func (m *Model) Features() int { return len(m.w) }

// Input returns the templates and columns that the model reads.
func (m *Model) Input() model.Input { return m.input }

// Kind returns [model.Pruned].
func (m *Model) Kind() string { return model.Pruned }

// Close does nothing, because the model is in memory.
func (m *Model) Close() error { return nil }

// NewTagger returns a tagger for one goroutine. A model of this package has no tag dictionary.
func (m *Model) NewTagger(o model.TagOptions) (model.Tagger, error) {
	d := m.NewDecoder()
	d.Constrain(!o.Unconstrained)
	return model.NewTagger(m, d, o)
}

// Tag returns the labels of the best path of a sentence.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Columns: seq})
}

// TagWords is Tag for words. If the model reads more than words, the error wraps ErrInput.
func (m *Model) TagWords(words []string) ([]string, error) { return m.pool.TagWords(m, words) }

// Weight is the weight of an attribute with a label or a subtag.
type Weight struct {
	Attribute string
	Outcome   string
	Part      bool // the outcome is a subtag
	Weight    float64
}

// Weights calls visit for the weight of each attribute and outcome.
func (m *Model) Weights(visit func(Weight)) {
	names := m.x.partNames
	for a, attribute := range m.attrs {
		for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
			o := int(m.x.outcome[q])
			if o < len(m.labels) {
				visit(Weight{attribute, m.labels[o], false, m.w[q]})
			} else {
				visit(Weight{attribute, names[o-len(m.labels)], true, m.w[q]})
			}
		}
	}
}

// Chains calls visit for the weight of each label pair, where from has one label, and each triple,
// where from has two.
func (m *Model) Chains(visit func(from []int, to int, weight float64)) {
	for n, key := range m.x.chain.keys {
		w := m.w[len(m.x.outcome)+n]
		if key[0] == none {
			visit([]int{int(key[1])}, int(key[2]), w)
		} else {
			visit([]int{int(key[0]), int(key[1])}, int(key[2]), w)
		}
	}
}
