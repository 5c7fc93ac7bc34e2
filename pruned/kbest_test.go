package pruned_test

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

func TestKBestListsWhatEnumerationSorts(t *testing.T) {
	var w pruned.Workspace
	for name, s := range cases(11) {
		for k, v := range s.Node { // so that many paths have equal scores
			if !math.IsInf(v, -1) {
				s.Node[k] = math.Round(v)
			}
		}
		for _, v := range [][]float64{s.Edge, s.Triple} {
			for k := range v {
				v[k] = math.Round(v[k])
			}
		}
		var want []pruned.Path
		for y := range paths(s) {
			if score := definition(s, y); !math.IsInf(score, -1) {
				want = append(want, pruned.Path{Labels: slices.Clone(y), Score: score})
			}
		}
		slices.SortFunc(want, func(a, b pruned.Path) int {
			if a.Score != b.Score {
				return map[bool]int{true: -1, false: 1}[a.Score > b.Score]
			}
			slices.Reverse(a.Labels)
			slices.Reverse(b.Labels)
			defer slices.Reverse(a.Labels)
			defer slices.Reverse(b.Labels)
			return slices.Compare(a.Labels, b.Labels)
		})
		for _, n := range []int{1, 2, 7, 5000} {
			got, err := w.KBest(nil, s, n)
			require.NoError(t, err, name)
			require.Len(t, got, min(n, len(want)), name)
			for k, p := range got {
				require.Equal(t, want[k].Score, p.Score, name)
				require.Equal(t, append([]int{}, want[k].Labels...), append([]int{}, p.Labels...), "%s, path %d of %d", name, k, n)
			}
		}
		best := make([]int, s.Len())
		score, err := w.Decode(best, s)
		require.NoError(t, err)
		require.Equal(t, want[0].Score, score)
		require.Equal(t, append([]int{}, want[0].Labels...), best, name)
	}
}

func TestKBestRefuses(t *testing.T) {
	var w pruned.Workspace
	var kept pruned.Kept
	kept.KeepAll(2, 2)
	s := new(pruned.Lattice)
	s.Reset(&kept, 2)
	_, err := w.KBest(nil, s, 0)
	require.ErrorIs(t, err, structured.ErrShape)
	copy(s.Node, []float64{-inf, -inf, 0, 0})
	_, err = w.KBest(nil, s, 3)
	require.ErrorIs(t, err, structured.ErrNoPath)
	s.Node[0], s.Node[2] = math.MaxFloat64, math.MaxFloat64
	_, err = w.KBest(nil, s, 3)
	require.ErrorContains(t, err, "overflow")
	s.Node[0] = math.NaN()
	_, err = w.KBest(nil, s, 3)
	var bad *pruned.ValueError
	require.ErrorAs(t, err, &bad)
}
