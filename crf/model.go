package crf

import (
	"slices"
	"sync"

	"golang.org/x/exp/constraints"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/internal/container"
	"github.com/trellis-nlp/trellis/internal/fingerprint"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Model scores and labels sentences. It is safe for concurrent use. Only Meta can be changed.
type Model struct {
	// Meta is stored with the model. Set it before goroutines share the model.
	Meta model.Metadata

	labels  *structured.Alphabet
	scheme  structured.Scheme
	input   model.Input
	program *features.Program // nil for ready-made attributes
	words   []uint64          // sorted fingerprints of the words of the training data
	tagDict tagDictionary     // the tag dictionary; empty if there is none

	precision Precision // precision of the weights, as stored
	base      int       // number of the fingerprint base
	hasher    *fingerprint.Hasher
	attrs     store[uint16]
	bigrams   store[uint32]
	trans     []uint32 // label pairs i*L+j of the transitions, ascending
	transW    numbers

	names, bigramNames []byte // front-coded; nil if stripped

	file   *container.Mapping // file behind a model that Open mapped, else nil
	once   sync.Once
	shared *chain.Space
	pool   model.Pool
}

// newModel keeps the features of x with non-zero weight, and the attributes that have such
// features.
func newModel(d *Dataset, x *index, w []float64) (*Model, error) {
	m := &Model{
		labels: structured.NewAlphabet(d.Labels()...), scheme: d.Scheme(),
		input: d.input, program: d.program, precision: Float64,
	}
	for fp := range d.words {
		m.words = append(m.words, fp)
	}
	slices.Sort(m.words)
	attrs := nonzero[uint16](d.attrs.names(), x.start, x.label, w)
	bigrams := nonzero[uint32](d.bigrams.names(), x.bstart, x.bpair, w[x.bigramsAt():])
	for q, v := range w[x.transAt():x.bigramsAt()] {
		if v != 0 {
			m.trans = append(m.trans, uint32(x.trans[q]))
			m.transW.append(true, v)
		}
	}
	return m, m.assemble(attrs, bigrams)
}

// nonzero returns the attributes that have a non-zero weight.
func nonzero[O constraints.Unsigned](names []string, start []int, outcomes []int32, w []float64) []entry[O] {
	list := make([]entry[O], 0, len(names))
	mine := make([]O, len(outcomes))
	for q, o := range outcomes {
		mine[q] = O(o)
	}
	for a, name := range names {
		lo, hi := start[a], start[a+1]
		if slices.ContainsFunc(w[lo:hi], func(v float64) bool { return v != 0 }) {
			list = append(list, entry[O]{name: name, outcomes: mine[lo:hi], weights: w[lo:hi]})
		}
	}
	return list
}

// assemble builds the stores, in float64, from attributes that each have a non-zero weight.
func (m *Model) assemble(attrs []entry[uint16], bigrams []entry[uint32]) (err error) {
	names, coded := namesOf(attrs), make(chan []byte)
	go func() { coded <- frontCoded(names) }() // sorted by names at the same time as by keys
	defer func() { m.names = <-coded }()
	m.bigramNames = frontCoded(namesOf(bigrams))
	m.base, err = chooseBase(attrs, bigrams, func(base int, name string) uint64 {
		if m.hasher == nil || base != m.base {
			m.base, m.hasher = base, fingerprint.NewHasher(base)
		}
		return m.key(name)
	})
	if err != nil {
		return err
	}
	if m.attrs, err = gather(attrs, m.labels.Len()); err != nil {
		return err
	}
	m.bigrams, err = gather(bigrams, 0)
	return err
}

func namesOf[O constraints.Unsigned](list []entry[O]) []string {
	names := make([]string, len(list))
	for k, e := range list {
		names[k] = e.name
	}
	return names
}

func gather[O constraints.Unsigned](list []entry[O], width int) (store[O], error) {
	b := newBuilder[O](width, true)
	b.used = make([]slot, 0, len(list))
	for _, e := range list {
		b.add(e.key, e.outcomes, e.weights)
	}
	return b.build()
}

// Labels returns the labels in the order of their numbers. The caller must not change the slice.
func (m *Model) Labels() []string { return m.labels.Names() }

// Scheme returns the label scheme that encodes spans.
func (m *Model) Scheme() structured.Scheme { return m.scheme }

// Input returns the columns and templates that the model reads.
func (m *Model) Input() model.Input { return m.input }

// Metadata returns the metadata stored with the model. Change it only before goroutines share the
// model.
func (m *Model) Metadata() *model.Metadata { return &m.Meta }

// Features returns the number of features: label weights, transitions and label-pair weights.
func (m *Model) Features() int { return m.attrs.features + len(m.trans) + m.bigrams.features }

// Attributes returns the number of attributes, unigram and bigram.
func (m *Model) Attributes() int { return m.attrs.used + m.bigrams.used }

// Storage returns the options that save the model without loss: the precision of its weights, and
// whether the attribute names are missing.
func (m *Model) Storage() SaveOptions {
	return SaveOptions{Precision: m.precision, Strip: m.stripped()}
}

func (m *Model) stripped() bool { return m.names == nil || m.bigramNames == nil }

// transitions returns the label pairs with a weight that does not depend on attributes.
func (m *Model) transitions() []PairWeight {
	list := make([]PairWeight, len(m.trans))
	l := m.labels.Len()
	for q, pair := range m.trans {
		list[q] = PairWeight{int(pair) / l, int(pair) % l, m.transW.at(uint32(q))}
	}
	return list
}

// Knows reports whether the training data contain a word, up to collisions of 64-bit fingerprints.
// If the model reads ready-made attributes, Knows reports whether it has weights for an attribute,
// up to collisions of 61-bit fingerprints.
func (m *Model) Knows(field string) bool {
	if m.input.Templates == nil {
		return m.attrs.find(keyOf(m.hasher.OfString(field))).N > 0
	}
	_, ok := slices.BinarySearch(m.words, hashWord(field))
	return ok
}

// Close releases the memory map of a model that [Open] returned. Other models need no Close. The
// model and its taggers must not be used afterwards.
func (m *Model) Close() error {
	if m.file == nil {
		return nil
	}
	m.words, m.attrs, m.bigrams, m.trans, m.transW = nil, store[uint16]{}, store[uint32]{}, nil, numbers{}
	m.names, m.bigramNames, m.tagDict, m.input.First = nil, nil, tagDictionary{}, nil
	return m.file.Close()
}

// Kind returns [model.Chain].
func (m *Model) Kind() string { return model.Chain }

// NewTagger returns a tagger for one goroutine. It fails with model.ErrInput if the model has more
// than 8192 labels.
func (m *Model) NewTagger(o model.TagOptions) (t model.Tagger, err error) {
	if err := m.fits(); err != nil {
		return nil, err
	}
	err = m.Guard(func() error {
		d := m.NewDecoder()
		d.constrain(!o.Unconstrained)
		d.prune(!o.NoDictionary && !o.Fixed)
		t, err = model.NewTagger(m, d, o)
		return err
	})
	return t, err
}

// Tag returns the best labels of a sentence. Ties go to the lowest label numbers, as in package
// viterbi.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Columns: seq})
}

// TagItems is Tag for tokens with ready-made attributes.
func (m *Model) TagItems(items [][]attrfile.Attribute) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Items: items})
}

// TagWords is Tag for a list of words. It fails with model.ErrInput if the model reads other
// columns.
func (m *Model) TagWords(words []string) ([]string, error) { return m.pool.TagWords(m, words) }

// space returns the label space, which is created on first use because its size depends on the
// number of labels, not on the model file.
func (m *Model) space() *chain.Space {
	m.once.Do(func() {
		var trans []float64
		if l := m.labels.Len(); len(m.trans) > 0 {
			trans = make([]float64, l*l)
			for q, pair := range m.trans {
				trans[pair] = m.transW.at(uint32(q))
			}
		}
		m.shared = chain.NewSpace(m.labels.Names(), m.scheme, trans).Calibrate(m.Meta.Calibration, m.scheme)
	})
	return m.shared
}

func (m *Model) bind() (err error) {
	m.input = m.input.Complete()
	m.program, err = m.input.Program()
	return err
}

// Check returns an error that wraps model.ErrChanged if the file that [Open] mapped was truncated
// or overwritten. It costs one system call. It returns nil for a model without a mapped file.
func (m *Model) Check() error { return m.file.Check() }

// Guard runs f, which uses the model, in the caller's goroutine. If f faults because the model file
// was truncated or overwritten, Guard returns an error that wraps model.ErrChanged. Guard costs
// less than 10 ns.
func (m *Model) Guard(f func() error) error { return m.file.Guard(f) }

func (m *Model) key(name string) uint64 { return keyOf(m.hasher.OfString(name)) }
