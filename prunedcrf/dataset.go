package prunedcrf

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// bind sets the defaults of the input and binds its templates, which are required.
func bind(in *model.Input) (*features.Program, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: no templates", model.ErrInput)
	}
	*in = in.Complete()
	return in.Program()
}

// Dataset holds labelled sentences compiled into numbers. It is not safe for concurrent use while
// sentences are added.
type Dataset struct {
	input   model.Input
	program *features.Program
	width   int // the number of columns that the templates read
	ex      *features.Extractor
	attrs   modelfile.Names
	count   []int // per attribute: the number of occurrences
	labels  structured.Alphabet
	scheme  annotation.SchemeDetector
	list    []example
	tokens  int
	scratch sentence
}

// example is a sentence with its labels and the weight of its loss.
type example struct {
	sentence
	gold   []int
	weight float64
}

// sentence holds the attributes of its tokens: those of token t are attr[first[t]:first[t+1]].
type sentence struct {
	first []int
	attr  []int32
	value []float64 // value of each attribute in attr; nil if all are 1
}

func (s *sentence) tokens() int         { return len(s.first) - 1 }
func (s *sentence) token(t int) []int32 { return s.attr[s.first[t]:s.first[t+1]] }
func (s *sentence) end()                { s.first = append(s.first, len(s.attr)) }

// reset removes all tokens. values says whether attributes have values.
func (s *sentence) reset(values bool) {
	s.first, s.attr, s.value = append(s.first[:0], 0), s.attr[:0], s.value[:0]
	if values && s.value == nil {
		s.value = []float64{}
	}
}

func (s *sentence) add(a int32, value float64) {
	if s.attr = append(s.attr, a); s.value != nil {
		s.value = append(s.value, value)
	}
}

// values returns the attribute values of token t, or nil if all are 1.
func (s *sentence) values(t int) []float64 {
	if s.value == nil {
		return nil
	}
	return s.value[s.first[t]:s.first[t+1]]
}

// NewDataset returns an empty data set. It returns an error if the templates read columns that in
// does not have.
func NewDataset(in model.Input) (*Dataset, error) {
	program, err := bind(&in)
	if err != nil {
		return nil, err
	}
	return &Dataset{input: in, program: program, width: program.Width(), ex: program.NewExtractor()}, nil
}

// Len returns the number of sentences.
func (d *Dataset) Len() int { return len(d.list) }

// Tokens returns the number of tokens.
func (d *Dataset) Tokens() int { return d.tokens }

// Attributes returns the number of attributes.
func (d *Dataset) Attributes() int { return d.attrs.Len() }

// Labels returns the labels in the order of their first occurrence.
func (d *Dataset) Labels() []string { return d.labels.Names() }

// Scheme returns the span scheme of the labels, or Plain if they encode no spans.
func (d *Dataset) Scheme() structured.Scheme { return d.scheme.Scheme() }

// Add appends a sentence with one label per token and the weight of its loss, which must be finite
// and not negative. Sentences without tokens are ignored. On error, nothing is added.
func (d *Dataset) Add(seq features.Sequence, labels []string, weight float64) error {
	if err := training.CheckSentence(seq.Len(), len(labels), weight); err != nil || len(labels) == 0 {
		return err
	}
	if err := model.CheckColumns(seq, d.width); err != nil {
		return err
	}
	s := &d.scratch
	s.reset(d.program.HasValues())
	d.ex.Reset(seq)
	for t := range labels {
		for _, name := range d.ex.Unigrams(t) {
			s.add(d.attribute(name), 1)
		}
		for _, v := range d.ex.Values(t) {
			s.add(d.attribute(v.Name), v.Value)
		}
		s.end()
	}
	gold := make([]int, 0, len(labels))
	for _, label := range labels {
		gold = append(gold, d.labels.Add(strings.Clone(label)))
	}
	d.scheme.Add(labels)
	d.tokens += len(labels)
	d.list = append(d.list, example{sentence{slices.Clone(s.first), slices.Clone(s.attr), slices.Clone(s.value)}, gold, weight})
	return nil
}

// attribute counts one occurrence of an attribute and returns its number.
func (d *Dataset) attribute(name []byte) int32 {
	a := d.attrs.Add(name)
	if int(a) == len(d.count) {
		d.count = append(d.count, 0)
	}
	d.count[a]++
	return a
}

// parts returns the subtags of each label and the names of all subtags. Subtags are numbered after
// the labels. Without a separator there are none.
func parts(labels []string, separator string) (of [][]int32, names []string) {
	of = make([][]int32, len(labels))
	var all structured.Alphabet
	for j, label := range labels {
		if separator == "" {
			continue
		}
		for part := range strings.SplitSeq(label, separator) {
			of[j] = append(of[j], int32(len(labels)+all.Add(part)))
		}
	}
	return of, all.Names()
}
