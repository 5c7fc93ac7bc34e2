package features

import (
	"fmt"
	"slices"
)

// A Column is one that sentences do not bring along: its fields follow from their words, the column named form.
// Package lexicon has some.
type Column interface {
	// Name is what templates call it.
	Name() string
	// Reader returns a function that appends the fields of the words of a sentence to dst, one for each. It may have
	// scratch memory of its own, and is for one goroutine; the fields stay as they are.
	Reader() func(dst, words []string) []string
}

// Words is a Column whose fields each depend on one word alone, so that they need not be asked for again where a word
// is remembered.
type Words interface {
	Column
	// WordReader returns a function that returns the field of a word. It may have scratch memory of its own, and is for
	// one goroutine; the fields stay as they are.
	WordReader() func(word string) string
}

// Vectors is a Column whose words have vectors, all of one length. The macro %v yields them.
type Vectors interface {
	Column
	// VectorReader returns a function that returns the vector of a word, nil if it has none. It may have scratch memory
	// of its own, and is for one goroutine; vectors stay as they are, and nobody changes them.
	VectorReader() func(word string) []float32
}

// SeenLabels is a training sentence together with the leave-one-out label counts of its words: the fields that one
// [Column] has in this sentence, instead of those that follow from the words. Training needs them where the column was
// counted from the very sentences it trains on (lexicon.LabelCounts); else each sentence would see its own labels. A
// value and a pointer work alike. An [Extractor] respects the fields. A [Fingerprinter], which only tags, takes the
// fields of [Words] from its word cache and ignores them.
type SeenLabels struct {
	Sequence
	Column string   // its name
	Fields []string // one for each token; [Extractor.Reset] panics for another number
}

// fieldsOf implements fieldSource. Its receiver is a value, so that pointers have the method too.
func (s SeenLabels) fieldsOf(column string) ([]string, bool) {
	if s.Column != column {
		return nil, false
	}
	if len(s.Fields) != s.Len() {
		panic(fmt.Sprintf("features: %d fields of column %s for a sentence of %d tokens", len(s.Fields), column, s.Len()))
	}
	return s.Fields, true
}

// A fieldSource is a sequence that brings the fields of a [Column] along.
type fieldSource interface {
	fieldsOf(column string) ([]string, bool)
}

// derived are the columns of a program that follow from the words.
type derived struct {
	columns []Column
	first   int   // number of the first of them
	form    int   // the column of the words
	read    []int // those of columns whose fields templates read
	vectors []int // those of columns whose vectors templates read
}

// words returns a column whose fields follow from one word each; nil for others.
func (d *derived) words(column int) Words {
	if len(d.columns) == 0 || column < d.first {
		return nil
	}
	w, _ := d.columns[column-d.first].(Words)
	return w
}

// use notes which columns templates read.
func (d *derived) use(read []int) {
	for _, c := range read {
		if len(d.columns) > 0 && c >= d.first {
			d.read = append(d.read, c-d.first)
		}
	}
}

// useVectors notes of which columns templates read the vectors.
func (d *derived) useVectors(values []valued) {
	for i := range values {
		c := values[i].column - d.first
		if len(d.columns) == 0 || c < 0 || slices.Contains(d.vectors, c) {
			continue
		}
		if _, ok := d.columns[c].(Vectors); ok {
			d.vectors = append(d.vectors, c)
		} else if !slices.Contains(d.read, c) {
			d.read = append(d.read, c)
		}
	}
}

// extended is a sentence with the columns that follow from its words. It is scratch memory: of one goroutine.
type extended struct {
	derived
	Sequence
	readers []func(dst, words []string) []string // of those that are read
	words   []string
	fields  []string // of the columns that are read, one after another
	at      []int    // of each column, where in fields it begins

	lookups []func(word string) []float32 // of vectors, for those that are read
	found   [][][]float32                 // of each column, the vectors of the words; nil if it has none
}

// newExtended returns nil if there are no columns to be read.
func newExtended(d derived) *extended {
	if len(d.read)+len(d.vectors) == 0 {
		return nil
	}
	x := &extended{derived: d, at: make([]int, len(d.columns)), found: make([][][]float32, len(d.columns))}
	for _, c := range d.read {
		x.readers = append(x.readers, d.columns[c].Reader())
	}
	for _, c := range d.vectors {
		x.lookups = append(x.lookups, d.columns[c].(Vectors).VectorReader())
	}
	return x
}

// of returns seq with its further columns, valid until the next call.
func (x *extended) of(seq Sequence) Sequence {
	if x == nil {
		return seq
	}
	n := seq.Len()
	x.Sequence = seq
	x.words = slices.Grow(x.words[:0], n)[:n]
	for t := range n {
		x.words[t] = seq.Field(t, x.form)
	}
	source, _ := seq.(fieldSource)
	x.fields = x.fields[:0]
	for i, c := range x.read {
		x.at[c] = len(x.fields)
		if source != nil {
			if fields, ok := source.fieldsOf(x.columns[c].Name()); ok {
				x.fields = append(x.fields, fields...)
				continue
			}
		}
		x.fields = x.readers[i](x.fields, x.words)
	}
	for i, c := range x.vectors {
		found := x.found[c][:0]
		for _, word := range x.words {
			found = append(found, x.lookups[i](word))
		}
		x.found[c] = found
	}
	return x
}

// Field implements [Sequence].
func (x *extended) Field(token, column int) string {
	if column < x.first {
		return x.Sequence.Field(token, column)
	}
	return x.fields[x.at[column-x.first]+token]
}
