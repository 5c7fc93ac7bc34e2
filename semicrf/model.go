package semicrf

import (
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
	"github.com/trellis-nlp/trellis/structured"
)

// Model scores and labels sentences. It is immutable and safe for concurrent use.
type Model struct {
	Meta model.Metadata // stored with the model; set it before sharing the model

	input model.Input
	read  *reader
	codec *spans.Codec
	lex   *lexicon
	attrs modelfile.Names
	x     *index
	w     []float64

	pool model.Pool
}

// prune drops token features with zero weight and the attributes without other features. Afterwards
// the model shares no memory with the data set.
func (m *Model) prune() {
	x := &index{labels: m.x.labels, segments: m.x.segments, start: []int{0}}
	var attrs modelfile.Names
	var w []float64
	for a, name := range m.attrs.List() {
		for q := m.x.start[a]; q < m.x.start[a+1]; q++ {
			if m.w[q] != 0 {
				x.outcome, w = append(x.outcome, m.x.outcome[q]), append(w, m.w[q])
			}
		}
		if len(w) > x.start[len(x.start)-1] {
			attrs.Add([]byte(name))
			x.start = append(x.start, len(w))
		}
	}
	m.attrs, m.x, m.w = attrs, x, append(w, m.w[m.x.segmentsAt():]...)
}

// Types returns the span types. The caller must not change them.
func (m *Model) Types() []string { return m.codec.Types() }

// Scheme returns the scheme of the labels.
func (m *Model) Scheme() structured.Scheme { return m.codec.Scheme() }

// MaxLength returns the maximum number of tokens of a span.
func (m *Model) MaxLength() int { return m.lex.longest }

// Metadata returns the metadata stored with the model. Change it only before sharing the model.
func (m *Model) Metadata() *model.Metadata { return &m.Meta }

// Features returns the number of weights.
func (m *Model) Features() int { return len(m.w) }

// Attributes returns the number of token attributes with weights.
func (m *Model) Attributes() int { return m.attrs.Len() }

// SegmentAttributes returns the number of segment attributes.
func (m *Model) SegmentAttributes() int { return m.lex.len() }

// Input returns the templates and columns that the model reads.
func (m *Model) Input() model.Input { return m.input }

// Kind returns [model.SemiMarkov].
func (m *Model) Kind() string { return model.SemiMarkov }

// Close does nothing, because the model is in memory.
func (m *Model) Close() error { return nil }

// Labels returns the labels that the model can assign.
func (m *Model) Labels() []string {
	prefixes := []string{"B-", "I-"}
	switch m.Scheme() {
	case structured.BIOES:
		prefixes = append(prefixes, "E-", "S-")
	case structured.IOE1, structured.IOE2:
		prefixes = []string{"I-", "E-"}
	}
	labels := []string{"O"}
	for _, typ := range m.Types() {
		for _, prefix := range prefixes {
			labels = append(labels, prefix+typ)
		}
	}
	return labels
}

// Tag returns the labels of the best segmentation of a sentence.
func (m *Model) Tag(seq features.Sequence) ([]string, error) {
	return m.pool.Tag(m, model.Sentence{Columns: seq})
}

// TagWords is Tag for words. If the model reads more than words, the error wraps ErrInput.
func (m *Model) TagWords(words []string) ([]string, error) { return m.pool.TagWords(m, words) }
