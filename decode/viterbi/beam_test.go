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

func TestWideBeamIsExact(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, _ *rand.Rand, s *structured.Lattice) {
		paths := enumerate(s)
		path := make([]int, s.T)
		for _, width := range []int{s.L, s.L + 1, math.MaxInt} {
			score, err := w.Beam(path, s, width)
			requireBest(t, paths, path, score, err)
		}
	})
}

// beamByPrefixes is a reference that keeps whole prefixes, sorted.
func beamByPrefixes(s *structured.Lattice, width int) []scored {
	beam := []scored{{}}
	for t := range s.T {
		var next []scored
		for j := range s.L {
			best := scored{score: -inf}
			for _, p := range beam {
				v := p.score
				if t > 0 {
					v += edgeOf(s, t, p.labels[t-1], j)
				}
				if v > best.score {
					best = scored{labels: append(slices.Clone(p.labels), j), score: v}
				}
			}
			if best.score += s.Node[t*s.L+j]; best.score > -inf {
				next = append(next, best)
			}
		}
		slices.SortStableFunc(next, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
		beam = next[:min(width, len(next))]
		if t < s.T-1 {
			slices.SortFunc(beam, func(a, b scored) int { return a.labels[t] - b.labels[t] })
		}
	}
	return beam
}

func TestNarrowBeamKeepsTheBestLabels(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, _ *rand.Rand, s *structured.Lattice) {
		for width := 1; width < s.L; width++ {
			path := make([]int, s.T)
			score, err := w.Beam(path, s, width)
			if want := beamByPrefixes(s, width); len(want) == 0 {
				require.ErrorIs(t, err, structured.ErrNoPath)
			} else {
				require.NoError(t, err)
				require.Equal(t, want[0].score, score)
				require.Equal(t, want[0].labels, append([]int(nil), path...))
			}
		}
	})
}

func TestBeamOfOneDiesWhereDecodeLives(t *testing.T) {
	s := &structured.Lattice{T: 2, L: 2, Node: []float64{1, 0, 0, 0}, Edge: []float64{-inf, -inf, 0, 0}}
	path := make([]int, 2)
	_, err := Decode(path, s)
	require.NoError(t, err)
	require.Equal(t, []int{1, 0}, path)
	_, err = Beam(path, s, 1)
	require.ErrorIs(t, err, structured.ErrNoPath)
	_, err = Beam(path, s, 0)
	require.ErrorContains(t, err, "beam width is 0")
}

func TestNthGreatest(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for n := 1; n < 60; n++ {
		for _, draw := range kinds {
			x := make([]float64, n)
			for k := range x {
				x[k] = draw(r)
			}
			sorted := slices.Clone(x)
			slices.Sort(sorted)
			for k := 1; k <= n; k++ {
				require.Equal(t, sorted[n-k], nthGreatest(slices.Clone(x), k))
			}
		}
	}
}
