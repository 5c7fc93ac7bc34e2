package viterbi

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/trellis-nlp/trellis/structured"
)

func TestKBestIsTheHeadOfTheSortedEnumeration(t *testing.T) {
	var w Workspace
	var dst []Path
	everyLattice(t, func(t *testing.T, r *rand.Rand, s *structured.Lattice) {
		paths := enumerate(s)
		all := int(math.Pow(float64(s.L), float64(s.T)))
		step := 1 + all/100*10 // sample the k if there are many
		for k := 1; k <= all; k += step {
			var err error
			dst, err = w.KBest(dst, s, k)
			requirePaths(t, paths, k, dst, err)
		}
		for _, k := range []int{all, all + 1, math.MaxInt} {
			var err error
			dst, err = w.KBest(dst, s, k)
			requirePaths(t, paths, k, dst, err)
		}
	})
}

func TestKBestForEveryK(t *testing.T) {
	var w Workspace
	var dst []Path
	r := rand.New(rand.NewPCG(11, 12))
	for _, draw := range kinds {
		s := random(r, 5, 4, structured.SharedEdges, draw)
		paths := enumerate(s)
		for k := 1; k <= 1025; k++ {
			var err error
			dst, err = w.KBest(dst, s, k)
			requirePaths(t, paths, k, dst, err)
		}
	}
}

func requirePaths(t *testing.T, paths []scored, k int, got []Path, err error) {
	t.Helper()
	if len(paths) == 0 {
		require.ErrorIs(t, err, structured.ErrNoPath)
		require.Empty(t, got)
		return
	}
	require.NoError(t, err)
	want := paths[:min(k, len(paths))]
	require.Len(t, got, len(want))
	for i, p := range want {
		if !slices.Equal(p.labels, got[i].Labels) || p.score != got[i].Score {
			require.Failf(t, "another path", "rank %d of %d: want %v %v, got %v", i, k, p.labels, p.score, got[i])
		}
	}
}

// kbestByLists keeps the k best prefixes of each node, sorted (algorithm 0 of Huang & Chiang).
func kbestByLists(s *structured.Lattice, k int) []scored {
	type link struct {
		label int
		prev  *link
	}
	type item struct {
		score float64
		last  *link
	}
	keep := func(items []item) []item {
		slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(b.score, a.score) })
		return items[:min(k, len(items))]
	}
	lists := make([][]item, s.L)
	for j := range s.L {
		lists[j] = []item{{s.Node[j], &link{label: j}}}
	}
	for t := 1; t < s.T; t++ {
		next := make([][]item, s.L)
		for j := range s.L {
			for i, list := range lists {
				for _, p := range list {
					next[j] = append(next[j], item{p.score + edgeOf(s, t, i, j), &link{j, p.last}})
				}
			}
			next[j] = keep(next[j])
			for n := range next[j] {
				next[j][n].score += s.Node[t*s.L+j]
			}
		}
		lists = next
	}
	var paths []scored
	for _, p := range keep(slices.Concat(lists...)) {
		labels := make([]int, s.T)
		for t, l := s.T-1, p.last; t >= 0; t, l = t-1, l.prev {
			labels[t] = l.label
		}
		paths = append(paths, scored{labels: labels, score: p.score})
	}
	return paths
}

func TestKBestOfLongLattices(t *testing.T) {
	const n, l, k = 1000, 4, 12
	r := rand.New(rand.NewPCG(13, 14))
	var w Workspace
	for _, kind := range []string{"normal", "ties", "rounding"} {
		for _, shape := range shapes {
			s := random(r, n, l, shape, kinds[kind])
			got, err := w.KBest(nil, s, k)
			requirePaths(t, kbestByLists(s, k), k, got, err)
		}
	}
}

func TestKBestOfNone(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.SharedEdges)
	for _, k := range []int{0, -1} {
		got, err := KBest(make([]Path, 3), s, k)
		require.NoError(t, err)
		require.Empty(t, got)
	}
}
