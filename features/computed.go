package features

import (
	"fmt"
	"slices"
)

// Computed is a sentence with its own fields of some computed columns. They replace the fields that
// each [Column] computes from the words of the sentence. So a column can depend on more than the
// sentence, such as its document.
//
// A value and a pointer work alike, for an [Extractor] and for a [Fingerprinter]. A Fingerprinter
// ignores the fields of [Words] columns.
type Computed struct {
	Sequence
	Names  []string   // of the columns
	Fields [][]string // for each column, one field per token; Reset panics if the number differs
}

// fieldsOf implements fieldSource.
func (c Computed) fieldsOf(column string) ([]string, bool) {
	k := slices.Index(c.Names, column)
	if k < 0 {
		source, ok := c.Sequence.(fieldSource)
		if !ok {
			return nil, false
		}
		return source.fieldsOf(column)
	}
	if len(c.Fields[k]) != c.Len() {
		panic(fmt.Sprintf("features: %d fields of column %s for a sentence of %d tokens", len(c.Fields[k]), column, c.Len()))
	}
	return c.Fields[k], true
}

// Columns returns the number of columns of the sentence, like [Width].
func (c Computed) Columns() int { return Width(c.Sequence) }
