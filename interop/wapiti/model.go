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

// ErrModel means that the bytes are not a model of Wapiti, or that the model is damaged. It wraps
// [model.ErrModel].
var ErrModel = fmt.Errorf("%w (Wapiti)", model.ErrModel)

// Type is the kind of normalisation of a model.
type Type int

// The types, numbered as in model files.
const (
	MaxEnt Type = iota // per token in training; read like a CRF
	MEMM               // per label, given the previous label
	CRF                // over all labels of a sentence
)

// String returns the name for wapiti train --type.
func (k Type) String() string { return [...]string{"maxent", "memm", "crf"}[k] }

// Model is the content of a model file. It is immutable and safe for concurrent use.
type Model struct {
	kind      Type
	labels    []string
	templates *features.Templates // nil for a raw model
	program   *features.Program   // nil for a raw model
	columns   int                 // number of columns that the program reads
	auto      bool
	names     []string // attributes by number
	number    map[string]int32
	bare      []int32 // numbers of the bigram patterns without a command that are attributes

	// The nonzero weights. Weights of attribute a and a label are first[a]..first[a+1], weights of
	// a and a pair of labels are pairFirst[a]..pairFirst[a+1].
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

// Type returns the type of the model.
func (m *Model) Type() Type { return m.kind }

// Labels returns the L labels in the order of their numbers. The caller must not change the slice.
func (m *Model) Labels() []string { return m.labels }

// Templates returns the patterns of the model, or nil if it is raw.
func (m *Model) Templates() *features.Templates { return m.templates }

// Columns returns the minimum number of columns of a row, 0 if the model is raw.
func (m *Model) Columns() int { return m.columns }

// AutoUnigram reports whether a raw model adds a u before each column and reads every line as a
// sentence.
func (m *Model) AutoUnigram() bool { return m.auto }

// Unigrams yields the attributes of tokens in the order of the file, each with its labels and
// weights. Unigrams, Bigrams and Transitions omit weights of 0, and attributes without other
// weights.
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

// Bigrams yields the attributes of pairs of tokens in the order of the file, each with its pairs of
// labels and weights. The first label of a pair is the label at t-1. Patterns without a command are
// not included: see [Model.Transitions]. Both Bigrams and Unigrams may yield an attribute of a *
// pattern.
func (m *Model) Bigrams() iter.Seq2[string, iter.Seq2[[2]int, float64]] {
	return func(yield func(string, iter.Seq2[[2]int, float64]) bool) {
		for a, name := range m.names {
			if m.pairFirst[a] < m.pairFirst[a+1] && !slices.Contains(m.bare, int32(a)) && !yield(name, m.pairs(int32(a))) {
				return
			}
		}
	}
}

// Transitions yields the pairs of labels that have a weight at every position, from each bigram
// pattern without a command, such as a bare b. If a pair occurs more than once, its weights add up.
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
