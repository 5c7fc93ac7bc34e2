package crf2

import (
	"sync"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/secondorder"
)

// A Model labels sentences. It is immutable and safe for concurrent use.
type Model struct {
	input   Input
	program *features.Program
	labels  []string
	attrs   dictionary
	x       *index
	w       []float64
	prune   [2]secondorder.Pruning

	taggers sync.Pool
}

func newModel(d *Dataset, goal *objective, w []float64) *Model {
	m := &Model{input: d.input, program: d.program, labels: d.Labels(), attrs: d.attrs, x: goal.x, w: w, prune: goal.prune}
	m.labels, m.attrs = append([]string(nil), m.labels...), make(dictionary, len(d.attrs))
	for name, a := range d.attrs {
		m.attrs[name] = a
	}
	return m
}

// Labels returns the labels in the order of their numbers. It must not be changed.
func (m *Model) Labels() []string { return m.labels }

// Features returns the number of weights.
func (m *Model) Features() int { return len(m.w) }

// Input returns what the model reads of a sentence.
func (m *Model) Input() Input { return m.input }

// Tag returns the labels of the best path of a sentence.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	t, ok := m.taggers.Get().(*Tagger)
	if !ok {
		t = m.NewTagger()
	}
	defer m.taggers.Put(t)
	return t.Tag(nil, seq)
}

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine.
type Tagger struct {
	m      *Model
	ex     *features.Extractor
	s      sentence
	search search
	path   []int
}

// NewTagger returns a tagger.
func (m *Model) NewTagger() *Tagger { return &Tagger{m: m, ex: m.program.NewExtractor()} }

// Tag appends the labels of the best path of a sentence to dst[:0].
func (t *Tagger) Tag(dst []string, seq features.Sequence) ([]string, error) {
	s, err := t.Scores(seq)
	if err != nil {
		return nil, err
	}
	t.path = append(t.path[:0], make([]int, s.Len())...)
	if _, err := t.search.w.Decode(t.path, s); err != nil {
		return nil, err
	}
	dst = dst[:0]
	for _, j := range t.path {
		dst = append(dst, t.m.labels[j])
	}
	return dst, nil
}

// Scores returns the lattice of order 2 of a sentence over the labels that pruning leaves, valid until the next
// call. Its labels are numbered as in Labels.
func (t *Tagger) Scores(seq features.Sequence) (*secondorder.Lattice, error) {
	t.ex.Reset(seq)
	t.s.first, t.s.attr = append(t.s.first[:0], 0), t.s.attr[:0]
	for at := range seq.Len() {
		for _, name := range t.ex.Unigrams(at) {
			if a, ok := t.m.attrs[string(name)]; ok {
				t.s.attr = append(t.s.attr, a)
			}
		}
		t.s.first = append(t.s.first, len(t.s.attr))
	}
	return t.search.run(t.m.x, &t.s, t.m.w, 1, 2, t.m.prune, nil)
}
