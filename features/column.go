package features

import "slices"

// A Column is one that sentences do not bring along: its fields follow from their words, the column named form.
// Package lexicon has some.
type Column interface {
	// Name is what templates call it.
	Name() string
	// Reader returns a function that appends a field for each word of a sentence to dst. It may have scratch memory
	// of its own, and is for one goroutine; the fields stay as they are.
	Reader() func(dst, words []string) []string
}

// derived are the columns of a program that follow from the words.
type derived struct {
	columns []Column
	first   int   // number of the first of them
	form    int   // the column of the words
	read    []int // those of columns that templates read
}

// use notes which columns templates read.
func (d *derived) use(read []int) {
	for _, c := range read {
		if len(d.columns) > 0 && c >= d.first {
			d.read = append(d.read, c-d.first)
		}
	}
}

// extended is a sentence with the columns that follow from its words. It is scratch memory: of one goroutine.
type extended struct {
	*derived
	Sequence
	readers []func(dst, words []string) []string // of those that are read
	words   []string
	fields  []string // of the columns that are read, one after another
	at      []int    // of each column, where in fields it begins
}

// newExtended returns nil if the program reads no such columns.
func newExtended(d *derived) *extended {
	if len(d.read) == 0 {
		return nil
	}
	x := &extended{derived: d, at: make([]int, len(d.columns))}
	for _, c := range d.read {
		x.readers = append(x.readers, d.columns[c].Reader())
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
	x.fields = x.fields[:0]
	for i, c := range x.read {
		x.at[c] = len(x.fields)
		x.fields = x.readers[i](x.fields, x.words)
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
