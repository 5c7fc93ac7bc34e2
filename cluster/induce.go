package cluster

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/internal/enum"
)

// ErrEmpty means that no word of a text occurs often enough.
var ErrEmpty = errors.New("no word to cluster")

// An Algorithm finds clusters in a text.
type Algorithm int

// The algorithms. The package documentation describes them.
const (
	Brown  Algorithm = iota // a binary tree of clusters
	Clark                   // clusters by neighbours and letters
	KMeans                  // clusters of skip-gram vectors
)

var algorithms = enum.Names[Algorithm]{Brown: "brown", Clark: "clark", KMeans: "kmeans"}

// String returns the name of the algorithm: brown, clark or kmeans.
func (a Algorithm) String() string { return algorithms.String(a) }

// MarshalText returns the name of the algorithm.
func (a Algorithm) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the name of an algorithm.
func (a *Algorithm) UnmarshalText(name []byte) (err error) {
	*a, err = algorithms.Parse("algorithm", string(name))
	return err
}

// Options are the settings of clustering. The zero value creates 1000 Brown clusters of all words.
type Options struct {
	Algorithm Algorithm
	// Clusters is the number of clusters (0: 1000). With fewer words, each word is its own cluster.
	// Clark and KMeans may leave clusters empty.
	Clusters int
	MinCount int // less frequent words are left out, and split sentences
	// Window, for Brown, is the number of clusters among which pairs are compared until the last
	// word has entered. It is at least Clusters (0: equal to Clusters). A larger window gives
	// better clusters in more time. A window of all words is the algorithm of Brown et al. without
	// a window. Memory grows as 12 Window^2 bytes.
	Window int
	// Seed, for KMeans, starts the random numbers.
	Seed uint64
	// Threads, for KMeans, is the number of threads (0: one per core). The clusters depend on it.
	Threads int
	// Progress, unless nil, is called after each step with the numbers of completed steps and of
	// all steps.
	Progress func(done, all int)
}

// maxTable is the maximum number of clusters whose adjacencies are counted. It keeps these counts
// below 13 GiB.
const maxTable = 1 << 15

// Check returns an error if an option is out of range or contradicts another.
func (o Options) Check() error {
	o.fill()
	switch {
	case o.Algorithm < 0 || int(o.Algorithm) >= len(algorithms):
		return fmt.Errorf("unknown algorithm %v", o.Algorithm)
	case o.Clusters < 0:
		return fmt.Errorf("%d clusters: want a positive number", o.Clusters)
	case o.MinCount < 0:
		return fmt.Errorf("a minimum count of %d: want a number that is not negative", o.MinCount)
	case o.Algorithm != Brown && o.Window != o.Clusters:
		return fmt.Errorf("a window of %d clusters: only the algorithm %v has a window", o.Window, Brown)
	case o.Window < o.Clusters:
		return fmt.Errorf("a window of %d clusters: want at least %d, the number of clusters", o.Window, o.Clusters)
	}
	return nil
}

// fill sets unset options.
func (o *Options) fill() {
	if o.Clusters == 0 {
		o.Clusters = 1000
	}
	if o.Window == 0 {
		o.Window = o.Clusters
	}
}

// Induce clusters the words of a text. If ctx ends, Induce returns ctx.Err().
func Induce(ctx context.Context, t *Text, opts Options) (*Clusters, error) {
	if err := opts.Check(); err != nil {
		return nil, err
	}
	opts.fill()
	list := t.ranked(opts.MinCount)
	if len(list) == 0 {
		return nil, ErrEmpty
	}
	if n := uint64(t.Tokens()); n > math.MaxUint32 {
		return nil, fmt.Errorf("%d tokens: want fewer than 2^32", n)
	}
	if table := min(opts.Window, len(list)); table > maxTable && opts.Algorithm != KMeans {
		return nil, fmt.Errorf("%d clusters: want at most %d", table, maxTable)
	}
	s := steps{ctx: ctx, progress: opts.Progress}
	var paths []string
	var err error
	switch opts.Algorithm {
	case Brown:
		paths, err = t.brown(&s, list, opts)
	case Clark:
		paths, err = t.clark(&s, list, opts)
	case KMeans:
		paths, err = t.kMeans(&s, list, opts)
	}
	if err != nil {
		return nil, err
	}
	words := make([]Word, len(list))
	for rank, k := range list {
		words[rank] = Word{Text: t.words[k], Path: paths[rank], Count: int(t.counts[k])}
	}
	if opts.Algorithm == Brown {
		slices.SortStableFunc(words, func(a, b Word) int { return strings.Compare(a.Path, b.Path) })
	}
	return newClusters(words, opts.Algorithm == Brown), nil
}

// steps counts the steps of an algorithm.
type steps struct {
	ctx       context.Context
	progress  func(done, all int)
	done, all int
}

// step ends a step. It returns an error if the algorithm must stop.
func (s *steps) step() error {
	s.done++
	if s.progress != nil {
		s.progress(s.done, s.all)
	}
	return s.ctx.Err()
}
