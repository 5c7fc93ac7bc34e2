package features

import (
	"fmt"
	"slices"
)

// A Column is computed from the words of a sentence, that is, from the column named form. Package
// lexicon has several.
type Column interface {
	// Name is the column name in templates.
	Name() string
	// Reader returns a function that appends one field per word of a sentence to dst. The function
	// may have its own scratch memory and is for one goroutine. Fields never change.
	Reader() func(dst, words []string) []string
}

// Words is a Column in which each field depends on a single word. A [Fingerprinter] computes such a
// field once for a cached word.
type Words interface {
	Column
	// WordReader returns a function that returns the field of a word. The function may have its own
	// scratch memory and is for one goroutine. Fields never change.
	WordReader() func(word string) string
}

// Vectors is a Column whose words have vectors of equal length. The macro %v reads them.
type Vectors interface {
	Column
	// VectorReader returns a function that returns the vector of a word, or nil. The function may
	// have its own scratch memory and is for one goroutine. Vectors never change, and the caller
	// must not change them.
	VectorReader() func(word string) []float32
}

// SeenLabels is a training sentence with leave-one-out label counts of its words. Fields replaces
// the fields that one [Column] computes from the words of the sentence. Training needs SeenLabels
// if the column was counted on the training sentences (lexicon.LabelCounts). Otherwise each
// sentence would see its own labels.
//
// A value and a pointer work alike. An [Extractor] uses the fields. A [Fingerprinter], which only
// tags, ignores the fields of [Words] columns and uses its word cache.
type SeenLabels struct {
	Sequence
	Column string   // name of the column
	Fields []string // one per token; [Extractor.Reset] panics if the number differs
}

// fieldsOf implements fieldSource. The receiver is a value, so that pointers have the method, too.
func (s SeenLabels) fieldsOf(column string) ([]string, bool) {
	if s.Column != column {
		return nil, false
	}
	if len(s.Fields) != s.Len() {
		panic(fmt.Sprintf("features: %d fields of column %s for a sentence of %d tokens", len(s.Fields), column, s.Len()))
	}
	return s.Fields, true
}

// fieldSource is a sequence that has its own fields of a [Column].
type fieldSource interface {
	fieldsOf(column string) ([]string, bool)
}

// derived holds the computed columns of a program.
type derived struct {
	columns []Column
	first   int   // number of the first computed column
	form    int   // word column
	read    []int // computed columns whose fields templates read
	vectors []int // computed columns whose vectors templates read
}

// words returns a column if it is computed from single words, else nil.
func (d *derived) words(column int) Words {
	if len(d.columns) == 0 || column < d.first {
		return nil
	}
	w, _ := d.columns[column-d.first].(Words)
	return w
}

// use records the columns that templates read.
func (d *derived) use(read []int) {
	for _, c := range read {
		if len(d.columns) > 0 && c >= d.first {
			d.read = append(d.read, c-d.first)
		}
	}
}

// useVectors records the columns whose vectors templates read.
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

// extended is a sentence with computed columns. It is scratch memory for one goroutine.
type extended struct {
	derived
	Sequence
	readers []func(dst, words []string) []string // readers of the columns in read
	words   []string
	fields  []string // concatenated fields of the columns in read
	at      []int    // start of each column in fields

	lookups []func(word string) []float32 // vector readers of the columns in vectors
	found   [][][]float32                 // per column, the vectors of the words; nil if a word has none
}

// newExtended returns nil if templates read no computed columns.
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

// of returns seq with the computed columns. The result is valid until the next call.
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
