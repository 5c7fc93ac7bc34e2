package wapiti

import (
	"fmt"
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Decoder scores sentences with a model. Each goroutine needs its own Decoder. Read a sentence,
// then call the methods of [model.Decoder], Scores or LogZ. Their results are valid until the next
// call of a method. In steady state only lists are allocated.
type Decoder struct {
	*chain.Answers // for the sentence that was read

	m         *Model
	extractor *features.Extractor // nil for a raw model
	edges     structured.EdgeShape
	name      []byte
	chain     *chain.Decoder
	sums      structured.Lattice // of a MEMM, before normalisation
	fixed     bool
	given     []int // if fixed: T labels, negative for no label
	choose    chooser
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder whose current sentence is empty.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, chain: m.space.NewDecoder()}
	t.Answers = &t.chain.Answers
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
	t.chain.Fill(0, t.edges)
	return t
}

// Read computes the scores of a sentence with the columns 0..Columns()-1. It does not retain seq.
// If columns are missing or the model is raw, the error wraps model.ErrInput.
func (t *Decoder) Read(seq features.Sequence) error {
	if t.extractor == nil {
		return fmt.Errorf("%w: columns for a raw model; use ReadRaw", model.ErrInput)
	}
	if err := model.CheckColumns(seq, t.m.columns); err != nil {
		return err
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

// ReadItems returns an error that wraps model.ErrInput: the model reads columns.
func (t *Decoder) ReadItems([][]attrfile.Attribute) error {
	return fmt.Errorf("%w: ready-made attributes for a model that reads columns", model.ErrInput)
}

// ReadRaw is Read for a raw model: each token has any number of attributes as columns.
func (t *Decoder) ReadRaw(tokens [][]string) error {
	if t.extractor != nil {
		return fmt.Errorf("%w: attributes for a model with patterns", model.ErrInput)
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
				return fmt.Errorf("%w: attribute %q of token %d does not start with u, b or *", model.ErrInput, field, i+1)
			}
			t.addNode(s, i, t.name) // a b attribute has no weights here
			if kind != 'u' && i > 0 && t.edges == structured.PositionEdges {
				t.addEdge(s, i, t.name)
			}
		}
	}
	t.finish(s)
	return nil
}

// start returns the lattice to fill for a sentence of n tokens.
func (t *Decoder) start(n int) *structured.Lattice {
	t.fixed = false
	if t.m.kind == MEMM {
		t.sums.Reset(n, len(t.m.labels), t.edges)
		return &t.sums
	}
	return t.chain.Fill(n, t.edges)
}

func (t *Decoder) finish(s *structured.Lattice) {
	if t.m.kind == MEMM {
		normalize(t.chain.Fill(0, structured.NoEdges), s)
	}
}

// edges returns the edges into position i of a lattice with edges for each position.
func edges(s *structured.Lattice, i int) []float64 {
	return s.Edge[(i-1)*s.L*s.L:][:s.L*s.L]
}

func (t *Decoder) addNode(s *structured.Lattice, i int, name []byte) {
	if a, ok := t.m.number[string(name)]; ok {
		row := s.NodeAt(i)
		for k := t.m.first[a]; k < t.m.first[a+1]; k++ {
			row[t.m.label[k]] += t.m.weight[k]
		}
	}
}

func (t *Decoder) addEdge(s *structured.Lattice, i int, name []byte) {
	if a, ok := t.m.number[string(name)]; ok {
		t.addPairs(edges(s, i), a)
	}
}

func (t *Decoder) addPairs(dst []float64, a int32) {
	for k := t.m.pairFirst[a]; k < t.m.pairFirst[a+1]; k++ {
		dst[t.m.pair[k]] += t.m.pairWeight[k]
	}
}

// normalize sets dst to the scores of a MEMM: the log probabilities of each label given the
// previous label.
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

// logSoftmax subtracts the log-sum-exp of x.
func logSoftmax(x []float64) {
	sum := logSumExp(x)
	for k := range x {
		x[k] -= sum
	}
}

// logSumExp returns the logarithm of the sum of exp(x).
func logSumExp(x []float64) float64 {
	most := slices.Max(x)
	sum := 0.0
	for _, v := range x {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}
