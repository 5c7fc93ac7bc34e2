package crf

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, constrain it if need be, then ask for labels, lists or probabilities. Steady state
// allocates nothing but what is returned as new strings and lists.
type Tagger struct {
	m         *Model
	extractor *features.Extractor
	attrs     dictionary
	bigrams   dictionary
	tokens    tokens
	scores    structured.Lattice
	fixed     structured.Lattice
	marginals structured.Lattice
	path      []int
	list      []viterbi.Path
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewTagger returns a tagger that has read the empty sentence.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m, attrs: dictionary{id: m.attrs}, bigrams: dictionary{id: m.bigrams}}
	if m.program != nil {
		t.extractor = m.program.NewExtractor()
	}
	t.tokens.reset()
	return t
}

// Read computes the scores of a sentence. The sequence is not used after it returns.
func (t *Tagger) Read(seq features.Sequence) error {
	if t.extractor == nil {
		return fmt.Errorf("%w: columns for a model of ready-made attributes", ErrInput)
	}
	t.tokens.reset()
	t.tokens.extract(t.extractor, seq, &t.attrs, &t.bigrams, false)
	t.score()
	return nil
}

// ReadItems is Read for tokens that bring their attributes along.
func (t *Tagger) ReadItems(items [][]corpus.Attribute) error {
	if t.extractor != nil {
		return fmt.Errorf("%w: ready-made attributes for a model that reads columns", ErrInput)
	}
	if err := checkItems(items); err != nil {
		return err
	}
	t.tokens.reset()
	t.tokens.attributes(items, &t.attrs, false)
	t.score()
	return nil
}

func (t *Tagger) score() {
	t.m.x.score(&t.scores, &t.tokens, 0, len(t.tokens.first)-1, t.m.w, 1)
}

// Scores returns the lattice of the sentence, valid until the next Read. Whoever adds to it (a
// constraint, a second model's scores) changes what the other methods return.
func (t *Tagger) Scores() *structured.Lattice { return &t.scores }

// Fix keeps label given[i] at token i, and leaves it free where given[i] is negative.
func (t *Tagger) Fix(given []int) error {
	if len(given) != t.scores.T {
		return fmt.Errorf("%w: %d labels given for %d tokens", ErrInput, len(given), t.scores.T)
	}
	if err := structured.Fixed(&t.fixed, t.scores.L, given); err != nil {
		return err
	}
	return structured.AddScaled(&t.scores, &t.scores, &t.fixed, 1)
}

// Best returns the best path, valid until the next call, and its score.
func (t *Tagger) Best() (path []int, score float64, err error) {
	t.path = slices.Grow(t.path[:0], t.scores.T)[:t.scores.T]
	score, err = t.viterbi.Decode(t.path, &t.scores)
	return t.path, score, err
}

// NBest returns up to n different labellings, best first, with their probabilities.
func (t *Tagger) NBest(n int) ([]Labelling, error) {
	var err error
	if t.list, err = t.viterbi.KBest(t.list, &t.scores, n); err != nil {
		return nil, err
	}
	logZ, err := t.inference.LogZ(&t.scores)
	if err != nil {
		return nil, err
	}
	best := make([]Labelling, len(t.list))
	for k, p := range t.list {
		best[k] = Labelling{t.names(p.Labels), p.Score, math.Exp(p.Score - logZ)}
	}
	return best, nil
}

// Marginals returns the probability of each label at each token, T x L nodes without edges, valid until
// the next call.
func (t *Tagger) Marginals() (*structured.Lattice, error) {
	_, err := t.inference.Marginals(&t.marginals, &t.scores, structured.NoEdges)
	return &t.marginals, err
}

func (t *Tagger) tag() ([]string, error) {
	path, _, err := t.Best()
	if err != nil {
		return nil, err
	}
	return t.names(path), nil
}

func (t *Tagger) names(path []int) []string {
	names := make([]string, len(path))
	for i, j := range path {
		names[i] = t.m.labels.Name(j)
	}
	return names
}
