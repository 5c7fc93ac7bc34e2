package semicrf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/modelfile"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Dataset holds labelled sentences compiled into numbers. It is not safe for concurrent use while
// sentences are added.
type Dataset struct {
	input model.Input
	read  *reader
	ex    extractors

	attrs  modelfile.Names // of tokens
	texts  modelfile.Names // words, lower-cased words and shapes
	types  modelfile.Names // of spans
	labels modelfile.Names // of tokens, as written in the data
	scheme annotation.SchemeDetector

	sentence []int // N+1: the tokens of sentence s are sentence[s]..sentence[s+1]-1
	weight   []float64
	first    []int // tokens+1: the attributes of token t are attr[first[t]:first[t+1]]
	attr     []int32
	text     []int32 // tokens x kinds
	label    []int32 // per token
	spans    []annotation.Span
	spanEnd  []int // N+1: the spans of sentence s are spans[spanEnd[s]:spanEnd[s+1]]
}

// NewDataset returns an empty data set. It returns an error if the templates read columns that in
// does not have.
func NewDataset(in model.Input) (*Dataset, error) {
	r, err := bind(&in)
	if err != nil {
		return nil, err
	}
	return &Dataset{input: in, read: r, ex: r.extractors(), sentence: []int{0}, first: []int{0}, spanEnd: []int{0}}, nil
}

// Len returns the number of sentences.
func (d *Dataset) Len() int { return len(d.sentence) - 1 }

// Tokens returns the number of tokens.
func (d *Dataset) Tokens() int { return len(d.first) - 1 }

// Attributes returns the number of token attributes.
func (d *Dataset) Attributes() int { return d.attrs.Len() }

// Spans returns the number of spans.
func (d *Dataset) Spans() int { return len(d.spans) }

// Types returns the span types in the order of their first occurrence.
func (d *Dataset) Types() []string { return d.types.List() }

// Scheme returns the span scheme of the labels, or Plain if they encode no spans.
func (d *Dataset) Scheme() structured.Scheme { return d.scheme.Scheme() }

// Add appends a sentence with one label per token and the weight of its loss, which must be finite
// and not negative. Sentences without tokens are ignored. On error, nothing is added.
func (d *Dataset) Add(seq features.Sequence, labels []string, weight float64) error {
	if err := training.CheckSentence(seq.Len(), len(labels), weight); err != nil || len(labels) == 0 {
		return err
	}
	if err := model.CheckColumns(seq, d.read.width); err != nil {
		return err
	}
	d.ex.reset(seq)
	for t := range labels {
		for _, name := range d.ex.tokens.Unigrams(t) {
			d.attr = append(d.attr, d.attrs.Add(name))
		}
		d.first = append(d.first, len(d.attr))
		for _, text := range d.ex.texts.Unigrams(t) {
			d.text = append(d.text, d.texts.Add(text))
		}
	}
	for _, name := range labels {
		d.label = append(d.label, d.labels.Add([]byte(name)))
	}
	d.scheme.Add(labels)
	at := len(d.spans)
	d.spans = annotation.AppendSpans(d.spans, labels)
	for k := range d.spans[at:] {
		s := &d.spans[at+k]
		typ := d.types.Add([]byte(s.Type))
		s.Type = d.types.List()[typ] // labels may be substrings of a whole sentence
	}
	d.spanEnd = append(d.spanEnd, len(d.spans))
	d.sentence = append(d.sentence, len(d.first)-1)
	d.weight = append(d.weight, weight)
	return nil
}

func (d *Dataset) spansOf(s int) []annotation.Span { return d.spans[d.spanEnd[s]:d.spanEnd[s+1]] }

// covered is the share of spans within the default limit of the segment length. Training time grows
// with the limit, and the few longest spans are often annotation errors.
const covered = 0.995

// usual returns the smallest length, at least 1, that covers this share of the spans.
func (d *Dataset) usual() int {
	lengths := []int{1}
	for _, s := range d.spans {
		lengths = append(lengths, s.End-s.Start)
	}
	slices.Sort(lengths)
	return lengths[int(math.Ceil(covered*float64(len(d.spans))))]
}

// textsOf sets text to the texts of a sentence.
func (d *Dataset) textsOf(text *texts, s int) {
	lo, hi := d.sentence[s], d.sentence[s+1]
	text.resize(hi - lo)
	for kind := range text {
		for t, to := range text[kind] {
			text[kind][t] = append(to[:0], d.texts.List()[d.text[(lo+t)*kinds+kind]]...)
		}
	}
}

// lexicon returns the segment attributes of at least minCount spans of up to longest tokens.
func (d *Dataset) lexicon(longest, minCount int) *lexicon {
	count := make(map[string]int)
	var text texts
	var k keys
	for s := range d.Len() {
		if d.spanEnd[s] == d.spanEnd[s+1] {
			continue
		}
		d.textsOf(&text, s)
		for _, span := range d.spansOf(s) {
			if span.End-span.Start > longest {
				continue
			}
			k.reset()
			for t := span.Start; t < span.End; t++ {
				k.add(&text, t)
			}
			for _, key := range k {
				count[string(key)]++
			}
		}
	}
	var names []string
	for name, n := range count {
		if n >= minCount {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	x := &lexicon{longest: longest}
	x.number(names)
	return x
}
