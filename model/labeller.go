package model

import (
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// Kinds of model that trellis trains, as in Labeller.Kind and settings files.
const (
	Chain      = "chain"  // first-order CRF (package crf)
	SemiMarkov = "semi"   // semi-Markov CRF (package semicrf)
	Pruned     = "pruned" // pruned higher-order CRF (package prunedcrf)
)

// Tools whose models trellis reads, as in Labeller.Kind and Metadata.Tool.
const (
	CRFsuite = "CRFsuite"
	CRFPP    = "CRF++"
	Wapiti   = "Wapiti"
)

// A Labeller is a model of any kind. It is immutable and safe for concurrent use.
type Labeller interface {
	// Kind returns the kind of model: a constant of this package.
	Kind() string
	// Labels returns the labels inside the model, by number. Do not modify them.
	Labels() []string
	// Scheme returns the scheme of these labels.
	Scheme() structured.Scheme
	// Input describes what the model reads of a sentence.
	Input() Input
	// Metadata returns the metadata of the model. Do not modify it.
	Metadata() *Metadata
	// NewTagger returns a tagger for one goroutine. An option that the model does not support is an
	// *OptionError.
	NewTagger(o TagOptions) (Tagger, error)
	// Close releases the memory map of a model file. Do not use the taggers of the model
	// afterwards.
	Close() error
}

// TagOptions select what a tagger returns. The zero value selects the best labelling.
type TagOptions struct {
	NBest         int  // number of labellings, best first, with probabilities; 0 means the best without
	Posterior     bool // maximise the expected number of correct labels instead of the score
	Probabilities bool // also return the probability of each label
	Spans         bool // also return the spans with their probabilities
	Unconstrained bool // ignore the constraints of the label scheme
	NoDictionary  bool // ignore the tag dictionary
	Fixed         bool // Label receives fixed labels; they override the tag dictionary
}

// A Sentence is the input of a tagger: either columns or ready-made attributes. The other field is
// nil.
type Sentence struct {
	Columns features.Sequence
	Items   [][]attrfile.Attribute

	// Context holds what a model that reads documents takes from the other sentences: see
	// [SetContext]. Without it, the sentence is a document of its own.
	Context [][]string
}

// A Labelling holds the labels of a sentence, one per token, in the scheme of the training files.
type Labelling struct {
	Labels        []string
	Score         float64   // sum of the weights and biases; 0 for posterior decoding
	Probability   float64   // of the whole labelling, with NBest
	Probabilities []float64 // of each label; nil without TagOptions.Probabilities
	Spans         []Span    // nil without TagOptions.Spans
}

// A Span is a span of a labelling with the probability that the sentence has exactly this span.
type Span struct {
	annotation.Span
	Probability float64
}

// A Tagger labels sentences with its own scratch memory. Use one per goroutine.
type Tagger interface {
	// Label labels a sentence. Token t keeps the label fixed[t] unless it is empty; a nil slice
	// fixes no labels. If the sentence does not fit the model, or the model does not have a fixed
	// label, the error wraps ErrInput. The result is valid until the next call.
	Label(s Sentence, fixed []string) ([]Labelling, error)
}

// A Scorer is a tagger whose model scores sentences by a first-order lattice over all labels.
type Scorer interface {
	Tagger
	// Scores returns the scores of a sentence, valid until the next call of the tagger.
	Scores(s Sentence, fixed []string) (*structured.Lattice, error)
}

// SpellsSpans reports whether the labels of the model encode spans, in any scheme.
func SpellsSpans(m Labeller) bool {
	if m.Scheme() != structured.Plain || m.Metadata().Tool == "" {
		return m.Scheme() != structured.Plain
	}
	var d annotation.SchemeDetector
	d.Add(m.Labels())
	return d.Scheme() != structured.Plain
}

// Check returns an *OptionError for an option that is out of range or contradicts another. It also
// does so for spans if the labels of m do not encode any.
func (o TagOptions) Check(m Labeller) error {
	switch {
	case o.NBest < 0:
		return Refuse("nbest", "{nbest} %d: want a number that is not negative", o.NBest)
	case o.NBest > 0 && o.Posterior:
		return Refuse("posterior", "{posterior} gives one labelling per sentence; it cannot be combined with {nbest}")
	case o.Spans && !SpellsSpans(m):
		return Refuse("span-probs", "{span-probs}: the labels of the model encode no spans")
	}
	return nil
}
