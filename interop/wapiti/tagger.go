package wapiti

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrInput says that a sentence does not fit what the model reads.
var ErrInput = errors.New("unfit input")

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, then ask. Steady state allocates nothing. What its methods return is valid until the next
// call.
type Tagger struct {
	m         *Model
	extractor *features.Extractor // nil: raw
	edges     structured.EdgeShape
	name      []byte
	scores    structured.Lattice
	sums      structured.Lattice // of a MEMM, before they are normalised
	marginals structured.Lattice
	fixed     bool
	given     []int // where fixed: T labels, negative where free
	choose    chooser
	inference forwardbackward.Workspace
}

// NewTagger returns a tagger that has read the empty sentence.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m}
	if m.program != nil {
		t.extractor = m.program.NewExtractor()
	}
	switch {
	case len(m.pair) == 0:
	case m.program != nil && !m.program.HasBigrams():
		t.edges = structured.SharedEdges
	default:
		t.edges = structured.PositionEdges
	}
	t.scores.Reset(0, len(m.labels), t.edges)
	return t
}

// Read computes the scores of a sentence, which has the columns 0..Columns()-1. The sequence is not
// used after it returns. It fails if the model is raw.
func (t *Tagger) Read(seq features.Sequence) error {
	if t.extractor == nil {
		return fmt.Errorf("%w: columns for a raw model, see ReadRaw", ErrInput)
	}
	t.extractor.Reset(seq)
	s := t.start(t.extractor.Len())
	for i := range s.T {
		for _, name := range t.extractor.Unigrams(i) {
			t.addNode(s, i, name)
		}
	}
	switch t.edges {
	case structured.SharedEdges:
		for _, a := range t.m.bare {
			t.addPairs(s.Edge, a)
		}
	case structured.PositionEdges:
		for i := 1; i < s.T; i++ {
			for _, name := range t.extractor.Bigrams(i) {
				t.addEdge(s, i, name)
			}
			for _, a := range t.m.bare {
				t.addPairs(edges(s, i), a)
			}
		}
	}
	t.finish(s)
	return nil
}

// ReadRaw is Read for a raw model: tokens have their attributes in any number of columns.
func (t *Tagger) ReadRaw(tokens [][]string) error {
	if t.extractor != nil {
		return fmt.Errorf("%w: attributes for a model with patterns", ErrInput)
	}
	s := t.start(len(tokens))
	for i, token := range tokens {
		for _, field := range token {
			t.name = t.name[:0]
			if t.m.auto {
				t.name = append(t.name, 'u')
			}
			t.name = append(t.name, field...)
			kind := byte(0)
			if len(t.name) > 0 {
				kind = t.name[0]
			}
			switch kind {
			case 'u', 'b', '*':
			default:
				return fmt.Errorf("%w: attribute %q of token %d starts with no u, b or *", ErrInput, field, i+1)
			}
			t.addNode(s, i, t.name) // a b has no weights here
			if kind != 'u' && i > 0 && t.edges == structured.PositionEdges {
				t.addEdge(s, i, t.name)
			}
		}
	}
	t.finish(s)
	return nil
}

// start returns the lattice to fill for a sentence of n tokens.
func (t *Tagger) start(n int) *structured.Lattice {
	t.fixed = false
	s := &t.scores
	if t.m.kind == MEMM {
		s = &t.sums
	}
	s.Reset(n, len(t.m.labels), t.edges)
	return s
}

func (t *Tagger) finish(s *structured.Lattice) {
	if t.m.kind == MEMM {
		normalize(&t.scores, s)
	}
}

// edges returns the numbers of the step to i of a lattice with edges per position.
func edges(s *structured.Lattice, i int) []float64 {
	return s.Edge[(i-1)*s.L*s.L:][:s.L*s.L]
}

func (t *Tagger) addNode(s *structured.Lattice, i int, name []byte) {
	if a, ok := t.m.number[string(name)]; ok {
		row := s.NodeAt(i)
		for k := t.m.first[a]; k < t.m.first[a+1]; k++ {
			row[t.m.label[k]] += t.m.weight[k]
		}
	}
}

func (t *Tagger) addEdge(s *structured.Lattice, i int, name []byte) {
	if a, ok := t.m.number[string(name)]; ok {
		t.addPairs(edges(s, i), a)
	}
}

func (t *Tagger) addPairs(dst []float64, a int32) {
	for k := t.m.pairFirst[a]; k < t.m.pairFirst[a+1]; k++ {
		dst[t.m.pair[k]] += t.m.pairWeight[k]
	}
}

// normalize makes dst the logarithms of the probability of each label given the one before: the scores of
// a MEMM.
func normalize(dst, s *structured.Lattice) {
	if len(s.Edge) == 0 {
		s.Copy(dst)
		for i := range s.T {
			logSoftmax(dst.NodeAt(i))
		}
		return
	}
	dst.Reset(s.T, s.L, structured.PositionEdges)
	if s.T > 0 {
		copy(dst.NodeAt(0), s.NodeAt(0))
		logSoftmax(dst.NodeAt(0))
	}
	for i := 1; i < s.T; i++ {
		from, to := s.EdgeAt(i), edges(dst, i)
		for k, v := range from {
			to[k] = v + s.NodeAt(i)[k%s.L]
		}
		for row := range slices.Chunk(to, s.L) {
			logSoftmax(row)
		}
	}
}

// logSoftmax subtracts the logarithm of the sum of the exponentials.
func logSoftmax(x []float64) {
	most := slices.Max(x)
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	for k := range x {
		x[k] -= most + math.Log(sum)
	}
}

// Scores returns the lattice of the sentence: the sums of the weights, of a MEMM their normalised
// logarithms.
func (t *Tagger) Scores() *structured.Lattice { return &t.scores }

// Marginals returns the probability of each label at each token, T x L nodes without edges, and log Z.
func (t *Tagger) Marginals() (p *structured.Lattice, logZ float64, err error) {
	logZ, err = t.inference.Marginals(&t.marginals, &t.scores, structured.NoEdges)
	return &t.marginals, logZ, err
}
