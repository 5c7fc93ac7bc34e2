package cluster

import (
	"bufio"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A Word is a word and its cluster.
type Word struct {
	Text  string
	Path  string // bits from the root of the tree to the cluster, or the name of the cluster
	Count int    // how often it occurs; 0 if that is not known
}

// Clusters tell the clusters of words. They may be used by any number of goroutines at once. The zero
// value knows no word.
type Clusters struct {
	words []Word
	index map[string]int32 // of words
	tree  bool
}

// newClusters takes over words, which differ.
func newClusters(words []Word, tree bool) *Clusters {
	c := &Clusters{words: words, index: make(map[string]int32, len(words)), tree: tree}
	for k, w := range words {
		c.index[w.Text] = int32(k)
	}
	return c
}

// Len returns the number of words.
func (c *Clusters) Len() int { return len(c.words) }

// Tree tells whether clusters are leaves of a binary tree, and their paths bits. Else they have names.
func (c *Clusters) Tree() bool { return c.tree }

// All yields the words in the order of the file, or, if they were induced, of the paths, those of a
// cluster by how frequent they are.
func (c *Clusters) All() iter.Seq[Word] { return slices.Values(c.words) }

// Path returns the path of a word, or the name of its cluster.
func (c *Clusters) Path(word string) (path string, ok bool) {
	k, ok := c.index[word]
	if !ok {
		return "", false
	}
	return c.words[k].Path, true
}

// Lengths are those of the prefixes of paths that tell most, coarse to fine: Turian, Ratinov & Bengio 2010.
var Lengths = []int{4, 6, 10, 20}

// AppendPrefixes appends the prefixes of the path of a word that have these ascending lengths, each a
// cluster higher in the tree. The one that no length cuts short is the last, so all of them differ. The
// name of a cluster is never cut. Nothing is appended for a word that is not known.
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

// Write writes a line for each word, which Read reads: path, word and count between tabs, or word and
// name where clusters are no tree. An empty line goes ahead of a first word that starts with a byte order
// mark, so that Read does not take that for the mark of the file.
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
