package semicrf

import (
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// Decoder labels sentences with a model. It has its own scratch memory: use one per goroutine. Call
// Read, then the other methods. A Decoder reads fields without normalisation; a tagger of
// [Model.NewTagger] normalises them as the model requires.
type Decoder struct {
	scratch
	m     *Model
	ex    extractors
	s     sentence
	text  texts
	keys  keys
	w     semimarkov.Workspace
	best  []semimarkov.Segment
	mu    semimarkov.Lattice
	inner structured.Lattice // T x L: label marginals of tokens
	found []model.Span

	offsets []float64          // biases by segment label; may be nil
	gamma   float64            // inverse temperature of probabilities
	warm    semimarkov.Lattice // the scores divided by the temperature
}

// NewDecoder returns a decoder that has read an empty sentence.
func (m *Model) NewDecoder() *Decoder {
	t := &Decoder{m: m, ex: m.read.extractors(), gamma: m.Meta.Calibration.Gamma()}
	if bias := m.Meta.Calibration.Bias; len(bias) > 0 {
		t.offsets = []float64{0} // of spans.Outside
		for _, typ := range m.Types() {
			t.offsets = append(t.offsets, bias[typ])
		}
	}
	t.read(features.Rows(nil))
	return t
}

// Read computes the scores of a sentence. It does not retain seq. If tokens have too few columns,
// the error wraps ErrInput.
func (t *Decoder) Read(seq features.Sequence) error {
	if err := model.CheckColumns(seq, t.m.read.width); err != nil {
		return err
	}
	t.read(seq)
	return nil
}

func (t *Decoder) read(seq features.Sequence) {
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
	for at := 0; at < len(t.scores.Segment) && t.offsets != nil; at++ {
		t.scores.Segment[at] += t.offsets[at%t.scores.L]
	}
}

// scaled returns the scores divided by the temperature, from which probabilities follow.
func (t *Decoder) scaled() *semimarkov.Lattice {
	if t.gamma == 1 {
		return &t.scores
	}
	t.scores.Copy(&t.warm)
	t.warm.Scale(t.gamma)
	return &t.warm
}

// Scores returns the lattice of the sentence, valid until the next Read. Changes to it affect the
// results of the other methods.
func (t *Decoder) Scores() *semimarkov.Lattice { return &t.scores }

// Best returns the best segmentation and its score. The segmentation is valid until the next call.
func (t *Decoder) Best() (y []semimarkov.Segment, score float64, err error) {
	t.best, score, err = t.w.Decode(t.best, &t.scores)
	return t.best, score, err
}

// AppendLabels appends the labels of a segmentation to dst.
func (t *Decoder) AppendLabels(dst []string, y []semimarkov.Segment) []string {
	return t.m.codec.Labels(dst, y)
}

// Segmentation is a segmentation with its score and probability.
type Segmentation struct {
	Segments    []semimarkov.Segment
	Score       float64
	Probability float64
}

// NBest returns up to n different segmentations, best first, with their probabilities.
func (t *Decoder) NBest(n int) ([]Segmentation, error) {
	best, err := t.w.KBest(nil, &t.scores, n)
	if err != nil {
		return nil, err
	}
	logZ, err := t.w.LogZ(t.scaled())
	if err != nil {
		return nil, err
	}
	list := make([]Segmentation, len(best))
	for k, b := range best {
		list[k] = Segmentation{b.Segments, b.Score, math.Exp(t.gamma*b.Score - logZ)}
	}
	return list, nil
}

// Spans returns the spans of a segmentation of the sentence, such as the best one, with their
// probabilities. They are valid until the next call.
func (t *Decoder) Spans(y []semimarkov.Segment) ([]model.Span, error) {
	if err := t.scores.CheckSegmentation(y); err != nil {
		return nil, err
	}
	if _, err := t.w.Marginals(&t.mu, t.scaled(), structured.NoEdges); err != nil {
		return nil, err
	}
	t.found = t.found[:0]
	for _, g := range y {
		if g.Label != spans.Outside {
			span := annotation.Span{Start: g.Start, End: g.End, Type: t.m.codec.Types()[g.Label-1]}
			t.found = append(t.found, model.Span{Span: span, Probability: t.mu.At(g.Start, g.Len())[g.Label]})
		}
	}
	return t.found, nil
}
