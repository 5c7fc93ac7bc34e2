package crf

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrStripped means that a model was saved without the names of its attributes.
var ErrStripped = errors.New("the model was saved without the names of its attributes")

// Content is all that a model holds: labels, input, known words and weights. [New] builds a model
// from it and drops features of weight zero.
type Content struct {
	Meta   model.Metadata
	Labels []string // by number
	Scheme structured.Scheme
	Input  model.Input
	Words  []uint64 // fingerprints of the known words, from another model

	// Dictionary is the tag dictionary: for the fingerprint of a word, the labels that the word may
	// have. An empty list allows all labels.
	Dictionary map[uint64][]int

	Attributes  []Attribute       // unigram attributes
	Transitions []PairWeight      // label pairs
	Bigrams     []BigramAttribute // bigram attributes
}

// An Attribute is an attribute name with the weights of its features.
type Attribute struct {
	Name    string
	Weights []LabelWeight
}

// A LabelWeight is the weight of an attribute for one label.
type LabelWeight struct {
	Label  int
	Weight float64
}

// A BigramAttribute is a bigram attribute name with the weights of its label pairs.
type BigramAttribute struct {
	Name    string
	Weights []PairWeight
}

// A PairWeight is the weight of the transition between two labels.
type PairWeight struct {
	From, To int
	Weight   float64
}

// New returns the model with this content, with float64 weights. It fails with model.ErrInput if
// labels or attributes are duplicated, label numbers are out of range, or weights are not finite.
// Template errors are the same as for [NewDataset].
func New(p Content) (*Model, error) {
	m := &Model{
		Meta: p.Meta.Clone(), labels: structured.NewAlphabet(p.Labels...), scheme: p.Scheme, input: p.Input,
		words: slices.Clone(p.Words), precision: Float64,
	}
	l := m.labels.Len()
	if l != len(p.Labels) || l == 0 || l > maxLabels {
		return nil, fmt.Errorf("%w: %d labels (%d distinct), want 1..%d distinct labels", model.ErrInput, len(p.Labels), l, maxLabels)
	}
	if p.Scheme < structured.Plain || p.Scheme > structured.IOE2 {
		return nil, fmt.Errorf("%w: unknown scheme %v", model.ErrInput, p.Scheme)
	}
	slices.Sort(m.words)
	m.words = slices.Compact(m.words)
	if err := m.bind(); err != nil {
		return nil, err
	}
	attrs := make([]entry[uint16], 0, len(p.Attributes))
	for _, a := range p.Attributes {
		list := make([]outcome, len(a.Weights))
		for q, w := range a.Weights {
			list[q] = outcome{w.Label, w.Weight}
		}
		e, err := newEntry[uint16](a.Name, list, l)
		if err != nil {
			return nil, err
		}
		if len(e.outcomes) > 0 {
			attrs = append(attrs, e)
		}
	}
	bigrams := make([]entry[uint32], 0, len(p.Bigrams))
	for _, a := range p.Bigrams {
		list, err := pairOutcomes(a.Name, a.Weights, l)
		if err != nil {
			return nil, err
		}
		e, err := newEntry[uint32](a.Name, list, l*l)
		if err != nil {
			return nil, err
		}
		if len(e.outcomes) > 0 {
			bigrams = append(bigrams, e)
		}
	}
	list, err := pairOutcomes("(transitions)", p.Transitions, l)
	if err != nil {
		return nil, err
	}
	trans, err := newEntry[uint32]("(transitions)", list, l*l)
	if err != nil {
		return nil, err
	}
	m.trans, m.transW.f64 = trans.outcomes, trans.weights
	if m.tagDict, err = dictionaryOf(p.Dictionary, &m.input, l); err != nil {
		return nil, err
	}
	return m, m.assemble(attrs, bigrams)
}

// dictionaryOf checks a tag dictionary and sorts its labels.
func dictionaryOf(dictionary map[uint64][]int, in *model.Input, l int) (tagDictionary, error) {
	if len(dictionary) > 0 && !in.HasWords() {
		return tagDictionary{}, fmt.Errorf("%w: a tag dictionary needs a word column", model.ErrInput)
	}
	sorted := make(map[uint64][]int, len(dictionary))
	for word, labels := range dictionary {
		labels = slices.Clone(labels)
		slices.Sort(labels)
		labels = slices.Compact(labels)
		if n := len(labels); n > 0 && (labels[0] < 0 || labels[n-1] >= l) {
			return tagDictionary{}, fmt.Errorf("%w: word %#x has labels %d, want numbers below %d", model.ErrInput, word, labels, l)
		}
		sorted[word] = labels
	}
	return newTagDictionary(sorted, l)
}

// outcome is a label or label pair with its weight.
type outcome struct {
	number int
	weight float64
}

func pairOutcomes(name string, weights []PairWeight, l int) ([]outcome, error) {
	list := make([]outcome, len(weights))
	for q, w := range weights {
		if w.From < 0 || w.From >= l || w.To < 0 || w.To >= l {
			return nil, fmt.Errorf("%w: attribute %q has a weight for labels %d and %d, but there are %d labels", model.ErrInput, name, w.From, w.To, l)
		}
		list[q] = outcome{w.From*l + w.To, w.Weight}
	}
	return list, nil
}

// newEntry sorts the outcomes and drops those of weight zero.
func newEntry[O constraints.Unsigned](name string, list []outcome, limit int) (entry[O], error) {
	e := entry[O]{name: name}
	slices.SortFunc(list, func(a, b outcome) int { return cmp.Compare(a.number, b.number) })
	for q, o := range list {
		switch {
		case o.number < 0 || o.number >= limit:
			return e, fmt.Errorf("%w: attribute %q has a weight for label %d, want a number below %d", model.ErrInput, name, o.number, limit)
		case q > 0 && list[q-1].number == o.number:
			return e, fmt.Errorf("%w: attribute %q has two weights for label %d", model.ErrInput, name, o.number)
		case math.IsNaN(o.weight) || math.IsInf(o.weight, 0):
			return e, fmt.Errorf("%w: attribute %q has weight %v, want a finite number", model.ErrInput, name, o.weight)
		case o.weight != 0:
			e.outcomes, e.weights = append(e.outcomes, O(o.number)), append(e.weights, o.weight)
		}
	}
	return e, nil
}

// Content returns a copy of the content of the model, with attributes sorted by name. It returns
// ErrStripped if the model has no names, and an error that wraps model.ErrModel if the names are
// damaged.
func (m *Model) Content() (Content, error) {
	if m.stripped() {
		return Content{}, ErrStripped
	}
	p := Content{
		Meta: m.Meta.Clone(), Labels: slices.Clone(m.Labels()), Scheme: m.scheme, Input: m.input, Words: slices.Clone(m.words),
		Dictionary: m.tagDict.entries(),
	}
	l := m.labels.Len()
	err := named(m, &m.attrs, m.names, func(name string, labels []uint16, weights []float64) {
		a := Attribute{Name: name}
		for q, j := range labels {
			a.Weights = append(a.Weights, LabelWeight{int(j), weights[q]})
		}
		p.Attributes = append(p.Attributes, a)
	})
	if err != nil {
		return Content{}, err
	}
	err = named(m, &m.bigrams, m.bigramNames, func(name string, pairs []uint32, weights []float64) {
		a := BigramAttribute{Name: name}
		for q, pair := range pairs {
			a.Weights = append(a.Weights, PairWeight{int(pair) / l, int(pair) % l, weights[q]})
		}
		p.Bigrams = append(p.Bigrams, a)
	})
	if err != nil {
		return Content{}, err
	}
	p.Transitions = m.transitions()
	return p, nil
}

// named visits the attributes of a store sorted by name. The slices are valid until visit returns.
func named[O constraints.Unsigned](m *Model, s *store[O], names []byte, visit func(name string, outcomes []O, weights []float64)) error {
	var outcomes []O
	var weights []float64
	n := 0
	last := ""
	err := eachName(names, func(name []byte) error {
		at := s.find(keyOf(m.hasher.Of(name)))
		if at.N == 0 || n > 0 && string(name) <= last {
			return fmt.Errorf("%w: the attribute name %q is out of order or has no features", model.ErrModel, name)
		}
		n++
		last = string(name)
		outcomes, weights = s.append(at, outcomes[:0], weights[:0])
		visit(last, outcomes, weights)
		return nil
	})
	if err == nil && n != s.used {
		err = fmt.Errorf("%w: found %d names for %d attributes", model.ErrModel, n, s.used)
	}
	return err
}

// threshold returns the magnitude of the keep-th largest weight, not counting transitions, or 0 if
// there are no more than keep weights. Ties may keep more features.
func (p *Content) threshold(keep int) float64 {
	var all []float64
	for _, a := range p.Attributes {
		for _, w := range a.Weights {
			all = append(all, math.Abs(w.Weight))
		}
	}
	for _, a := range p.Bigrams {
		for _, w := range a.Weights {
			all = append(all, math.Abs(w.Weight))
		}
	}
	switch {
	case keep >= len(all):
		return 0
	case keep <= 0:
		return math.Inf(1)
	}
	slices.SortFunc(all, func(a, b float64) int { return cmp.Compare(b, a) })
	return all[keep-1]
}

// Drop removes features whose weight has a magnitude below least. If keep is not negative, it also
// removes all but the keep largest weights, and keeps ties with the last of them. Transitions
// always stay, because there are few.
func (p *Content) Drop(least float64, keep int) {
	if keep >= 0 {
		least = max(least, p.threshold(keep))
	}
	for k := range p.Attributes {
		a := &p.Attributes[k]
		a.Weights = slices.DeleteFunc(a.Weights, func(w LabelWeight) bool { return math.Abs(w.Weight) < least })
	}
	for k := range p.Bigrams {
		a := &p.Bigrams[k]
		a.Weights = slices.DeleteFunc(a.Weights, func(w PairWeight) bool { return math.Abs(w.Weight) < least })
	}
}
