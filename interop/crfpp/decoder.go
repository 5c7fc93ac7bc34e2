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

// A Decoder scores sentences with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, then ask. Steady state allocates nothing but lists. It answers by the methods of
// [model.Decoder], and by Scores and LogZ; what they return is valid until a method is called again.
type Decoder struct {
	*chain.Answers // what it finds

	// CostFactor multiplies the scores of the sentences that are read: crf_test's -c. 0 stands for 1.
	CostFactor float64

	m         *Model
	extractor *features.Extractor
	width     int // the number of columns that it reads
	edges     structured.EdgeShape
	blocks    []int32   // of the attributes of a token or a pair of tokens
	sums      []float32 // L or L x L
	chain     *chain.Decoder
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder that has read the empty sentence.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, extractor: m.program.NewExtractor(), width: m.program.Width(), chain: m.space.NewDecoder()}
	t.Answers = &t.chain.Answers
	switch {
	case !m.pairs: // and so no L x L numbers: the file warrants only L of them
	case m.program.HasBigrams():
		t.edges = structured.PositionEdges
	default:
		t.edges = structured.SharedEdges
	}
	t.chain.Fill(0, t.edges)
	return t
}

// Read computes the scores of a sentence, which has the columns 0..Columns()-1, or it is an error that wraps
// model.ErrInput. The sequence is not used after it returns.
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

// bigrams collects the blocks of label pairs: the templates without a macro stand among the others in
// the order of the file, which is that of crf_test's sum.
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

// sum makes dst the sum of the blocks, in the precision of crf_test.
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
