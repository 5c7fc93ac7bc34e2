package crf

import (
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// A Model scores and labels sentences. It is immutable, but for Meta, and safe for concurrent use.
type Model struct {
	// Meta holds notes that are stored with the model: how it was trained, what its input looks like.
	// Set it before the model is shared.
	Meta map[string]string

	labels  *structured.Alphabet
	scheme  structured.Scheme
	input   Input
	program *features.Program // nil for ready-made attributes
	words   []uint64          // sorted fingerprints of the words of the training data
	attrs   map[string]int32
	bigrams map[string]int32
	x       *index
	w       []float64

	taggers sync.Pool
}

// newModel keeps the features of x whose weight is not zero, and the attributes that have any.
func newModel(d *Dataset, x *index, w []float64) *Model {
	m := &Model{
		Meta: make(map[string]string), labels: structured.NewAlphabet(d.Labels()...), scheme: d.Scheme(),
		input: d.input, program: d.program,
		attrs: make(map[string]int32), bigrams: make(map[string]int32),
		x: &index{labels: x.labels, start: []int{0}, bstart: []int{0}},
	}
	for fp := range d.words {
		m.words = append(m.words, fp)
	}
	slices.Sort(m.words)
	keep := func(outcomes []int32, lo, hi int, w []float64, dst []int32) []int32 {
		for q := lo; q < hi; q++ {
			if w[q] != 0 {
				dst = append(dst, outcomes[q])
				m.w = append(m.w, w[q])
			}
		}
		return dst
	}
	for a, name := range d.attrs.names {
		m.x.label = keep(x.label, x.start[a], x.start[a+1], w, m.x.label)
		if len(m.x.label) > m.x.start[len(m.x.start)-1] {
			m.attrs[name] = int32(len(m.x.start) - 1)
			m.x.start = append(m.x.start, len(m.x.label))
		}
	}
	m.x.trans = keep(x.trans, 0, len(x.trans), w[x.transAt():], nil)
	for b, name := range d.bigrams.names {
		m.x.bpair = keep(x.bpair, x.bstart[b], x.bstart[b+1], w[x.bigramsAt():], m.x.bpair)
		if len(m.x.bpair) > m.x.bstart[len(m.x.bstart)-1] {
			m.bigrams[name] = int32(len(m.x.bstart) - 1)
			m.x.bstart = append(m.x.bstart, len(m.x.bpair))
		}
	}
	return m
}

// Labels returns the labels in the order of their numbers. It must not be changed.
func (m *Model) Labels() []string { return m.labels.Names() }

// Label returns the number of a label and whether the model has it.
func (m *Model) Label(name string) (int, bool) { return m.labels.Index(name) }

// Scheme returns the scheme in which the labels spell spans.
func (m *Model) Scheme() structured.Scheme { return m.scheme }

// Input returns what the model reads of a sentence.
func (m *Model) Input() Input { return m.input }

// Features returns the number of features, Attributes that of the attributes that have any.
func (m *Model) Features() int { return m.x.dim() }

// Attributes returns the number of attributes, of tokens and of label pairs.
func (m *Model) Attributes() int { return len(m.attrs) + len(m.bigrams) }

// Known reports whether a word occurred in the training data, up to a collision of 64-bit
// fingerprints. Models of ready-made attributes know no words.
func (m *Model) Known(word string) bool {
	_, ok := slices.BinarySearch(m.words, fingerprint(word))
	return ok
}

// A Labelling is a sequence of labels, one a token.
type Labelling struct {
	Labels      []string
	Score       float64 // the sum of the weights
	Probability float64 // under the distribution exp(score) / Z, which cross-entropy fits to the data
}

// Tag returns the best labels of a sentence; ties go to the lowest label numbers, as in package viterbi.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	t := m.tagger()
	defer m.taggers.Put(t)
	if err := t.Read(seq); err != nil {
		return nil, err
	}
	return t.tag()
}

// TagItems is Tag for tokens that bring their attributes along.
func (m *Model) TagItems(items [][]corpus.Attribute) ([]string, error) {
	t := m.tagger()
	defer m.taggers.Put(t)
	if err := t.ReadItems(items); err != nil {
		return nil, err
	}
	return t.tag()
}

// TagNBest returns up to n different labellings, best first, with their probabilities.
func (m *Model) TagNBest(seq features.Sequence, n int) ([]Labelling, error) {
	t := m.tagger()
	defer m.taggers.Put(t)
	if err := t.Read(seq); err != nil {
		return nil, err
	}
	return t.NBest(n)
}

// Marginals returns the probability of each label at each token: T x L nodes, without edges.
func (m *Model) Marginals(seq features.Sequence) (*structured.Lattice, error) {
	t := m.tagger()
	defer m.taggers.Put(t)
	if err := t.Read(seq); err != nil {
		return nil, err
	}
	own := new(structured.Lattice)
	marginals, err := t.Marginals()
	if err == nil {
		marginals.Copy(own)
	}
	return own, err
}

func (m *Model) tagger() *Tagger {
	if t, ok := m.taggers.Get().(*Tagger); ok {
		return t
	}
	return m.NewTagger()
}
