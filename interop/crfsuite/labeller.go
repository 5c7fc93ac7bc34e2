package crfsuite

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// maxLabels bounds the memory of a [Labeller] to half a gibibyte. A Labeller stores a number for
// each pair of labels, even if the model has no transitions.
const maxLabels = 1 << 13

// Labeller labels sentences as CRFsuite does. It is immutable and safe for concurrent use.
type Labeller struct {
	labels []string
	meta   model.Metadata
	index  *index
	space  *chain.Space
	pool   model.Pool
}

var _ model.Labeller = (*Labeller)(nil)

// NewLabeller validates and indexes a model. The model must not change while the labeller is in
// use.
func NewLabeller(m *Model) (*Labeller, error) {
	index, err := m.index()
	if err != nil {
		return nil, err
	}
	l := len(m.Labels)
	if l > maxLabels {
		return nil, fmt.Errorf("%w: %d labels, but at most %d are supported", ErrTooLarge, l, maxLabels)
	}
	edge := make([]float64, l*l)
	for _, f := range m.Transitions {
		edge[f.From*l+f.To] = f.Weight
	}
	return &Labeller{
		labels: m.Labels, meta: model.Metadata{Tool: model.CRFsuite}, index: index,
		space: chain.NewSpace(m.Labels, structured.Plain, edge),
	}, nil
}

// Kind returns [model.CRFsuite].
func (x *Labeller) Kind() string { return model.CRFsuite }

// Labels returns the labels in the order of their numbers. The caller must not change the slice.
func (x *Labeller) Labels() []string { return x.labels }

// Scheme returns Plain: CRFsuite does not constrain labels.
func (x *Labeller) Scheme() structured.Scheme { return structured.Plain }

// Input returns the zero Input: the model reads ready-made attributes.
func (x *Labeller) Input() model.Input { return model.Input{} }

// Metadata contains the name of the tool.
func (x *Labeller) Metadata() *model.Metadata { return &x.meta }

// Close does nothing: the model is in memory.
func (x *Labeller) Close() error { return nil }

// NewTagger returns a tagger for one goroutine. CRFsuite models have no grammar and no tag
// dictionary to disable.
func (x *Labeller) NewTagger(o model.TagOptions) (model.Tagger, error) {
	return model.NewTagger(x, x.NewDecoder(), o)
}

// TagItems returns the best labels of a sentence.
func (x *Labeller) TagItems(items [][]attrfile.Attribute) ([]string, error) {
	return x.pool.Tag(x, model.Sentence{Items: items})
}

// Knows reports whether the model has weights for an attribute.
func (x *Labeller) Knows(attribute string) bool {
	e := x.index.entries[x.index.place(x.index.hash(attribute))]
	return e.end > e.start
}

// Decoder scores sentences as CRFsuite does. Each goroutine needs its own Decoder. Read a sentence,
// then call the methods of [model.Decoder], Scores or LogZ. Their results are valid until the next
// call of a method. In steady state only lists are allocated.
type Decoder struct {
	*chain.Answers // for the sentence that was read

	x     *Labeller
	found []entry
	chain *chain.Decoder
}

var _ model.Decoder = (*Decoder)(nil)

// NewDecoder returns a decoder whose current sentence is empty.
func (x *Labeller) NewDecoder() *Decoder {
	t := &Decoder{x: x, chain: x.space.NewDecoder()}
	t.Answers = &t.chain.Answers
	t.begin(0)
	return t
}

func (t *Decoder) begin(n int) *structured.Lattice { return t.chain.Begin(n, false) }

// Read returns an error that wraps model.ErrInput: the model reads ready-made attributes.
func (t *Decoder) Read(features.Sequence) error {
	return fmt.Errorf("%w: columns for a model of ready-made attributes", model.ErrInput)
}

// ReadItems computes the scores of a sentence of items, each a list of attributes with finite
// values. Unknown attributes are ignored, and repeated attributes count each time.
func (t *Decoder) ReadItems(items [][]attrfile.Attribute) error {
	s := t.begin(len(items))
	for i, item := range items {
		row := s.NodeAt(i)
		t.found = t.x.index.find(t.found, item)
		for k, e := range t.found {
			v := item[k].Value
			if !isFinite(v) {
				return &model.TokenError{Token: i, Reason: fmt.Sprintf("attribute %.40q has the value %v", item[k].Name, v)}
			}
			for _, f := range t.x.index.features[e.start:e.end] {
				row[f.Label] += float64(v * f.Weight) // rounded, not fused, as in CRFsuite
			}
		}
	}
	return nil
}
