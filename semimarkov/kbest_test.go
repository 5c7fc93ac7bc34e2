package semimarkov_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

// ranking lists the segmentations with finite scores, best first, ties in the order of the package
// comment.
func ranking(s *semimarkov.Lattice) []semimarkov.Scored {
	var all []semimarkov.Scored
	for y := range semimarkov.Segmentations(s.T, s.L, s.M) {
		if v := s.Score(y); !math.IsInf(v, -1) {
			all = append(all, semimarkov.Scored{Segments: slices.Clone(y), Score: v})
		}
	}
	slices.SortFunc(all, func(a, b semimarkov.Scored) int {
		return cmp.Or(-cmp.Compare(a.Score, b.Score), compare(a.Segments, b.Segments))
	})
	return all
}

func TestKBestEqualsEnumeration(t *testing.T) {
	var w semimarkov.Workspace
	var list []semimarkov.Scored
	for name, s := range cases(41) {
		all := ranking(s)
		for _, k := range []int{1, 2, 7, len(all), len(all) + 3} {
			var err error
			list, err = w.KBest(list, s, k)
			require.NoError(t, err)
			require.Equal(t, all[:min(k, len(all))], list, "%s, k = %d", name, k)
		}
	}
}

// Small integers tie often and add up exactly.
func TestKBestTies(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	var w semimarkov.Workspace
	for range 200 {
		s := semimarkov.NewLattice(1+rng.IntN(4), 1+rng.IntN(3), 1+rng.IntN(4), shapes[rng.IntN(3)])
		for _, x := range [][]float64{s.Segment, s.Edge} {
			for k := range x {
				x[k] = float64(rng.IntN(3) - 1)
			}
		}
		list, err := w.KBest(nil, s, 1000)
		require.NoError(t, err)
		require.Equal(t, ranking(s), list)
	}
}

func TestKBestReturnsWhatExists(t *testing.T) {
	var w semimarkov.Workspace
	list, err := w.KBest(nil, semimarkov.NewLattice(0, 2, 2, structured.NoEdges), 3)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Empty(t, list[0].Segments)
	s := semimarkov.NewLattice(60, 4, 5, structured.SharedEdges)
	list, err = w.KBest(list, s, 0)
	require.NoError(t, err)
	assert.Empty(t, list)

	// A long sentence has too many segmentations to enumerate, but the best thousand take little
	// time.
	rng := rand.New(rand.NewPCG(6, 1))
	s = random(rng, 60, 4, 5, structured.SharedEdges, 1, 0.1)
	list, err = w.KBest(list, s, 1000)
	require.NoError(t, err)
	require.Len(t, list, 1000)
	y, score, err := w.Decode(nil, s)
	require.NoError(t, err)
	assert.Equal(t, semimarkov.Scored{Segments: y, Score: score}, list[0])
	for k := range list[1:] {
		require.GreaterOrEqual(t, list[k].Score, list[k+1].Score)
		require.NotEqual(t, list[k].Segments, list[k+1].Segments)
		require.Equal(t, s.Score(list[k].Segments), list[k].Score)
	}
}
