package viterbi

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/trellis-nlp/trellis/structured"
)

var inf = math.Inf(1)

// scored is a path with all partial sums that define its order: from the back, the score before
// each node and, at the end, after the last.
type scored struct {
	labels []int
	before []float64 // T: up to and including the edge into t
	score  float64
}

// enumerate returns all paths of s with a finite score, in the order of the package comment.
func enumerate(s *structured.Lattice) []scored {
	var paths []scored
	labels := make([]int, s.T)
	for {
		p := scored{labels: slices.Clone(labels), before: make([]float64, s.T)}
		for t, j := range labels {
			if t > 0 {
				p.score += edgeOf(s, t, labels[t-1], j)
			}
			p.before[t] = p.score
			p.score += s.Node[t*s.L+j]
		}
		if p.score > -inf {
			paths = append(paths, p)
		}
		t := 0
		for ; t < s.T; t++ {
			if labels[t]++; labels[t] < s.L {
				break
			}
			labels[t] = 0
		}
		if t == s.T {
			break
		}
	}
	slices.SortFunc(paths, func(a, b scored) int {
		c := cmp.Compare(b.score, a.score)
		for t := s.T - 1; c == 0 && t >= 0; t-- {
			c = cmp.Or(cmp.Compare(a.labels[t], b.labels[t]), cmp.Compare(b.before[t], a.before[t]))
		}
		return c
	})
	return paths
}

func edgeOf(s *structured.Lattice, t, i, j int) float64 {
	switch len(s.Edge) {
	case 0:
		return 0
	case s.L * s.L:
		return s.Edge[i*s.L+j]
	}
	return s.Edge[((t-1)*s.L+i)*s.L+j]
}

func maxMarginals(dst *structured.Lattice, paths []scored) {
	for k := range dst.Node {
		dst.Node[k] = -inf
	}
	for k := range dst.Edge {
		dst.Edge[k] = -inf
	}
	for _, p := range paths {
		for t, j := range p.labels {
			node := &dst.Node[t*dst.L+j]
			*node = max(*node, p.score)
			if t > 0 && len(dst.Edge) > 0 {
				edge := &dst.EdgeAt(t)[p.labels[t-1]*dst.L+j]
				*edge = max(*edge, p.score)
			}
		}
	}
}

var kinds = map[string]func(r *rand.Rand) float64{
	"normal": func(r *rand.Rand) float64 { return 3 * r.NormFloat64() },
	"ties":   func(r *rand.Rand) float64 { return float64(r.IntN(3) - 1) },
	"zeros":  func(*rand.Rand) float64 { return 0 },
	"forbidden": func(r *rand.Rand) float64 {
		if r.IntN(4) == 0 {
			return -inf
		}
		return r.NormFloat64()
	},
	"forbidden ties": func(r *rand.Rand) float64 {
		if r.IntN(3) == 0 {
			return -inf
		}
		return float64(r.IntN(2))
	},
	"overflow": func(r *rand.Rand) float64 { return []float64{-1e308, 1, 0}[r.IntN(3)] },
	// Sums that become equal by rounding although they differ further left.
	"rounding": func(r *rand.Rand) float64 { return []float64{1e16, 3, 1, 0}[r.IntN(4)] },
}

var shapes = map[string]structured.EdgeShape{
	"none": structured.NoEdges, "shared": structured.SharedEdges, "position": structured.PositionEdges,
}

func random(r *rand.Rand, t, l int, shape structured.EdgeShape, draw func(*rand.Rand) float64) *structured.Lattice {
	s := structured.NewLattice(t, l, shape)
	for k := range s.Node {
		s.Node[k] = draw(r)
	}
	for k := range s.Edge {
		s.Edge[k] = draw(r)
	}
	return s
}

// everyLattice runs f on lattices of each score distribution and edge shape, with T in 0..5 and L
// in 1..4.
func everyLattice(t *testing.T, f func(t *testing.T, r *rand.Rand, s *structured.Lattice)) {
	for kind, draw := range kinds {
		for name, shape := range shapes {
			t.Run(kind+"/"+name, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				for n := range 6 {
					for l := 1; l <= 4; l++ {
						for range 4 {
							f(t, r, random(r, n, l, shape, draw))
						}
					}
				}
			})
		}
	}
}

// requireClose compares scores, which may be -Inf, to 1e-9 relative.
func requireClose(t *testing.T, want, got float64, what ...any) {
	t.Helper()
	if want == got {
		return
	}
	d := math.Abs(want - got)
	require.Truef(t, d <= 1e-9*max(1, math.Abs(want), math.Abs(got)), "want %v, got %v: %s", want, got, fmt.Sprint(what...))
}

// requireBest compares the result of a decoder with the first path of the enumeration.
func requireBest(t *testing.T, paths []scored, path []int, score float64, err error) {
	t.Helper()
	if len(paths) == 0 {
		require.ErrorIs(t, err, structured.ErrNoPath)
		return
	}
	require.NoError(t, err)
	require.Equal(t, paths[0].labels, path)
	require.Equal(t, paths[0].score, score)
}
