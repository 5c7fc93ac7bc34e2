package wapiti

import (
	"bytes"
	"fmt"
	"iter"
	"slices"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/model"
)

// ErrModel says that bytes are no model of Wapiti, or a damaged one. It wraps [model.ErrModel].
var ErrModel = fmt.Errorf("%w (Wapiti)", model.ErrModel)

// Type says how the scores of a model are normalised.
type Type int

// The types, numbered as in model files.
const (
	MaxEnt Type = iota // each label for itself in training; read like a CRF
	MEMM               // each label given the one before
	CRF                // all labels of a sentence together
)

// String returns the name that wapiti train --type takes.
func (k Type) String() string { return [...]string{"maxent", "memm", "crf"}[k] }

// A Model is what a model file holds. It is immutable and safe for concurrent use.
type Model struct {
	kind      Type
	labels    []string
	templates *features.Templates // nil: raw
	program   *features.Program   // nil: raw
	columns   int                 // that the program reads
	auto      bool
	names     []string // attributes by number
	number    map[string]int32
	bare      []int32 // the numbers of bigram patterns without a command, as far as they have one

	// The weights that are not 0: those of attribute a and a label are first[a]..first[a+1], those of
	// a and a pair of labels pairFirst[a]..pairFirst[a+1].
	first      []int
	label      []int32
	weight     []float64
	pairFirst  []int
	pair       []int32 // i*L+j
	pairWeight []float64

	meta  model.Metadata
	space *chain.Space
	pool  model.Pool
}

// Sniff reports whether a file that starts with head looks like a model of Wapiti.
func Sniff(head []byte) bool { return bytes.HasPrefix(head, []byte("#mdl#")) }

// Type returns how the scores are normalised.
func (m *Model) Type() Type { return m.kind }

// Labels returns the L labels in the order of their numbers. It must not be changed.
func (m *Model) Labels() []string { return m.labels }

// Templates returns the patterns inside the model, nil if it is raw.
func (m *Model) Templates() *features.Templates { return m.templates }

// Columns returns how many columns a row must have at least, 0 if the model is raw.
func (m *Model) Columns() int { return m.columns }

// AutoUnigram reports whether a raw model puts a u before each column, and takes every line for a
// sentence.
func (m *Model) AutoUnigram() bool { return m.auto }

// Unigrams yields the attributes of tokens in the order of the file, and for each its labels with
// their weights. Weights of 0 are left out here and below, and attributes without any other.
func (m *Model) Unigrams() iter.Seq2[string, iter.Seq2[int, float64]] {
	return func(yield func(string, iter.Seq2[int, float64]) bool) {
		for a, name := range m.names {
			lo, hi := m.first[a], m.first[a+1]
			if lo < hi && !yield(name, func(yield func(int, float64) bool) {
				for k := lo; k < hi; k++ {
					if !yield(int(m.label[k]), m.weight[k]) {
						return
					}
				}
			}) {
				return
			}
		}
	}
}

// Bigrams yields the attributes of pairs of tokens in the order of the file, and for each its pairs of
// labels, that at t-1 first, with their weights. Patterns without a command are not among them: see
// [Model.Transitions]. An attribute of a * pattern may come from here and from Unigrams.
func (m *Model) Bigrams() iter.Seq2[string, iter.Seq2[[2]int, float64]] {
	return func(yield func(string, iter.Seq2[[2]int, float64]) bool) {
		for a, name := range m.names {
			if m.pairFirst[a] < m.pairFirst[a+1] && !slices.Contains(m.bare, int32(a)) && !yield(name, m.pairs(int32(a))) {
				return
			}
		}
	}
}

// Transitions yields the pairs of labels that have a weight at every position: those of each bigram
// pattern without a command, such as a bare b. The weights of a pair that comes twice add up.
func (m *Model) Transitions() iter.Seq2[[2]int, float64] {
	return func(yield func([2]int, float64) bool) {
		for _, a := range m.bare {
			for pair, w := range m.pairs(a) {
				if !yield(pair, w) {
					return
				}
			}
		}
	}
}

func (m *Model) pairs(a int32) iter.Seq2[[2]int, float64] {
	return func(yield func([2]int, float64) bool) {
		for k := m.pairFirst[a]; k < m.pairFirst[a+1]; k++ {
			pair := int(m.pair[k])
			if !yield([2]int{pair / len(m.labels), pair % len(m.labels)}, m.pairWeight[k]) {
				return
			}
		}
	}
}
