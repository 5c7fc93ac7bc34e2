package crfsuite

import (
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// maxLabels bounds the memory of a [Tagger], which keeps a number for each pair of labels, of a model
// that need not name one pair: half a gibibyte.
const maxLabels = 1 << 13

// A Tagger labels sentences as CRFsuite does, in scratch memory of its own: one for each goroutine, by
// [Tagger.Clone]. Read a sentence, then ask for labels, scores or probabilities. Steady state allocates
// nothing but the labels that Tag returns.
type Tagger struct {
	m     *Model
	index *index
	edge  []float64 // L x L

	found     []entry
	scores    structured.Lattice
	marginals structured.Lattice
	path      []int
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewTagger returns a tagger that has read the empty sentence. It checks the model, which must not
// change while the tagger is used.
func NewTagger(m *Model) (*Tagger, error) {
	index, err := m.index()
	if err != nil {
		return nil, err
	}
	l := len(m.Labels)
	if l > maxLabels {
		return nil, fmt.Errorf("%w: %d labels, more than %d", ErrTooLarge, l, maxLabels)
	}
	t := &Tagger{m: m, index: index, edge: make([]float64, l*l)}
	for _, f := range m.Transitions {
		t.edge[f.From*l+f.To] = f.Weight
	}
	return t, t.Read(nil)
}

// Clone returns a tagger of the same model that shares no scratch memory with t.
func (t *Tagger) Clone() *Tagger {
	c := &Tagger{m: t.m, index: t.index, edge: t.edge}
	c.scores.Reset(0, len(t.m.Labels), structured.SharedEdges)
	copy(c.scores.Edge, c.edge)
	return c
}

// Labels returns the labels in the order of their numbers. It must not be changed.
func (t *Tagger) Labels() []string { return t.m.Labels }

// Read computes the scores of a sentence of items, each a list of attributes with finite values: what the
// model does not know counts nothing, what comes twice counts twice.
func (t *Tagger) Read(items [][]attrfile.Attribute) error {
	s := &t.scores
	s.Reset(len(items), len(t.m.Labels), structured.SharedEdges)
	copy(s.Edge, t.edge)
	for i, item := range items {
		row := s.NodeAt(i)
		t.found = t.index.find(t.found, item)
		for k, e := range t.found {
			v := item[k].Value
			if !isFinite(v) {
				return fmt.Errorf("token %d: attribute %.40q has the value %v", i, item[k].Name, v)
			}
			for _, f := range t.index.features[e.start:e.end] {
				row[f.Label] += float64(v * f.Weight) // rounded, not fused, as CRFsuite's
			}
		}
	}
	return nil
}

// Scores returns the lattice of the sentence, valid until the next Read. Whoever adds to it changes
// what the other methods return.
func (t *Tagger) Scores() *structured.Lattice { return &t.scores }

// Best returns the best path, valid until the next call, and its score. Ties go to the lowest label
// numbers from the back, as in package viterbi and in CRFsuite.
func (t *Tagger) Best() (path []int, score float64, err error) {
	t.path = slices.Grow(t.path[:0], t.scores.T)[:t.scores.T]
	score, err = t.viterbi.Decode(t.path, &t.scores)
	return t.path, score, err
}

// LogZ returns the logarithm of the sum of exp(score) over all paths; a path has probability
// exp(score - log Z).
func (t *Tagger) LogZ() (float64, error) { return t.inference.LogZ(&t.scores) }

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until
// the next call.
func (t *Tagger) Marginals() (*structured.Lattice, error) {
	_, err := t.inference.Marginals(&t.marginals, &t.scores, structured.NoEdges)
	return &t.marginals, err
}

// Tag returns the best labels of a sentence.
func (t *Tagger) Tag(items [][]attrfile.Attribute) ([]string, error) {
	if err := t.Read(items); err != nil {
		return nil, err
	}
	path, _, err := t.Best()
	if err != nil {
		return nil, err
	}
	labels := make([]string, len(path))
	for i, j := range path {
		labels[i] = t.m.Labels[j]
	}
	return labels, nil
}
