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

// A Model scores and labels sentences. It is immutable, but for Meta, and safe for concurrent use.
type Model struct {
	// Meta is stored with the model. Set it before the model is shared.
	Meta model.Metadata

	labels  *structured.Alphabet
	scheme  structured.Scheme
	input   model.Input
	program *features.Program // nil for ready-made attributes
	words   []uint64          // sorted fingerprints of the words of the training data
	tagDict tagDictionary     // the tag dictionary; empty if there is none

	precision Precision // of the weights, as they were stored
	base      int       // of the fingerprints
	hasher    *fingerprint.Hasher
	attrs     store[uint16]
	bigrams   store[uint32]
	trans     []uint32 // the label pairs i*L+j of the transitions, ascending
	transW    numbers

	names, bigramNames []byte // front-coded; nil where they were stripped

	file   *container.Mapping // behind all that, of a model that was opened
	once   sync.Once
	shared *chain.Space
	pool   model.Pool
}

// newModel keeps the features of x whose weight is not zero, and the attributes that have any.
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

// nonzero returns the attributes that have a weight other than zero.
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

// assemble gives the model its attributes, in float64. Each has a weight that is not zero.
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

// Labels returns the labels in the order of their numbers. It must not be changed.
func (m *Model) Labels() []string { return m.labels.Names() }

// Scheme returns the scheme in which the labels spell spans.
func (m *Model) Scheme() structured.Scheme { return m.scheme }

// Input returns what the model reads of a sentence.
func (m *Model) Input() model.Input { return m.input }

// Metadata returns what is stored with the model, for reading and, before the model is shared, for setting.
func (m *Model) Metadata() *model.Metadata { return &m.Meta }

// Features returns the number of features, Attributes that of the attributes that have any.
func (m *Model) Features() int { return m.attrs.features + len(m.trans) + m.bigrams.features }

// Attributes returns the number of attributes, of tokens and of label pairs.
func (m *Model) Attributes() int { return m.attrs.used + m.bigrams.used }

// Storage returns how the model was saved, or would be without loss: the precision of its weights, and whether the
// names of the attributes are missing.
func (m *Model) Storage() SaveOptions {
	return SaveOptions{Precision: m.precision, Strip: m.stripped()}
}

func (m *Model) stripped() bool { return m.names == nil || m.bigramNames == nil }

// transitions returns the label pairs that have a weight whatever is observed.
func (m *Model) transitions() []PairWeight {
	list := make([]PairWeight, len(m.trans))
	l := m.labels.Len()
	for q, pair := range m.trans {
		list[q] = PairWeight{int(pair) / l, int(pair) % l, m.transW.at(uint32(q))}
	}
	return list
}

// Known reports whether a word occurred in the training data, up to a collision of 64-bit
// fingerprints. Models of ready-made attributes know no words.
func (m *Model) Known(word string) bool {
	_, ok := slices.BinarySearch(m.words, hashWord(word))
	return ok
}

// Close gives back the memory map of a model that [Open] returned; other models need no Close. The model and
// its taggers must not be used any more.
func (m *Model) Close() error {
	if m.file == nil {
		return nil
	}
	m.words, m.attrs, m.bigrams, m.trans, m.transW = nil, store[uint16]{}, store[uint32]{}, nil, numbers{}
	m.names, m.bigramNames, m.tagDict = nil, nil, tagDictionary{}
	return m.file.Close()
}

// Kind returns [model.Chain].
func (m *Model) Kind() string { return model.Chain }

// NewTagger returns a tagger for one goroutine. A model of more than 8192 labels is an error that wraps ErrInput.
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

// Tag returns the best labels of a sentence; ties go to the lowest label numbers, as in package viterbi.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Columns: seq})
}

// TagItems is Tag for tokens that bring their attributes along.
func (m *Model) TagItems(items [][]attrfile.Attribute) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Items: items})
}

// TagWords is Tag for words. A model that reads more than words is an error that wraps ErrInput.
func (m *Model) TagWords(words []string) ([]string, error) { return m.pool.TagWords(m, words) }

// space returns what is made when it is first asked for: its size is that of a sentence's scores, not of
// the model file.
func (m *Model) space() *chain.Space {
	m.once.Do(func() {
		var trans []float64
		if l := m.labels.Len(); len(m.trans) > 0 {
			trans = make([]float64, l*l)
			for q, pair := range m.trans {
				trans[pair] = m.transW.at(uint32(q))
			}
		}
		m.shared = chain.NewSpace(m.labels.Names(), m.scheme, trans)
	})
	return m.shared
}

// bind binds the templates to the columns.
func (m *Model) bind() (err error) {
	m.input = m.input.Complete()
	m.program, err = m.input.Program()
	return err
}

// Check returns an error that wraps model.ErrChanged if the file that [Open] mapped has been cut short or overwritten
// since. It costs one system call; a model without a mapped file has nothing to check.
func (m *Model) Check() error { return m.file.Check() }

// Guard runs f, which uses the model in the goroutine of the caller. If f faults because the file of the model has been
// cut short or overwritten, Guard returns an error that wraps model.ErrChanged. Guard costs less than 10 ns.
func (m *Model) Guard(f func() error) error { return m.file.Guard(f) }

// key returns the key of an attribute's name.
func (m *Model) key(name string) uint64 { return keyOf(m.hasher.OfString(name)) }
