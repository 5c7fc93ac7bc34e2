package cluster

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomText returns sentences of the given number of distinct words, some of them frequent.
func randomText(r *rand.Rand, words, sentences int) *Text {
	t := new(Text)
	for range sentences {
		var s []string
		for range 1 + r.IntN(8) {
			k := min(r.IntN(words), r.IntN(words))
			s = append(s, fmt.Sprintf("w%02d", k))
		}
		t.Add(s...)
	}
	return t
}

// brute is the reference. It represents clusters as lists of ranks, and recounts everything from
// the pairs of words.
type brute struct {
	logs
	pairs    [][2]int
	clusters [][]int // ordered by their first ranks
}

func newBrute(t *Text, list []uint32) *brute {
	b := &brute{logs: newLogs(len(t.tokens))}
	last := -1
	for _, k := range t.tokens {
		r := slices.Index(list, k)
		if last >= 0 && r >= 0 {
			b.pairs = append(b.pairs, [2]int{last, r})
		}
		last = r
	}
	return b
}

// tables returns the adjacency counts of the clusters, and their frequencies on the left and on the
// right.
func (b *brute) tables(clusters [][]int) (n [][]uint64, left, right []uint64) {
	n = make([][]uint64, len(clusters))
	left, right = make([]uint64, len(clusters)), make([]uint64, len(clusters))
	for i := range n {
		n[i] = make([]uint64, len(clusters))
	}
	of := func(rank int) int {
		return slices.IndexFunc(clusters, func(c []int) bool { return slices.Contains(c, rank) })
	}
	for _, p := range b.pairs {
		i, k := of(p[0]), of(p[1])
		if i >= 0 {
			left[i]++
		}
		if k >= 0 {
			right[k]++
		}
		if i >= 0 && k >= 0 {
			n[i][k]++
		}
	}
	return n, left, right
}

// information returns sum_ik p(i,k) log2 p(i,k) / (p(i) p(k)), times the number of pairs, in
// floating point.
func (b *brute) information(clusters [][]int) float64 {
	n, left, right := b.tables(clusters)
	sum, all := 0.0, float64(len(b.pairs))
	for i := range n {
		for k := range n {
			if p := float64(n[i][k]) / all; p > 0 {
				sum += p * math.Log2(p/(float64(left[i])/all*float64(right[k])/all))
			}
		}
	}
	return sum * all
}

// exact is information with our logarithms, without the term of the number of pairs, which merging
// does not change.
func (b *brute) exact(clusters [][]int) int64 {
	n, left, right := b.tables(clusters)
	var sum int64
	for i := range n {
		for k, c := range n[i] {
			sum += int64(c) * (b.of(c) - b.of(left[i]) - b.of(right[k]))
		}
	}
	return sum
}

// merged returns the clusters after merging cluster j into cluster i, j > i.
func merged(clusters [][]int, i, j int) [][]int {
	out := slices.Clone(clusters)
	out[i] = slices.Concat(clusters[i], clusters[j])
	return slices.Delete(out, j, j+1)
}

// best tries all merges.
func (b *brute) best(t *testing.T) (int, int) {
	before, about := b.exact(b.clusters), b.information(b.clusters)
	least, at, lowest := int64(math.MaxInt64), [2]int{}, math.Inf(1)
	for i := range b.clusters {
		for j := i + 1; j < len(b.clusters); j++ {
			m := merged(b.clusters, i, j)
			if l := before - b.exact(m); l < least {
				least, at = l, [2]int{i, j}
			}
			lowest = min(lowest, about-b.information(m))
		}
	}
	// The smallest loss by our logarithms is also the smallest by the definition.
	require.InDelta(t, lowest, float64(least)/(1<<fraction), 1e-5)
	return at[0], at[1]
}

// induce is the algorithm without incremental updates.
func (b *brute) induce(t *testing.T, words, window, clusters int) map[int]string {
	merge := func() (int, int) {
		i, j := b.best(t)
		first, second := b.clusters[i][0], b.clusters[j][0]
		b.clusters = merged(b.clusters, i, j)
		return first, second
	}
	for rank := range words {
		b.clusters = append(b.clusters, []int{rank})
		if len(b.clusters) > window {
			merge()
		}
	}
	for len(b.clusters) > clusters {
		merge()
	}
	paths := make(map[int]string)
	for rank := range words {
		paths[rank] = ""
	}
	for len(b.clusters) > 1 {
		i, j := b.best(t)
		for side, c := range [][]int{b.clusters[i], b.clusters[j]} {
			for _, rank := range c {
				paths[rank] = fmt.Sprint(side) + paths[rank]
			}
		}
		b.clusters = merged(b.clusters, i, j)
	}
	return paths
}

func TestPathsMatchBruteForce(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		text := randomText(r, 4+r.IntN(10), 2+r.IntN(60))
		opts := Options{Clusters: 1 + r.IntN(6), MinCount: r.IntN(3)}
		opts.Window = opts.Clusters + r.IntN(6)
		list := text.ranked(opts.MinCount)
		if len(list) == 0 {
			continue
		}
		b := newBrute(text, list)
		want := make(map[string]string)
		for rank, path := range b.induce(t, len(list), opts.Window, opts.Clusters) {
			want[text.words[list[rank]]] = path
		}
		c, err := Induce(t.Context(), text, opts)
		require.NoError(t, err)
		got := make(map[string]string)
		for w := range c.All() {
			got[w.Text] = w.Path
		}
		require.Equal(t, want, got, "seed %d %+v", seed, opts)
	}
}

// check compares the window with the definition for its clusters.
func check(t *testing.T, run *inducer, b *brute) {
	t.Helper()
	w := run.window
	clusters := make([][]int, len(w.live))
	for rank := range run.parent {
		if s := run.slotOf(rank); s >= 0 {
			k := slices.Index(w.live, s)
			clusters[k] = append(clusters[k], rank)
		}
	}
	n, left, right := b.tables(clusters)
	before := b.exact(clusters)
	for p, i := range w.live {
		require.Equal(t, clusters[p][0], w.rank[i])
		require.Equal(t, left[p], w.left[i])
		require.Equal(t, right[p], w.right[i])
		for q, j := range w.live {
			require.Equal(t, n[p][q], uint64(w.next[i*w.size+j]))
			require.Equal(t, n[p][q], uint64(w.previous[j*w.size+i]))
			if q < p {
				require.Equal(t, before-b.exact(merged(clusters, q, p)), w.loss[pair(i, j)], "slots %d and %d", i, j)
			}
		}
	}
}

// Updated tables equal recounted tables, to the last bit.
func TestTablesMatchTheDefinition(t *testing.T) {
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 2))
		text := randomText(r, 6+r.IntN(12), 2+r.IntN(80))
		list := text.ranked(1)
		b := newBrute(text, list)
		run := newInducer(text.bigrams(list), min(2+r.IntN(10), len(list)))
		require.NoError(t, run.all(1, func() error {
			check(t, run, b)
			return nil
		}))
	}
}

func TestLogarithms(t *testing.T) {
	for e := range 64 {
		require.Equal(t, int64(e)<<fraction, log2(1<<e))
	}
	table := newLogs(1000)
	for n := uint64(1); n < 1<<40; n += 1 + n/50 {
		require.InDelta(t, math.Log2(float64(n)), float64(table.of(n))/(1<<fraction), 0.51/(1<<fraction), n)
		require.Equal(t, log2(n), table.of(n))
	}
	require.Zero(t, table.of(0))
	require.Zero(t, table.times(0))
}

// Merging never gains information, by the log-sum inequality, up to rounding of the logarithms.
func TestLossesAreNotNegative(t *testing.T) {
	text := randomText(rand.New(rand.NewPCG(1, 3)), 60, 400)
	list := text.ranked(1)
	run := newInducer(text.bigrams(list), 20)
	require.NoError(t, run.all(1, func() error {
		for p, i := range run.window.live {
			for _, j := range run.window.live[:p] {
				require.Greater(t, run.window.loss[pair(i, j)], -int64(run.bigrams.pairs))
			}
		}
		return nil
	}))
}
