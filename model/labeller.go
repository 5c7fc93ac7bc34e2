package model

import (
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/structured"
)

// The kinds of model that this module trains, as Labeller.Kind and files of settings name them.
const (
	Chain      = "chain"  // first order (package crf)
	SemiMarkov = "semi"   // segments (package semicrf)
	Pruned     = "pruned" // up to second order over pruned labels (package prunedcrf)
)

// The tools whose models this module reads, as Labeller.Kind and Metadata.Tool name them.
const (
	CRFsuite = "CRFsuite"
	CRFPP    = "CRF++"
	Wapiti   = "Wapiti"
)

// A Labeller is a model of any kind. It is immutable and safe for concurrent use.
type Labeller interface {
	// Kind names the kind of model: one of this package's constants, or the tool that trained it.
	Kind() string
	// Labels returns the labels that the model has inside, in the order of their numbers. They must not be changed.
	Labels() []string
	// Scheme returns the scheme in which these labels spell spans.
	Scheme() structured.Scheme
	// Input returns what the model reads of a sentence.
	Input() Input
	// Metadata returns what is stored with the model. It must not be changed.
	Metadata() *Metadata
	// NewTagger returns a tagger for one goroutine. An option that the model cannot respect is an *OptionError.
	NewTagger(o TagOptions) (Tagger, error)
	// Close gives back the memory map of a model that was opened from a file. Its taggers must not be used any more.
	Close() error
}

// TagOptions say what a tagger finds. The zero value asks for the best labelling alone.
type TagOptions struct {
	NBest         int  // up to so many different labellings, best first, with their probabilities; 0: the best one
	Posterior     bool // the labels of the greatest expected number of right ones, instead of the best labelling
	Probabilities bool // the probability of each label
	Spans         bool // the spans, with their probabilities
	Unconstrained bool // labels may break the grammar of their scheme
	NoDictionary  bool // words may have labels that the tag dictionary of the model lacks
	Fixed         bool // Label gets labels to keep, which the tag dictionary does not restrict
}

// A Sentence is what a tagger reads: a sequence of columns, or the ready-made attributes of tokens. The other is nil.
type Sentence struct {
	Columns features.Sequence
	Items   [][]attrfile.Attribute
}

// A Labelling is the labels of a sentence, one a token, as files spell them.
type Labelling struct {
	Labels        []string
	Score         float64   // the sum of the weights, unless the labels were chosen by their probabilities
	Probability   float64   // of the whole labelling, if a list was asked for
	Probabilities []float64 // of each label, nil unless asked for
	Spans         []Span    // nil unless asked for
}

// A Span is a span of a labelling with the probability that the sentence has exactly this span.
type Span struct {
	annotation.Span
	Probability float64
}

// A Tagger labels sentences in scratch memory of its own: one for each goroutine.
type Tagger interface {
	// Label labels a sentence. Labels fixed[t] that are not empty are kept at token t; a nil slice fixes none. Sentences
	// that do not fit the model, and fixed labels that it does not have, are an error that wraps ErrInput. What it returns
	// is valid until the next call.
	Label(s Sentence, fixed []string) ([]Labelling, error)
}

// A Scorer is a tagger of a model whose scores are a first-order lattice over all labels of the model.
type Scorer interface {
	Tagger
	// Scores returns the scores of a sentence, valid until the next call of the tagger.
	Scores(s Sentence, fixed []string) (*structured.Lattice, error)
}

// SpellsSpans reports whether labels of the model spell spans, in whatever scheme.
func SpellsSpans(m Labeller) bool {
	if m.Scheme() != structured.Plain || m.Metadata().Tool == "" {
		return m.Scheme() != structured.Plain
	}
	var d annotation.SchemeDetector
	d.Add(m.Labels())
	return d.Scheme() != structured.Plain
}

// Check returns an *OptionError for an option that is out of range, does not go with another, or asks for spans that
// the labels of m do not spell.
func (o TagOptions) Check(m Labeller) error {
	switch {
	case o.NBest < 0:
		return Refuse("nbest", "{nbest} %d: want a number that is not negative", o.NBest)
	case o.NBest > 0 && o.Posterior:
		return Refuse("posterior", "{posterior} finds one labelling, {nbest} lists the best by another measure")
	case o.Spans && !SpellsSpans(m):
		return Refuse("span-probs", "{span-probs}: the labels of the model spell no spans")
	}
	return nil
}
