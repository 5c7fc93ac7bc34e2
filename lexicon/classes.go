package lexicon

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/features"
)

// Classes maps words to classes. A class is a name, or a path of bits in a tree.
type Classes struct {
	name  string
	table table
	names []string // of the classes
	tree  bool
}

var (
	_ Lexicon        = (*Classes)(nil)
	_ features.Words = (*Classes)(nil)
)

// NewClasses returns a column with the clusters of words.
func NewClasses(name string, c *cluster.Clusters) (*Classes, error) {
	x, err := newClasses(name, slices.Collect(c.All()), c.Tree())
	if err == nil && c.Len() == 0 {
		return nil, fmt.Errorf("classes %s: %w", name, ErrEmpty)
	}
	return x, err
}

// newClasses requires distinct words.
func newClasses(name string, list []cluster.Word, tree bool) (*Classes, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	x := &Classes{name: name, tree: tree}
	numbers, words := make(map[string]uint32), make(map[string]uint32, len(list))
	for _, w := range list {
		n, ok := numbers[w.Path]
		if !ok {
			n = uint32(len(x.names))
			numbers[w.Path] = n
			x.names = append(x.names, w.Path)
		}
		words[w.Text] = n
	}
	var err error
	if x.table, err = newTableOf(words); err != nil {
		return nil, fmt.Errorf("classes %s: %w", name, err)
	}
	return x, nil
}

// Name implements [Lexicon].
func (x *Classes) Name() string { return x.name }

// Kind implements [Lexicon].
func (x *Classes) Kind() string { return "classes" }

// Len returns the number of words.
func (x *Classes) Len() int { return len(x.table.keys) }

// Classes returns the number of classes.
func (x *Classes) Classes() int { return len(x.names) }

// Templates implements [Lexicon]. It returns templates for the class of a word and, if classes are
// paths, for the prefixes in cluster.Lengths. Templates for the neighbours' classes did not improve
// any tagger.
func (x *Classes) Templates() string {
	var b strings.Builder
	if x.tree {
		for _, n := range cluster.Lengths {
			fmt.Fprintf(&b, "u:%[1]s-%[2]d=%%p[0,%[1]s,%[2]d]\n", x.name, n)
		}
	}
	fmt.Fprintf(&b, "u:%[1]s=%%x[0,%[1]s]\n", x.name)
	return b.String()
}

// Class returns the class of a word, looked up as written and then in lower case. It returns "" if
// the word has no class.
func (x *Classes) Class(word string) string {
	return x.Reader()(nil, []string{word})[0]
}

// Reader implements [Lexicon].
func (x *Classes) Reader() func(dst, words []string) []string {
	read := x.WordReader()
	return func(dst, words []string) []string {
		for _, word := range words {
			dst = append(dst, read(word))
		}
		return dst
	}
}

// WordReader implements [features.Words].
func (x *Classes) WordReader() func(word string) string {
	var lower []byte
	return func(word string) string {
		if n, ok := x.table.word(word, &lower); ok {
			return x.names[n]
		}
		return ""
	}
}
