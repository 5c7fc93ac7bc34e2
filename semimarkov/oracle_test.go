package semimarkov_test

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

var (
	shapes = []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges}
	inf    = math.Inf(1)
)

type segments = []semimarkov.Segment

// random returns a lattice of normal scores with standard deviation sd. Each is -Inf with
// probability forbidden, except along the segments of one token and label 0. Unused numbers are
// NaN: they must not be read.
func random(rng *rand.Rand, t, l, m int, edges structured.EdgeShape, sd, forbidden float64) *semimarkov.Lattice {
	s := semimarkov.NewLattice(t, l, m, edges)
	for k := range s.Segment {
		s.Segment[k] = math.NaN()
	}
	number := func(free bool) float64 {
		if v := rng.NormFloat64() * sd; free || rng.Float64() >= forbidden {
			return v
		}
		return -inf
	}
	for at := range t {
		rows := s.From(at)
		for k := range rows {
			rows[k] = number(k == 0)
		}
	}
	for k := range s.Edge {
		s.Edge[k] = number(k%(l*l) == 0)
	}
	return s
}

// cases yields lattices of each edge shape, with and without forbidden numbers, with M from 1 to
// beyond T.
func cases(seed uint64) iter.Seq2[string, *semimarkov.Lattice] {
	return func(yield func(string, *semimarkov.Lattice) bool) {
		rng := rand.New(rand.NewPCG(seed, 5))
		for _, size := range [][3]int{{1, 1, 1}, {1, 3, 2}, {2, 2, 1}, {2, 2, 2}, {3, 1, 2}, {3, 3, 5}, {4, 2, 3}, {4, 3, 3}, {5, 2, 2}} {
			for _, edges := range shapes {
				for _, forbidden := range []float64{0, 0.25} {
					s := random(rng, size[0], size[1], size[2], edges, 2, forbidden)
					if !yield(fmt.Sprintf("T,L,M=%v,edges=%d,forbidden=%v", size, edges, forbidden), s) {
						return
					}
				}
			}
		}
	}
}

// oracle computes by enumerating every segmentation of s.
type oracle struct{ s *semimarkov.Lattice }

func (o oracle) all() iter.Seq[segments] { return semimarkov.Segmentations(o.s.T, o.s.L, o.s.M) }

func (o oracle) max() float64 {
	most := -inf
	for y := range o.all() {
		most = max(most, o.s.Score(y))
	}
	return most
}

func (o oracle) logZ() float64 {
	most, sum := o.max(), 0.0
	for y := range o.all() {
		sum += math.Exp(o.s.Score(y) - most)
	}
	return most + math.Log(sum)
}

func (o oracle) expect(f func(segments) float64) float64 {
	logZ, sum := o.logZ(), 0.0
	for y := range o.all() {
		if p := math.Exp(o.s.Score(y) - logZ); p > 0 {
			sum += p * f(y)
		}
	}
	return sum
}

// sum returns sum_y p(y) f(y) 1_y, in the given edge shape.
func (o oracle) sum(edges structured.EdgeShape, f func(segments) float64) *semimarkov.Lattice {
	mu, logZ := semimarkov.NewLattice(o.s.T, o.s.L, o.s.M, edges), o.logZ()
	for y := range o.all() {
		if p := math.Exp(o.s.Score(y) - logZ); p > 0 {
			mu.Add(y, p*f(y))
		}
	}
	return mu
}

func (o oracle) marginals(edges structured.EdgeShape) *semimarkov.Lattice {
	return o.sum(edges, func(segments) float64 { return 1 })
}

// best returns the first of the best segmentations in the order of the package comment.
func (o oracle) best() segments {
	var best segments
	most := o.max()
	for y := range o.all() {
		if o.s.Score(y) == most && (best == nil || compare(y, best) < 0) {
			best = slices.Clone(y)
		}
	}
	return best
}

// compare orders segmentations from the back: by label, then by length.
func compare(a, b segments) int {
	for k := 1; ; k++ {
		if k > len(a) || k > len(b) {
			return 0
		}
		g, h := a[len(a)-k], b[len(b)-k]
		if g.Label != h.Label {
			return g.Label - h.Label
		}
		if g.Len() != h.Len() {
			return g.Len() - h.Len()
		}
	}
}

func pick(rng *rand.Rand, s *semimarkov.Lattice) segments {
	var all []segments
	for y := range semimarkov.Segmentations(s.T, s.L, s.M) {
		if !math.IsInf(s.Score(y), -1) {
			all = append(all, slices.Clone(y))
		}
	}
	return all[rng.IntN(len(all))]
}

func scaled(s *semimarkov.Lattice, c float64) *semimarkov.Lattice {
	r := new(semimarkov.Lattice)
	s.Copy(r)
	r.Scale(c)
	return r
}

func sum(t testing.TB, a, b *semimarkov.Lattice, c float64) *semimarkov.Lattice {
	r := new(semimarkov.Lattice)
	require.NoError(t, semimarkov.AddScaled(r, a, b, c))
	return r
}

// near requires equal shapes and equal numbers within tol, relative to the larger of 1 and want.
func near(t testing.TB, want, got *semimarkov.Lattice, tol float64, name string) {
	t.Helper()
	require.Equal(t, [3]int{want.T, want.L, want.M}, [3]int{got.T, got.L, got.M}, name)
	close := func(want, got []float64, what string) {
		require.Len(t, got, len(want), name)
		for k, v := range want {
			if !(math.Abs(got[k]-v) <= tol*max(1, math.Abs(v))) {
				require.Failf(t, "too far", "%s: %s %d is %v, want %v", name, what, k, got[k], v)
			}
		}
	}
	close(want.Segment, got.Segment, "segment")
	close(want.Edge, got.Edge, "edge")
}

func inDelta(t testing.TB, want, got, tol float64, name string) {
	t.Helper()
	require.InDelta(t, want, got, tol*max(1, math.Abs(want)), name)
}
