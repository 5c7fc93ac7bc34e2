package document

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/lexicon"
)

// Names lists the columns, in the order of their fields.
var Names = []string{"doclabel", "docphrase"}

// Limit is the number of sentences that one part of a document has at most.
const Limit = 2000

// Kind is the kind of the columns as word resources of a model.
const Kind = "document"

// column is a column of Names. Its fields come with the sentence: see features.Computed.
type column struct{ name string }

func init() { lexicon.Register(Kind, decode) }

// Columns returns the columns as word resources, which models store. A sentence without fields of
// its own has empty fields.
func Columns() []lexicon.Lexicon {
	var list []lexicon.Lexicon
	for _, name := range Names {
		list = append(list, column{name})
	}
	return list
}

// In reports whether the word resources of a model contain the columns.
func In(list []lexicon.Lexicon) bool {
	for _, l := range list {
		if _, ok := l.(column); ok {
			return true
		}
	}
	return false
}

// Name implements [lexicon.Lexicon].
func (c column) Name() string { return c.name }

// Kind implements [lexicon.Lexicon].
func (c column) Kind() string { return Kind }

// Len implements [lexicon.Lexicon]. The columns have no entries.
func (c column) Len() int { return 0 }

// Reader implements [lexicon.Lexicon].
func (c column) Reader() func(dst, words []string) []string {
	return func(dst, words []string) []string {
		for range words {
			dst = append(dst, "")
		}
		return dst
	}
}

// Templates implements [lexicon.Lexicon]. The column seen has the labels of words in the training
// data.
func (c column) Templates() string {
	return fmt.Sprintf("u:%[1]s=%%x[0,%[1]s]\nu:%[1]sH=%%x[0,%[1]s]/%%H[0,form]\n"+
		"u:%[1]s-1=%%x[-1,%[1]s]/%%x[0,%[1]s]\nu:%[1]s+1=%%x[0,%[1]s]/%%x[1,%[1]s]\n"+
		"?u:%[1]sS=%%x[0,%[1]s]/%%x[0,seen]\n", c.name)
}

// Sections implements [lexicon.Lexicon].
func (c column) Sections() []lexicon.Section {
	return []lexicon.Section{{Name: "name", Data: []byte(c.name)}}
}

// decode is the inverse of Sections.
func decode(sections map[string][]byte) (lexicon.Lexicon, error) {
	for _, name := range Names {
		if name == string(sections["name"]) {
			return column{name}, nil
		}
	}
	return nil, errors.New("not a column of documents")
}
