package crf

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// A Dataset holds labelled sentences as numbers. It takes 4 bytes per attribute of each token and
// stores each name once. It is not safe for concurrent use while sentences are added.
type Dataset struct {
	// Threads is the number of goroutines that extract and number attributes while sentences are
	// added; 0 means one per core. Attributes have the same numbers with any number of threads. Set
	// it before the first sentence is added.
	Threads int

	input     model.Input
	program   *features.Program   // nil for ready-made attributes
	extractor *features.Extractor // extracts attributes with the program
	form      int                 // word column, or -1
	width     int                 // number of columns that the data set reads

	labels  *structured.Alphabet
	attrs   *dictionary
	bigrams *dictionary
	words   map[uint64]int32 // word numbers by fingerprint
	scheme  annotation.SchemeDetector
	heldOut bool     // look names up, do not add them
	unseen  []string // labels of held-out data that labels does not have; their numbers follow those of labels

	sentence []int     // N+1: the tokens of sentence s are sentence[s]..sentence[s+1]-1
	gold     []int32   // label of each token, or ^k for choice k
	weight   []float64 // weight of each sentence
	word     []int32   // word number of each token, -1 for unknown words; empty without a word column
	choices  choices
	known    []annotation.Choice // choices of the sentence in progress, if it has any
	tokens
	numbering *numbering // nil before the first sentence
}

// NewDataset returns an empty data set. It fails if the templates refer to columns that in does not
// have.
func NewDataset(in model.Input) (*Dataset, error) {
	in = in.Complete()
	program, err := in.Program()
	if err != nil {
		return nil, err
	}
	d := &Dataset{
		input: in, labels: new(structured.Alphabet), attrs: newDictionary(), bigrams: newDictionary(),
		words: make(map[uint64]int32),
	}
	d.prepare(program)
	return d, nil
}

func (d *Dataset) prepare(program *features.Program) {
	d.form, d.program = -1, program
	if program != nil {
		d.extractor, d.width = program.NewExtractor(), d.input.Width(program)
		if c, ok := d.input.Names["form"]; ok {
			d.form = c
		}
	}
	d.sentence = []int{0}
	d.reset()
}

// HeldOut returns an empty data set for development data that shares the names of d. It ignores
// attributes that are not in d. Labels that are not in d count as errors, whatever the model
// predicts. Fill d before calling HeldOut.
func (d *Dataset) HeldOut() *Dataset {
	d.finish()
	h := &Dataset{
		input: d.input, labels: d.labels, attrs: d.attrs, bigrams: d.bigrams, words: d.words, scheme: d.scheme,
		heldOut: true, Threads: d.Threads,
	}
	h.prepare(d.program)
	return h
}

// Len returns the number of sentences.
func (d *Dataset) Len() int { return len(d.sentence) - 1 }

// Tokens returns the number of tokens.
func (d *Dataset) Tokens() int { return len(d.gold) }

// Attributes returns the number of distinct attributes.
func (d *Dataset) Attributes() int {
	d.finish()
	return d.attrs.len() + d.bigrams.len()
}

// Labels returns the labels in order of first occurrence.
func (d *Dataset) Labels() []string { return d.labels.Names() }

// Scheme returns the label scheme that encodes spans.
func (d *Dataset) Scheme() structured.Scheme { return d.scheme.Scheme() }

// Add appends a sentence with one label per token and a weight, which multiplies its loss. The
// weight must be finite and not negative. Add ignores sentences without tokens. If it returns an
// error, it adds nothing.
func (d *Dataset) Add(seq features.Sequence, labels []string, weight float64) error {
	if d.program == nil {
		return fmt.Errorf("%w: got columns, but the data set reads ready-made attributes", model.ErrInput)
	}
	if err := training.CheckSentence(seq.Len(), len(labels), weight); err != nil {
		return err
	}
	if err := model.CheckColumns(seq, d.width); err != nil {
		return err
	}
	if n := d.batches(); n != nil {
		n.columns(seq)
	} else {
		d.extractor.Reset(seq)
		d.extract(d.extractor, finder{known: d.attrs, add: !d.heldOut}, finder{known: d.bigrams, add: !d.heldOut})
	}
	if d.form >= 0 {
		for t := range seq.Len() {
			d.word = append(d.word, d.numberWord(seq.Field(t, d.form)))
		}
	}
	d.end(labels, weight)
	return nil
}

// AddItems is Add for tokens with ready-made attributes.
func (d *Dataset) AddItems(items [][]attrfile.Attribute, labels []string, weight float64) error {
	if d.program != nil {
		return fmt.Errorf("%w: got ready-made attributes, but the data set reads columns", model.ErrInput)
	}
	if err := training.CheckSentence(len(items), len(labels), weight); err != nil {
		return err
	}
	if err := checkItems(items); err != nil {
		return err
	}
	if n := d.batches(); n != nil {
		n.readyMade(items)
	} else {
		d.attributes(items, finder{known: d.attrs, add: !d.heldOut})
	}
	d.end(labels, weight)
	return nil
}

// name returns the name of a label number, which may be that of an unseen label.
func (d *Dataset) name(j int32) string {
	if l := d.labels.Len(); int(j) >= l {
		return d.unseen[int(j)-l]
	}
	return d.labels.Name(int(j))
}

func (d *Dataset) end(labels []string, weight float64) {
	if len(labels) == 0 {
		return
	}
	if d.known != nil {
		d.appendChoices(d.known)
	} else {
		for _, name := range labels {
			d.gold = append(d.gold, d.number(name))
		}
		if !d.heldOut {
			d.scheme.Add(labels)
		}
	}
	d.sentence = append(d.sentence, len(d.gold))
	d.weight = append(d.weight, weight)
}

// extract appends the tokens of the sentence of e with the attributes from the templates.
func (k *tokens) extract(e *features.Extractor, attr, bigram finder) {
	for t := range e.Len() {
		k.find(&attr, e.Unigrams(t))
		for _, id := range k.ids {
			if id >= 0 || attr.add {
				k.add(id, 1)
			}
		}
		for _, v := range e.Values(t) {
			if id, ok := attr.find(v.Name); ok {
				k.add(id, v.Value)
			}
		}
		for _, name := range e.Bigrams(t) {
			if id, ok := bigram.find(name); ok {
				k.battr = append(k.battr, id)
			}
		}
		k.next()
	}
}

// attributes appends tokens with ready-made attributes.
func (k *tokens) attributes(items [][]attrfile.Attribute, attr finder) {
	for _, list := range items {
		for i := range list {
			k.name = append(k.name[:0], list[i].Name...)
			if id, ok := attr.find(k.name); ok {
				k.add(id, list[i].Value)
			}
		}
		k.next()
	}
}

func checkItems(items [][]attrfile.Attribute) error {
	for t, item := range items {
		for _, a := range item {
			if math.IsNaN(a.Value) || math.IsInf(a.Value, 0) {
				return fmt.Errorf("%w: attribute %q of token %d has value %v, want a finite number", model.ErrInput, a.Name, t, a.Value)
			}
		}
	}
	return nil
}

// numberWord returns the number of a word. A new word gets the next number, or -1 in held-out data.
func (d *Dataset) numberWord(word string) int32 {
	print := hashWord(word)
	k, ok := d.words[print]
	switch {
	case ok:
		return k
	case d.heldOut:
		return -1
	}
	k = int32(len(d.words))
	d.words[print] = k
	return k
}

// hashWord returns the 64-bit FNV-1a fingerprint of a word.
func hashWord(word string) uint64 {
	h := uint64(0xcbf29ce484222325)
	for i := range len(word) {
		h = (h ^ uint64(word[i])) * 0x100000001b3
	}
	return h
}
