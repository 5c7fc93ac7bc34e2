package crfpp

import (
	"fmt"
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

	// CostFactor multiplies the scores of the sentences that are read, like crf_test -c. 0 means 1.
	CostFactor float64

	m         *Model
	extractor *features.Extractor
	width     int // number of columns that the model reads
	edges     structured.EdgeShape
	blocks    []int32   // of the attributes of a token or a pair of tokens
	sums      []float32 // L or L x L
	chain     *chain.Decoder
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder whose current sentence is empty.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, extractor: m.program.NewExtractor(), width: m.program.Width(), chain: m.space.NewDecoder()}
	t.Answers = &t.chain.Answers
	switch {
	case !m.pairs: // do not allocate L x L numbers: the file guarantees only L weights
	case m.program.HasBigrams():
		t.edges = structured.PositionEdges
	default:
		t.edges = structured.SharedEdges
	}
	t.chain.Fill(0, t.edges)
	return t
}

// Read computes the scores of a sentence. The error wraps model.ErrInput unless the sentence has
// the columns 0..Columns()-1. Read does not retain seq.
func (t *Decoder) Read(seq features.Sequence) error {
	if err := model.CheckColumns(seq, t.width); err != nil {
		return err
	}
	t.extractor.Reset(seq)
	s := t.chain.Fill(t.extractor.Len(), t.edges)
	for i := range s.T {
		t.blocks = t.blocks[:0]
		for _, name := range t.extractor.Unigrams(i) {
			if at, ok := t.m.names.find(name); ok {
				t.blocks = append(t.blocks, at)
			}
		}
		t.sum(s.NodeAt(i))
	}
	switch t.edges {
	case structured.SharedEdges:
		t.bigrams(nil)
		t.sum(s.Edge)
	case structured.PositionEdges:
		for i := 1; i < s.T; i++ {
			t.bigrams(t.extractor.Bigrams(i))
			t.sum(s.Edge[(i-1)*s.L*s.L:][:s.L*s.L])
		}
	}
	return nil
}

// ReadItems returns an error that wraps model.ErrInput: the model reads columns.
func (t *Decoder) ReadItems([][]attrfile.Attribute) error {
	return fmt.Errorf("%w: ready-made attributes for a model that reads columns", model.ErrInput)
}

// bigrams collects the blocks of label pairs. Templates without a macro keep their position among
// the others, as in the sums of crf_test.
func (t *Decoder) bigrams(names [][]byte) {
	t.blocks = t.blocks[:0]
	for _, at := range t.m.bigrams {
		ok := at != absent
		block := int32(at)
		if at == expanded {
			block, ok = t.m.names.find(names[0])
			names = names[1:]
		}
		if ok {
			t.blocks = append(t.blocks, block)
		}
	}
}

// sum sets dst to the sum of the blocks, in the precision of crf_test.
func (t *Decoder) sum(dst []float64) {
	t.sums = slices.Grow(t.sums[:0], len(dst))[:len(dst)]
	clear(t.sums)
	for _, at := range t.blocks {
		for k, w := range t.m.weights[at:][:len(dst)] {
			t.sums[k] += float32(w)
		}
	}
	factor := t.CostFactor
	if factor == 0 {
		factor = 1
	}
	for k, v := range t.sums {
		dst[k] = factor * float64(v)
	}
}
