package cluster

import (
	"bufio"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A Word is a word with its cluster.
type Word struct {
	Text  string
	Path  string // bits from the root of the tree to the cluster, or the name of the cluster
	Count int    // frequency; 0 if unknown
}

// Clusters maps words to clusters. It is safe for concurrent use. The zero value has no words.
type Clusters struct {
	words []Word
	index map[string]int32 // by word
	tree  bool
}

// newClusters takes ownership of words, which must be distinct.
func newClusters(words []Word, tree bool) *Clusters {
	c := &Clusters{words: words, index: make(map[string]int32, len(words)), tree: tree}
	for k, w := range words {
		c.index[w.Text] = int32(k)
	}
	return c
}

// Len returns the number of words.
func (c *Clusters) Len() int { return len(c.words) }

// Tree reports whether clusters are leaves of a binary tree with bit paths. Otherwise clusters have
// names.
func (c *Clusters) Tree() bool { return c.tree }

// All yields the words in the order of the file. Induced clusters are ordered by path, and the
// words of a cluster by frequency.
func (c *Clusters) All() iter.Seq[Word] { return slices.Values(c.words) }

// Path returns the path of a word, or the name of its cluster.
func (c *Clusters) Path(word string) (path string, ok bool) {
	k, ok := c.index[word]
	if !ok {
		return "", false
	}
	return c.words[k].Path, true
}

// Lengths are the most informative lengths of path prefixes, from coarse to fine (Turian, Ratinov &
// Bengio 2010).
var Lengths = []int{4, 6, 10, 20}

// AppendPrefixes appends the path prefixes of a word with these lengths, which must ascend, and
// then the full path. Each prefix is a cluster higher in the tree. Lengths that are not shorter
// than the path are ignored, so all results are distinct. For a cluster name, only the name is
// appended. Unknown words have no prefixes.
func (c *Clusters) AppendPrefixes(dst []string, word string, lengths ...int) []string {
	path, ok := c.Path(word)
	if !ok {
		return dst
	}
	if c.tree {
		for _, n := range lengths {
			if n >= len(path) {
				break
			}
			dst = append(dst, path[:n])
		}
	}
	return append(dst, path)
}

// Write writes one line per word in a format that Read reads: path, word and count separated by
// tabs, or word and name if clusters are not a tree. If the first word starts with a byte order
// mark, Write puts an empty line before it, so that Read does not skip the mark.
func (c *Clusters) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	if !c.tree && len(c.words) > 0 && strings.HasPrefix(c.words[0].Text, byteOrderMark) {
		b.WriteByte('\n')
	}
	for _, word := range c.words {
		fields := []string{word.Text, word.Path}
		if c.tree {
			fields = []string{word.Path, word.Text, strconv.Itoa(word.Count)}
		}
		if _, err := b.WriteString(strings.Join(fields, "\t") + "\n"); err != nil {
			return err
		}
	}
	return b.Flush()
}
