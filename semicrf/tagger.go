package semicrf

import (
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// A Tagger labels sentences with a model in scratch memory of its own: one for each goroutine. Read a sentence,
// then ask.
type Tagger struct {
	scratch
	m     *Model
	ex    extractors
	s     sentence
	text  texts
	keys  keys
	w     semimarkov.Workspace
	best  []semimarkov.Segment
	mu    semimarkov.Lattice
	inner structured.Lattice // T x L: marginals of the labels of tokens
	found []Found
}

// NewTagger returns a tagger that has read the empty sentence.
func (m *Model) NewTagger() *Tagger {
	t := &Tagger{m: m, ex: m.read.extractors()}
	t.Read(features.Rows(nil))
	return t
}

// Read computes the scores of a sentence. The sequence is not used after it returns.
func (t *Tagger) Read(seq features.Sequence) {
	t.ex.reset(seq)
	n := seq.Len()
	t.s.first, t.s.attr = append(t.s.first[:0], 0), t.s.attr[:0]
	t.text.resize(n)
	for at := range n {
		for _, name := range t.ex.tokens.Unigrams(at) {
			if a := t.m.attrs.Find(name); a >= 0 {
				t.s.attr = append(t.s.attr, a)
			}
		}
		t.s.first = append(t.s.first, len(t.s.attr))
		for kind, text := range t.ex.texts.Unigrams(at) {
			t.text[kind][at] = append(t.text[kind][at][:0], text...)
		}
	}
	t.s.seg, t.s.ends = t.m.lex.segments(t.s.seg[:0], t.s.ends[:0], n, &t.text, &t.keys)
	t.m.x.score(&t.scratch, &t.s, t.m.lex.longest, t.m.w, 1)
}

// Scores returns the lattice of the sentence, valid until the next Read. Whoever adds to it changes what the
// other methods return.
func (t *Tagger) Scores() *semimarkov.Lattice { return &t.scores }

// Best returns the best segmentation, valid until the next call, and its score.
func (t *Tagger) Best() (y []semimarkov.Segment, score float64, err error) {
	t.best, score, err = t.w.Decode(t.best, &t.scores)
	return t.best, score, err
}

// AppendLabels appends the labels of a segmentation to dst.
func (t *Tagger) AppendLabels(dst []string, y []semimarkov.Segment) []string {
	return t.m.codec.Labels(dst, y)
}

// A Labelling is one of the best ones.
type Labelling struct {
	Segments    []semimarkov.Segment
	Labels      []string
	Score       float64
	Probability float64
}

// NBest returns the up to n best segmentations, all different, the best first, with their labels and probabilities.
func (t *Tagger) NBest(n int) ([]Labelling, error) {
	best, err := t.w.KBest(nil, &t.scores, n)
	if err != nil {
		return nil, err
	}
	logZ, err := t.w.LogZ(&t.scores)
	if err != nil {
		return nil, err
	}
	list := make([]Labelling, len(best))
	for k, b := range best {
		list[k] = Labelling{b.Segments, t.m.codec.Labels(nil, b.Segments), b.Score, math.Exp(b.Score - logZ)}
	}
	return list, nil
}

// A Found span is one of a segmentation.
type Found struct {
	annotation.Span
	Probability float64 // that the sentence has just this span
}

// Spans returns the spans of a segmentation of the sentence, such as the best one, with their probabilities, valid
// until the next call.
func (t *Tagger) Spans(y []semimarkov.Segment) ([]Found, error) {
	if err := t.scores.CheckSegmentation(y); err != nil {
		return nil, err
	}
	if _, err := t.w.Marginals(&t.mu, &t.scores, structured.NoEdges); err != nil {
		return nil, err
	}
	t.found = t.found[:0]
	for _, g := range y {
		if g.Label != spans.Outside {
			span := annotation.Span{Start: g.Start, End: g.End, Type: t.m.codec.Types()[g.Label-1]}
			t.found = append(t.found, Found{span, t.mu.At(g.Start, g.Len())[g.Label]})
		}
	}
	return t.found, nil
}
