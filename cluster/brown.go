package cluster

import "slices"

// brown returns the path of each word of the list.
func (t *Text) brown(s *steps, list []uint32, opts Options) ([]string, error) {
	run := newInducer(t.bigrams(list), min(opts.Window, len(list)))
	s.all = 2*len(list) - 1
	if err := run.all(opts.Clusters, s.step); err != nil {
		return nil, err
	}
	paths := make([]string, len(list))
	for rank := range paths {
		paths[rank] = run.paths[run.root(rank)]
	}
	return paths, nil
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
