package crfpp

import (
	"slices"

	"github.com/trellis-nlp/trellis/decode/viterbi"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/structured"
)

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a
// sentence, then ask. Steady state allocates nothing. What its methods return is valid until the next
// call.
type Tagger struct {
	// CostFactor multiplies the scores of the sentences that are read: crf_test's -c. 0 stands for 1.
	CostFactor float64

	m         *Model
	extractor *features.Extractor
	edges     structured.EdgeShape
	blocks    []int32   // of the attributes of a token or a pair of tokens
	sums      []float32 // L or L x L
	scores    structured.Lattice
	marginals structured.Lattice
	path      []int
	list      []viterbi.Path
	viterbi   viterbi.Workspace
	inference forwardbackward.Workspace
}

// NewTagger returns a tagger that has read the empty sentence.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m, extractor: m.program.NewExtractor()}
	switch {
	case !m.pairs: // and so no L x L numbers: the file warrants only L of them
	case m.program.HasBigrams():
		t.edges = structured.PositionEdges
	default:
		t.edges = structured.SharedEdges
	}
	t.scores.Reset(0, len(m.labels), t.edges)
	return t
}

// Read computes the scores of a sentence, which has the columns 0..Columns()-1. The sequence is not
// used after it returns.
func (t *Tagger) Read(seq features.Sequence) {
	t.extractor.Reset(seq)
	t.scores.Resize(t.extractor.Len(), len(t.m.labels), t.edges)
	for i := range t.scores.T {
		t.blocks = t.blocks[:0]
		for _, name := range t.extractor.Unigrams(i) {
			if at, ok := t.m.names.find(name); ok {
				t.blocks = append(t.blocks, at)
			}
		}
		t.sum(t.scores.NodeAt(i))
	}
	switch t.edges {
	case structured.SharedEdges:
		t.bigrams(nil)
		t.sum(t.scores.Edge)
	case structured.PositionEdges:
		for i := 1; i < t.scores.T; i++ {
			t.bigrams(t.extractor.Bigrams(i))
			t.sum(t.scores.Edge[(i-1)*t.scores.L*t.scores.L:][:t.scores.L*t.scores.L])
		}
	}
}

// bigrams collects the blocks of label pairs: the templates without a macro stand among the others in
// the order of the file, which is that of crf_test's sum.
func (t *Tagger) bigrams(names [][]byte) {
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
func (t *Tagger) sum(dst []float64) {
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

// Scores returns the lattice of the sentence. Whoever adds to it changes what the other methods return.
func (t *Tagger) Scores() *structured.Lattice { return &t.scores }

// Best returns the best path and its score.
func (t *Tagger) Best() (path []int, score float64, err error) {
	t.path = slices.Grow(t.path[:0], t.scores.T)[:t.scores.T]
	score, err = t.viterbi.Decode(t.path, &t.scores)
	return t.path, score, err
}

// NBest returns the n best paths, or all if there are fewer, best first.
func (t *Tagger) NBest(n int) ([]viterbi.Path, error) {
	var err error
	t.list, err = t.viterbi.KBest(t.list, &t.scores, n)
	return t.list, err
}

// Marginals returns the probability of each label at each token, T x L nodes without edges, and log Z:
// a path of score s has the probability exp(s - log Z).
func (t *Tagger) Marginals() (p *structured.Lattice, logZ float64, err error) {
	logZ, err = t.inference.Marginals(&t.marginals, &t.scores, structured.NoEdges)
	return &t.marginals, logZ, err
}
