package viterbi

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// randomSparse returns scores with sparse edges. Few distinct numbers make many ties. With closed,
// some labels forbid most pairs.
func randomSparse(rng *rand.Rand, t, l int, density float64, closed bool, numbers []float64) *structured.Lattice {
	edge := make([]float64, l*l)
	for k := range edge {
		if closed && (k/l%3 == 1 || k%l%4 == 2) {
			edge[k] = math.Inf(-1)
		}
		if rng.Float64() < density {
			edge[k] = numbers[rng.IntN(len(numbers))]
		}
	}
	pairs, values := structured.Compress(l, edge)
	s := new(structured.Lattice)
	s.ResizeSparse(t, pairs)
	copy(s.Edge, values)
	for k := range s.Node {
		s.Node[k] = numbers[rng.IntN(len(numbers))]
	}
	return s
}

// checkSparse compares all decoders on scores with sparse edges and on the same scores with shared
// edges, bit for bit.
func checkSparse(t testing.TB, s *structured.Lattice) {
	t.Helper()
	var v, w Workspace
	full := new(structured.Lattice)
	s.Dense(full)
	want, got := make([]int, s.T), make([]int, s.T)
	score, wantErr := v.Decode(want, full)
	gotScore, err := w.Decode(got, s)
	require.Equal(t, wantErr, err)
	require.Equal(t, want, got)
	require.Equal(t, score, gotScore)
	require.Equal(t, fmt.Sprint(v.delta, v.most[min(s.L, len(v.most)):]), fmt.Sprint(w.delta, w.most[min(s.L, len(w.most)):]))
	if err == nil {
		require.Equal(t, score, s.PathScore(got))
	}
	for _, width := range []int{1, 3} {
		score, wantErr = v.Beam(want, full, width)
		gotScore, err = w.Beam(got, s, width)
		require.Equal(t, wantErr, err)
		require.Equal(t, want, got)
		require.Equal(t, score, gotScore)
	}
	list, wantErr := v.KBest(nil, full, 7)
	gotList, err := w.KBest(nil, s, 7)
	require.Equal(t, wantErr, err)
	require.Equal(t, list, gotList)

	among := make([][]uint16, s.T)
	for some := range 2 {
		if some > 0 {
			among[s.T/2] = []uint16{0, uint16(s.L - 1)}[:min(2, s.L)]
		}
		score, wantErr = v.DecodeAmong(want, full, among)
		gotScore, err = w.DecodeAmong(got, s, among)
		require.Equal(t, wantErr, err)
		require.Equal(t, want, got)
		require.Equal(t, score, gotScore)
	}

	m, n := structured.NewLattice(s.T, s.L, structured.SharedEdges), new(structured.Lattice)
	n.ResetLike(s)
	require.Equal(t, v.MaxMarginals(m, full), w.MaxMarginals(n, s))
	require.Equal(t, m.Node, n.Node)
	for i := range s.L {
		for j := range s.L {
			if k := s.Pairs.Find(i, j); k >= 0 {
				require.Equal(t, m.Edge[i*s.L+j], n.Edge[k])
			}
		}
	}
	m.Reset(s.T, s.L, structured.SharedEdges)
	n.ResetLike(s)
	score, wantErr = v.SmoothMax(m, full, 2, 0.5)
	gotScore, err = w.SmoothMax(n, s, 2, 0.5)
	require.Equal(t, wantErr, err)
	require.Equal(t, score, gotScore)
	require.Equal(t, m.Node, n.Node)
	for i := range s.L {
		for j := range s.L {
			if k := s.Pairs.Find(i, j); k >= 0 {
				require.Equal(t, m.Edge[i*s.L+j], n.Edge[k])
			}
		}
	}
}

func TestSparseEdgesDecodeLikeDenseEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	for name, numbers := range map[string][]float64{
		"ties":      {0, 1, -1},
		"negative":  {0, -1, -2, -30},
		"forbidden": {0, 1, math.Inf(-1)},
		"extreme":   {-30, 700, math.Inf(-1), -1e4, 0, 1e-300},
	} {
		t.Run(name, func(t *testing.T) {
			for round := range 150 {
				l := 1 + rng.IntN(14)
				if round%15 == 0 {
					l = 30 + rng.IntN(20)
				}
				for _, density := range []float64{0, 0.1, 0.5, 1} {
					checkSparse(t, randomSparse(rng, 1+rng.IntN(7), l, density, round%3 == 0, numbers))
				}
			}
		})
	}
}

func TestSparseWorkspaceIsReused(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	s := randomSparse(rng, 8, 60, 0.2, false, []float64{-3, -2, 1, 0.5})
	path := make([]int, s.T)
	var w Workspace
	assert.Zero(t, testing.AllocsPerRun(10, func() {
		if _, err := w.Decode(path, s); err != nil {
			t.Fatal(err)
		}
	}))
}

// Decoding with 13 transitions per label, with sparse and with shared edges.
func BenchmarkLabels(b *testing.B) {
	for _, l := range []int{20, 32, 50, 100, 230, 500, 1000, 2000} {
		rng := rand.New(rand.NewPCG(25, 26))
		edge := make([]float64, l*l)
		for k := range edge {
			if rng.IntN(l) < 13 {
				edge[k] = rng.NormFloat64()
			}
		}
		pairs, values := structured.Compress(l, edge)
		s := new(structured.Lattice)
		s.ResizeSparse(17, pairs)
		copy(s.Edge, values)
		for k := range s.Node {
			s.Node[k] = 2 * rng.NormFloat64()
		}
		full := new(structured.Lattice)
		s.Dense(full)
		for name, s := range map[string]*structured.Lattice{"sparse": s, "shared": full} {
			b.Run(fmt.Sprintf("%s/%d", name, l), func(b *testing.B) {
				var w Workspace
				path := make([]int, s.T)
				for b.Loop() {
					if _, err := w.Decode(path, s); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*s.T), "ns/token")
			})
		}
	}
}

func FuzzSparseEdges(f *testing.F) {
	f.Add(uint64(1), byte(5), byte(4), byte(60), -30.0, 700.0)
	f.Add(uint64(2), byte(9), byte(1), byte(200), math.Inf(-1), -1.0)
	f.Fuzz(func(t *testing.T, seed uint64, l, steps, density byte, low, high float64) {
		ok := func(v float64) bool { return v <= 1e4 && (v >= -1e4 || math.IsInf(v, -1)) }
		if !ok(low) || !ok(high) {
			t.Skip("outside the range of scores")
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		numbers := []float64{low, high, 0, rng.NormFloat64()}
		checkSparse(t, randomSparse(rng, 1+int(steps%8), 1+int(l%16), float64(density)/255, seed%2 == 0, numbers))
	})
}
