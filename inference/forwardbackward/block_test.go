package forwardbackward_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/inference/forwardbackward"
	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/structured"
)

// like returns a lattice of t positions with the edges of s and nodes drawn by node.
func like(s *structured.Lattice, t int, node func() float64) structured.Lattice {
	x := structured.Lattice{T: t, L: s.L, Node: make([]float64, t*s.L), Edge: s.Edge, Pairs: s.Pairs}
	for k := range x.Node {
		x.Node[k] = node()
	}
	return x
}

// gradients returns lattices of zeros in the shapes of s that share their edges.
func gradients(s []structured.Lattice) []structured.Lattice {
	dst := make([]structured.Lattice, len(s))
	for k := range s {
		dst[k] = like(&s[k], s[k].T, func() float64 { return 0 })
		if dst[k].Edge = dst[0].Edge; k == 0 {
			dst[k].Edge = make([]float64, len(s[k].Edge))
		}
	}
	return dst
}

// checkBlock compares a block with the exact recursion on single lattices.
func checkBlock(t testing.TB, s []structured.Lattice, w *forwardbackward.Workspace) {
	t.Helper()
	const tol, c = 1e-9, -0.7
	reference := &forwardbackward.Workspace{Exact: true}
	want, got := gradients(s), gradients(s)
	wantZ, logZ := make([]float64, len(s)), make([]float64, len(s))
	wantN, wantErr := len(s), error(nil)
	for k := range s {
		if wantZ[k], wantErr = reference.AddMarginals(&want[k], &s[k], c); wantErr != nil {
			wantN = k
			break
		}
	}
	n, err := w.AddMarginalsBlock(got, s, c, logZ)
	require.Equal(t, wantN, n)
	require.Equal(t, fmt.Sprint(wantErr), fmt.Sprint(err)) // a NaN does not equal itself
	if err != nil {
		return
	}
	for k := range s {
		require.InDelta(t, wantZ[k], logZ[k], tol*(1+math.Abs(wantZ[k])))
		nearEach(t, want[k].Node, got[k].Node, tol, 1e-12)
	}
	if len(s) > 0 {
		nearEach(t, want[0].Edge, got[0].Edge, tol, 1e-12)
	}
}

func TestBlocksAgreeWithTheExactRecursion(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	w := new(forwardbackward.Workspace)
	pick := func(v ...float64) func() float64 { return func() float64 { return v[rng.IntN(len(v))] } }
	for name, of := range map[string]struct{ node, edge func() float64 }{
		"normal":         {rng.NormFloat64, rng.NormFloat64},
		"cancelling":     {func() float64 { return 12 * rng.NormFloat64() }, func() float64 { return -30 + rng.NormFloat64() }},
		"grammar":        {func() float64 { return rng.NormFloat64() + pick(0, 0, 0, math.Inf(-1))() }, pick(0, 1, -1, math.Inf(-1))},
		"extreme edges":  {rng.NormFloat64, pick(-30, 700, math.Inf(-1), -700, 0, 5, 600)},
		"extreme nodes":  {pick(-700, 0, 1, 300, -300, math.Inf(-1)), pick(-3, 0, 2)},
		"extreme scores": {pick(-1e4, 1e4, 0), pick(-1e4, 1e4, math.Inf(-1), 0)},
		"large":          {func() float64 { return 1e3 + 3*rng.NormFloat64() }, func() float64 { return -1e3 + 3*rng.NormFloat64() }},
	} {
		t.Run(name, func(t *testing.T) {
			for round := range 120 {
				l := 1 + rng.IntN(14)
				if round%10 == 9 {
					l = 20 + rng.IntN(31)
				}
				first := draw(rng, 1, l, []float64{0, 0.2, 1}[round%3], 1, of.edge)
				if round%2 == 0 {
					full := new(structured.Lattice)
					first.Dense(full)
					first = full
				}
				var s []structured.Lattice
				for range 1 + rng.IntN(9) {
					s = append(s, like(first, []int{1 + rng.IntN(7), rng.IntN(3), 9}[rng.IntN(3)], of.node))
				}
				checkBlock(t, s, w)
			}
		})
	}
}

// One label carries nearly all mass, and nearly all of it is corrected away, in some lanes.
func TestBlocksKeepDigitsThatCancel(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	w := new(forwardbackward.Workspace)
	for _, weight := range []float64{-5, -6.5, -6.9, -9, -12, -20, -30, -36, -37, -45, -600, -660, math.Inf(-1)} {
		var pairs []int32
		for j := range 30 {
			pairs = append(pairs, int32(30*7+j))
		}
		p, err := structured.NewPairs(30, pairs)
		require.NoError(t, err)
		first := new(structured.Lattice)
		first.ResizeSparse(1, p)
		for k := range first.Edge {
			first.Edge[k] = weight
		}
		var s []structured.Lattice
		for k := range 4 {
			x := like(first, 5+k, rng.NormFloat64)
			for at := 7; at < len(x.Node) && k%2 == 0; at += 30 {
				x.Node[at] = 30
			}
			s = append(s, x)
		}
		checkBlock(t, s, w)
	}
}

func TestBlocksAgreeWithEnumeration(t *testing.T) {
	rng := rand.New(rand.NewPCG(25, 26))
	w := new(forwardbackward.Workspace)
	for round := range 60 {
		first := draw(rng, 1, 5+rng.IntN(2), 0.4, 2, func() float64 { return 3 * rng.NormFloat64() })
		if round%2 == 0 {
			full := new(structured.Lattice)
			first.Dense(full)
			first = full
		}
		var s []structured.Lattice
		for range 1 + rng.IntN(4) {
			s = append(s, like(first, 1+rng.IntN(4), rng.NormFloat64))
		}
		got, logZ := gradients(s), make([]float64, len(s))
		_, err := w.AddMarginalsBlock(got, s, 1, logZ)
		require.NoError(t, err)
		edges := make([]float64, len(first.Edge))
		for k := range s {
			require.InDelta(t, bruteforce.LogZ(&s[k]), logZ[k], 1e-10)
			want := bruteforce.Marginals(&s[k], structured.SharedEdges)
			nearEach(t, want.Node, got[k].Node, 1e-9, 1e-6)
			for at, v := range want.Edge {
				if s[k].Pairs == nil {
					edges[at] += v
				} else if p := s[k].Pairs.Find(at/s[k].L, at%s[k].L); p >= 0 {
					edges[p] += v
				}
			}
		}
		nearEach(t, edges, got[0].Edge, 1e-9, 1e-6)
	}
}

// Lattices that cannot form a block give the same results one by one.
func TestBlocksOfDifferentLattices(t *testing.T) {
	rng := rand.New(rand.NewPCG(27, 28))
	w := new(forwardbackward.Workspace)
	var s, dst []structured.Lattice
	for _, edges := range []structured.EdgeShape{structured.SharedEdges, structured.NoEdges, structured.PositionEdges, structured.SharedEdges} {
		s = append(s, *bruteforce.Random(rng, 5, 6, edges, 2, 0.1))
		dst = append(dst, *structured.NewLattice(5, 6, edges))
	}
	logZ := make([]float64, len(s))
	n, err := w.AddMarginalsBlock(dst, s, 2, logZ)
	require.NoError(t, err)
	require.Equal(t, len(s), n)
	for k := range s {
		want := structured.NewLattice(5, 6, s[k].Shape())
		z, err := w.AddMarginals(want, &s[k], 2)
		require.NoError(t, err)
		require.Equal(t, z, logZ[k])
		require.Equal(t, want.Node, dst[k].Node)
		require.Equal(t, want.Edge, dst[k].Edge)
	}
	_, err = w.AddMarginalsBlock(dst[:3], s, 2, logZ)
	require.ErrorIs(t, err, structured.ErrShape)
}

func TestBlocksOfOtherEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(33, 34))
	w := new(forwardbackward.Workspace)
	var closed structured.Lattice
	edge := make([]float64, 36)
	for k := range 6 {
		edge[12+k] = math.Inf(-1)
	}
	pairs, values := structured.Compress(6, edge)
	require.True(t, pairs.Pattern().Closed)
	closed.ResizeSparse(1, pairs)
	copy(closed.Edge, values)
	for _, first := range []*structured.Lattice{&closed, structured.NewLattice(1, 6, structured.NoEdges)} {
		var s []structured.Lattice
		for k := range 5 {
			s = append(s, like(first, 2+k, rng.NormFloat64))
		}
		checkBlock(t, s, w)
	}
}

func TestBlocksReportTheFirstError(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	w := new(forwardbackward.Workspace)
	first := bruteforce.Random(rng, 1, 7, structured.SharedEdges, 1, 0)
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for at := range 4 {
			var s []structured.Lattice
			for range 4 {
				s = append(s, like(first, 4, rng.NormFloat64))
			}
			for j := range first.L {
				s[at].NodeAt(2)[j] = bad
			}
			checkBlock(t, s, w)
		}
	}
	first.Edge[9] = math.NaN()
	checkBlock(t, []structured.Lattice{like(first, 4, rng.NormFloat64), like(first, 3, rng.NormFloat64)}, w)
}

func TestBlocksAllocateNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(31, 32))
	for _, density := range []float64{0.1, 1} {
		first := draw(rng, 1, 40, density, 1, func() float64 { return -20 })
		if density == 1 {
			full := new(structured.Lattice)
			first.Dense(full)
			first = full
		}
		var s []structured.Lattice
		for k := range 6 {
			s = append(s, like(first, 3+k, func() float64 { return 20 * rng.NormFloat64() }))
		}
		dst, logZ := gradients(s), make([]float64, len(s))
		var w forwardbackward.Workspace
		require.Zero(t, testing.AllocsPerRun(10, func() {
			if _, err := w.AddMarginalsBlock(dst, s, 1, logZ); err != nil {
				t.Fatal(err)
			}
		}))
	}
}

func FuzzBlock(f *testing.F) {
	f.Add(uint64(1), byte(5), byte(3), byte(60), -30.0, 700.0)
	f.Add(uint64(2), byte(9), byte(4), byte(255), math.Inf(-1), 1.0)
	f.Fuzz(func(t *testing.T, seed uint64, l, n, density byte, low, high float64) {
		ok := func(v float64) bool { return v <= 1e4 && (v >= -1e4 || math.IsInf(v, -1)) }
		if !ok(low) || !ok(high) {
			t.Skip("outside the range of scores")
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		value := func() float64 { return []float64{low, high, 0, rng.NormFloat64()}[rng.IntN(4)] }
		first := draw(rng, 1, 1+int(l%16), float64(density)/255, 3, value)
		if density == 255 {
			full := new(structured.Lattice)
			first.Dense(full)
			first = full
		}
		var s []structured.Lattice
		for range n % 10 {
			s = append(s, like(first, rng.IntN(8), value))
		}
		checkBlock(t, s, new(forwardbackward.Workspace))
	})
}

// Marginals of four sentences of 23 to 26 tokens, together and one by one.
func BenchmarkBlock(b *testing.B) {
	for _, l := range []int{3, 5, 9, 12, 22, 40, 50, 100, 230} {
		rng := rand.New(rand.NewPCG(1, 2))
		sparse := draw(rng, 1, l, min(13/float64(l), 1), 2, rng.NormFloat64)
		full := new(structured.Lattice)
		sparse.Dense(full)
		for name, first := range map[string]*structured.Lattice{"sparse": sparse, "shared": full} {
			var s []structured.Lattice
			tokens := 0
			for k := range forwardbackward.Lanes {
				s = append(s, like(first, 23+k, rng.NormFloat64))
				tokens += 23 + k
			}
			dst, logZ := gradients(s), make([]float64, len(s))
			for _, single := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%d/single=%v", name, l, single), func(b *testing.B) {
					var w forwardbackward.Workspace
					for b.Loop() {
						if !single {
							if _, err := w.AddMarginalsBlock(dst, s, 1, logZ); err != nil {
								b.Fatal(err)
							}
							continue
						}
						for k := range s {
							if _, err := w.AddMarginals(&dst[k], &s[k], 1); err != nil {
								b.Fatal(err)
							}
						}
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*tokens), "ns/token")
				})
			}
		}
	}
}
