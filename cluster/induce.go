package cluster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// ErrEmpty means that no word of a text occurs often enough.
var ErrEmpty = errors.New("no word to cluster")

// Options are the settings of clustering. The zero value creates 1000 clusters of all words.
type Options struct {
	Clusters int // number of clusters (0: 1000); with fewer words, each word is its own cluster
	MinCount int // less frequent words are left out, and split sentences
	// Window is the number of clusters among which pairs are compared until the last word has
	// entered. It is at least Clusters (0: equal to Clusters). A larger window gives better
	// clusters in more time. A window of all words is the algorithm of Brown et al. without a
	// window. Memory grows as 12 Window^2 bytes.
	Window int
	// Progress, unless nil, is called after each step with the numbers of completed steps and of
	// all steps.
	Progress func(done, all int)
}

// maxWindow keeps the tables of a window below 13 GiB.
const maxWindow = 1 << 15

func (o *Options) check() error {
	if o.Clusters == 0 {
		o.Clusters = 1000
	}
	if o.Window == 0 {
		o.Window = o.Clusters
	}
	switch {
	case o.Clusters < 0:
		return fmt.Errorf("%d clusters: want a positive number", o.Clusters)
	case o.Window < o.Clusters:
		return fmt.Errorf("a window of %d clusters: want at least the %d clusters requested", o.Window, o.Clusters)
	}
	return nil
}

// Induce clusters the words of a text. If ctx ends, Induce returns ctx.Err().
func Induce(ctx context.Context, t *Text, opts Options) (*Clusters, error) {
	if err := opts.check(); err != nil {
		return nil, err
	}
	list := t.ranked(opts.MinCount)
	if len(list) == 0 {
		return nil, ErrEmpty
	}
	if n := uint64(t.Tokens()); n > math.MaxUint32 {
		return nil, fmt.Errorf("%d tokens: want fewer than 2^32", n)
	}
	window := min(opts.Window, len(list))
	if window > maxWindow {
		return nil, fmt.Errorf("a window of %d clusters: want at most %d", window, maxWindow)
	}
	run := newInducer(t.bigrams(list), window)
	done, all := 0, 2*len(list)-1
	if err := run.all(opts.Clusters, func() error {
		done++
		if opts.Progress != nil {
			opts.Progress(done, all)
		}
		return ctx.Err()
	}); err != nil {
		return nil, err
	}
	words := make([]Word, len(list))
	for rank, k := range list {
		words[rank] = Word{Text: t.words[k], Path: run.paths[run.root(rank)], Count: int(t.counts[k])}
	}
	slices.SortStableFunc(words, func(a, b Word) int { return strings.Compare(a.Path, b.Path) })
	return newClusters(words, true), nil
}

// inducer merges clusters. A word is identified by its rank, a cluster by the rank of its most
// frequent word.
type inducer struct {
	bigrams *bigrams
	window  *window
	spare   int      // free slot
	parent  []int    // by word: a more frequent word of its cluster, or itself for the most frequent one
	slot    []int    // by cluster; -1 for words that have not entered
	paths   []string // by cluster
}

// union is a merge. The cluster with the rank second becomes part of that with the rank first,
// which is smaller.
type union struct{ first, second int }

func newInducer(b *bigrams, window int) *inducer {
	n := len(b.next)
	run := &inducer{
		bigrams: b, window: newWindow(window+1, newLogs(b.pairs)),
		parent: make([]int, n), slot: make([]int, n), paths: make([]string, n),
	}
	for k := range n {
		run.parent[k], run.slot[k] = k, -1
	}
	return run
}

// root returns the cluster of a word.
func (run *inducer) root(rank int) int {
	for run.parent[rank] != rank {
		run.parent[rank] = run.parent[run.parent[rank]]
		rank = run.parent[rank]
	}
	return rank
}

// slotOf returns the slot of the cluster of a word.
func (run *inducer) slotOf(rank int) int { return run.slot[run.root(rank)] }

// all adds the words to the window, most frequent first, and merges a pair whenever the window is
// full. It then merges until one cluster is left. The last merges form a tree with the requested
// number of clusters as leaves. all calls step after each word and merge, and stops if step fails.
func (run *inducer) all(clusters int, step func() error) error {
	w := run.window
	for rank := range run.parent {
		run.enter(rank)
		if err := step(); err != nil {
			return err
		}
		if len(w.live) == w.size {
			run.join(run.merge())
			if err := step(); err != nil {
				return err
			}
		}
	}
	var tree []union
	for len(w.live) > 1 {
		leaves := len(w.live) <= clusters
		if u := run.merge(); leaves {
			tree = append(tree, u)
		} else {
			run.join(u)
		}
		if err := step(); err != nil {
			return err
		}
	}
	for _, u := range slices.Backward(tree) {
		path := run.paths[u.first]
		run.paths[u.first], run.paths[u.second] = path+"0", path+"1"
	}
	return nil
}

// enter adds a word to the window as a cluster.
func (run *inducer) enter(rank int) {
	run.slot[rank] = run.spare
	run.window.put(run.spare, rank, run.bigrams, run.slotOf)
	run.spare++ // until merges free slots
}

// merge merges the best pair.
func (run *inducer) merge() union {
	a, b := run.window.best()
	u := union{run.window.rank[a], run.window.rank[b]}
	if u.first > u.second {
		u.first, u.second = u.second, u.first
	}
	run.slot[u.first], run.spare = run.window.merge(a, b)
	return u
}

// join puts the words of two clusters into one.
func (run *inducer) join(u union) { run.parent[u.second] = u.first }
