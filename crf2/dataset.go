package crf2

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// ErrInput says that sentences or settings do not fit what a model or data set reads.
var ErrInput = errors.New("unfit input")

// Input says what a model reads of a sentence, and how its labels come apart.
type Input struct {
	Templates *features.Templates // bigram lines are left out
	Columns   int                 // that the templates may refer to; 0 means those of the names
	Names     map[string]int      // the columns that templates call by name: form, pos ...
	Separator string              // between the parts of a label, "|" in FEATS; "" takes no label apart
}

func (in *Input) bind() (*features.Program, error) {
	if in.Templates == nil {
		return nil, fmt.Errorf("%w: no templates", ErrInput)
	}
	in.Names = maps.Clone(in.Names)
	for _, c := range in.Names {
		in.Columns = max(in.Columns, c+1)
	}
	return in.Templates.Bind(in.Columns, in.Names)
}

// A Dataset is labelled sentences compiled into numbers. It is not safe for concurrent use while sentences are
// added.
type Dataset struct {
	input    Input
	program  *features.Program
	ex       *features.Extractor
	attrs    dictionary
	labels   structured.Alphabet
	sentence []example
}

// An example is a sentence with its labels.
type example struct {
	sentence
	gold []int
}

// A sentence is the attributes of its tokens: those of token t are attr[first[t]:first[t+1]].
type sentence struct {
	first []int
	attr  []int32
}

func (s *sentence) tokens() int         { return len(s.first) - 1 }
func (s *sentence) token(t int) []int32 { return s.attr[s.first[t]:s.first[t+1]] }

// dictionary numbers names.
type dictionary map[string]int32

func (d dictionary) add(name []byte) int32 {
	id, ok := d[string(name)]
	if !ok {
		id = int32(len(d))
		d[string(name)] = id
	}
	return id
}

// NewDataset returns an empty data set. It fails where the templates refer to columns that in lacks.
func NewDataset(in Input) (*Dataset, error) {
	program, err := in.bind()
	if err != nil {
		return nil, err
	}
	return &Dataset{input: in, program: program, ex: program.NewExtractor(), attrs: make(dictionary)}, nil
}

// Len returns the number of sentences.
func (d *Dataset) Len() int { return len(d.sentence) }

// Labels returns the labels in the order in which they were seen.
func (d *Dataset) Labels() []string { return d.labels.Names() }

// Add appends a sentence with its labels, one a token. Sentences without tokens are left out.
func (d *Dataset) Add(seq features.Sequence, labels []string) error {
	if seq.Len() != len(labels) {
		return fmt.Errorf("%w: %d labels for %d tokens", ErrInput, len(labels), seq.Len())
	}
	if len(labels) == 0 {
		return nil
	}
	x := example{sentence: sentence{first: []int{0}}}
	d.ex.Reset(seq)
	for t, label := range labels {
		for _, name := range d.ex.Unigrams(t) {
			x.attr = append(x.attr, d.attrs.add(name))
		}
		x.first = append(x.first, len(x.attr))
		x.gold = append(x.gold, d.labels.Add(strings.Clone(label)))
	}
	d.sentence = append(d.sentence, x)
	return nil
}

// parts returns, for each label, the numbers of its parts, which come after those of the labels, and how many
// labels and parts there are. Without a separator there are none.
func parts(labels []string, separator string) (of [][]int32, outcomes int) {
	of = make([][]int32, len(labels))
	var names structured.Alphabet
	for j, label := range labels {
		if separator == "" {
			continue
		}
		for part := range strings.SplitSeq(label, separator) {
			of[j] = append(of[j], int32(len(labels)+names.Add(part)))
		}
	}
	return of, len(labels) + names.Len()
}
