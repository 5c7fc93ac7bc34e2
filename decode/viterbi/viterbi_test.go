package viterbi

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/trellis-nlp/trellis/structured"
)

func TestDecodeFindsTheFirstOfAllPaths(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, _ *rand.Rand, s *structured.Lattice) {
		path := make([]int, s.T)
		score, err := w.Decode(path, s)
		requireBest(t, enumerate(s), path, score, err)
		if err == nil {
			requireClose(t, s.PathScore(path), score)
		}
	})
}

func TestTiesGoToTheLowestLabels(t *testing.T) {
	for name, tt := range map[string]struct {
		edge []float64
		want []int
	}{
		"all equal":                 {make([]float64, 4), []int{0, 0, 0}},
		"no edges":                  {nil, []int{0, 0, 0}},
		"0 then 1, 1 then 0":        {[]float64{0, 1, 1, 0}, []int{0, 1, 0}},
		"the last label goes first": {[]float64{0, 0, 1, 0}, []int{1, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &structured.Lattice{T: 3, L: 2, Node: make([]float64, 6), Edge: tt.edge}
			path := make([]int, 3)
			_, err := Decode(path, s)
			require.NoError(t, err)
			require.Equal(t, tt.want, path)
		})
	}
}

func TestNoEdgesEqualZeroEdges(t *testing.T) {
	var w Workspace
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		s := random(r, 4, 4, structured.NoEdges, kinds["rounding"])
		zeros := &structured.Lattice{T: 4, L: 4, Node: s.Node, Edge: make([]float64, 16)}
		path, other := make([]int, 4), make([]int, 4)
		score, err := w.Decode(path, s)
		require.NoError(t, err)
		same, err := w.Decode(other, zeros)
		require.NoError(t, err)
		require.Equal(t, other, path)
		require.Equal(t, same, score)
	}
}

func TestDecodeAugmentedDecodesTheSum(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, r *rand.Rand, s *structured.Lattice) {
		for _, shape := range shapes {
			for _, scale := range []float64{0, 0.5, -2} {
				cost := random(r, s.T, s.L, shape, kinds["ties"])
				sum := new(structured.Lattice)
				require.NoError(t, structured.AddScaled(sum, s, cost, scale))
				path := make([]int, s.T)
				score, err := w.DecodeAugmented(path, s, cost, scale)
				requireBest(t, enumerate(sum), path, score, err)
				if err == nil {
					requireClose(t, s.PathScore(path)+scale*cost.PathScore(path), score)
				}
			}
		}
	})
}

func TestDecodeConstrainedStaysOnAllowedPaths(t *testing.T) {
	var w Workspace
	everyLattice(t, func(t *testing.T, r *rand.Rand, s *structured.Lattice) {
		for _, shape := range shapes {
			allowed := random(r, s.T, s.L, shape, func(r *rand.Rand) float64 {
				if r.IntN(3) == 0 {
					return -inf
				}
				return 0
			})
			paths := slices.DeleteFunc(enumerate(s), func(p scored) bool { return allowed.PathScore(p.labels) != 0 })
			path := make([]int, s.T)
			score, err := w.DecodeConstrained(path, s, allowed)
			requireBest(t, paths, path, score, err)
		}
	})
}

// decodeByColumns is the textbook recursion.
func decodeByColumns(s *structured.Lattice) ([]int, float64) {
	delta := [][]float64{slices.Clone(s.NodeAt(0))}
	var from [][]int
	for t := 1; t < s.T; t++ {
		row, back := make([]float64, s.L), make([]int, s.L)
		for j := range s.L {
			row[j] = -inf
			for i := range s.L {
				if v := delta[t-1][i] + edgeOf(s, t, i, j); v > row[j] {
					row[j], back[j] = v, i
				}
			}
			row[j] += s.Node[t*s.L+j]
		}
		delta, from = append(delta, row), append(from, back)
	}
	score := slices.Max(delta[s.T-1])
	path := []int{slices.Index(delta[s.T-1], score)}
	for t := s.T - 1; t > 0; t-- {
		path = append(path, from[t-1][path[len(path)-1]])
	}
	slices.Reverse(path)
	return path, score
}

func TestLongLattices(t *testing.T) {
	var w Workspace
	const n = 2000
	r := rand.New(rand.NewPCG(5, 6))
	for _, shape := range shapes {
		for _, l := range []int{1, 3, 9, 22} {
			s := random(r, n, l, shape, func(r *rand.Rand) float64 { return 2e4*r.Float64() - 1e4 })
			want, best := decodeByColumns(s)
			path := make([]int, n)
			score, err := w.Decode(path, s)
			require.NoError(t, err)
			require.Equal(t, want, path)
			require.Equal(t, best, score)
			requireClose(t, s.PathScore(path), score)

			score, err = w.Beam(path, s, l)
			require.NoError(t, err)
			require.Equal(t, want, path)
			require.Equal(t, best, score)

			paths, err := w.KBest(nil, s, 1)
			require.NoError(t, err)
			require.Equal(t, []Path{{want, best}}, paths)

			m := structured.NewLattice(n, l, structured.SharedEdges)
			require.NoError(t, w.MaxMarginals(m, s))
			for i := range n {
				requireClose(t, best, slices.Max(m.NodeAt(i)))
			}
		}
	}
}

func TestDegenerateLattices(t *testing.T) {
	for name, shape := range shapes {
		t.Run(name, func(t *testing.T) {
			var w Workspace
			empty := structured.NewLattice(0, 3, shape)
			score, err := w.Decode(nil, empty)
			require.NoError(t, err)
			require.Zero(t, score)
			score, err = w.Beam(nil, empty, 1)
			require.NoError(t, err)
			require.Zero(t, score)
			score, err = w.DecodeConstrained(nil, empty, empty)
			require.NoError(t, err)
			require.Zero(t, score)
			paths, err := w.KBest(nil, empty, 2)
			require.NoError(t, err)
			require.Len(t, paths, 1)
			require.Empty(t, paths[0].Labels)
			require.Zero(t, paths[0].Score)
			require.NoError(t, w.MaxMarginals(structured.NewLattice(0, 3, shape), empty))

			for _, n := range []int{1, 2, 3} {
				bare := structured.NewLattice(n, 0, shape)
				_, err = w.Decode(make([]int, n), bare)
				require.ErrorIs(t, err, structured.ErrNoPath)
				_, err = w.Beam(make([]int, n), bare, 1)
				require.ErrorIs(t, err, structured.ErrNoPath)
				_, err = w.KBest(nil, bare, 2)
				require.ErrorIs(t, err, structured.ErrNoPath)
				require.ErrorIs(t, w.MaxMarginals(structured.NewLattice(n, 0, shape), bare), structured.ErrNoPath)
			}
		})
	}
}

func everyDecoder(path []int, s *structured.Lattice) map[string]error {
	errs := make(map[string]error)
	free := structured.NewLattice(max(s.T, 0), max(s.L, 0), structured.NoEdges)
	_, errs["Decode"] = Decode(path, s)
	_, errs["DecodeAugmented"] = DecodeAugmented(path, s, free, 1)
	_, errs["DecodeConstrained"] = DecodeConstrained(path, s, free)
	_, errs["Beam"] = Beam(path, s, 1)
	_, errs["KBest"] = KBest(nil, s, 2)
	errs["MaxMarginals"] = MaxMarginals(free, s)
	return errs
}

func TestIllegalScoresAreRefusedWithTheirPlace(t *testing.T) {
	for name, tt := range map[string]struct {
		shape structured.EdgeShape
		place func(s *structured.Lattice) *float64
		want  string
	}{
		"node":          {structured.NoEdges, func(s *structured.Lattice) *float64 { return &s.Node[3] }, "node (t=1, label=1)"},
		"shared edge":   {structured.SharedEdges, func(s *structured.Lattice) *float64 { return &s.Edge[2] }, "shared edge (from=1, label=0)"},
		"position edge": {structured.PositionEdges, func(s *structured.Lattice) *float64 { return &s.Edge[5] }, "edge (t=2, from=0, label=1)"},
	} {
		for _, bad := range []float64{inf, inf - inf} {
			s := structured.NewLattice(3, 2, tt.shape)
			*tt.place(s) = bad
			for decoder, err := range everyDecoder(make([]int, 3), s) {
				var value *structured.ValueError
				require.ErrorAs(t, err, &value, "%s, %s", name, decoder)
				require.ErrorContains(t, err, tt.want, decoder)
			}
		}
	}
}

func TestIllegalSumsAreRefused(t *testing.T) {
	s, cost := structured.NewLattice(2, 2, structured.SharedEdges), structured.NewLattice(2, 2, structured.NoEdges)
	path := []int{7, 7}
	for _, bad := range []struct{ v, scale float64 }{{-inf, -1}, {inf, 1}, {1, inf - inf}} {
		cost.Node[2] = bad.v
		_, err := DecodeAugmented(path, s, cost, bad.scale)
		var value *structured.ValueError
		require.ErrorAs(t, err, &value)
	}
	require.Equal(t, []int{7, 7}, path)
}

func TestShapesThatDoNotFitAreRefused(t *testing.T) {
	malformed := &structured.Lattice{T: 3, L: 2, Node: make([]float64, 6), Edge: make([]float64, 7)}
	for decoder, err := range everyDecoder(make([]int, 3), malformed) {
		require.ErrorIs(t, err, structured.ErrShape, decoder)
	}
	s := structured.NewLattice(3, 2, structured.SharedEdges)
	for _, n := range []int{0, 2, 4} {
		_, err := Decode(make([]int, n), s)
		require.ErrorIs(t, err, structured.ErrShape)
		_, err = Beam(make([]int, n), s, 1)
		require.ErrorIs(t, err, structured.ErrShape)
	}
	path := make([]int, 3)
	for _, other := range []*structured.Lattice{structured.NewLattice(2, 2, 0), structured.NewLattice(3, 3, 0), malformed} {
		_, err := DecodeAugmented(path, s, other, 1)
		require.ErrorIs(t, err, structured.ErrShape)
		_, err = DecodeConstrained(path, s, other)
		require.ErrorIs(t, err, structured.ErrShape)
		require.ErrorIs(t, MaxMarginals(other, s), structured.ErrShape)
	}
}

func TestErrorsLeaveThePathAlone(t *testing.T) {
	s := structured.NewLattice(2, 2, structured.NoEdges)
	s.Node[0], s.Node[1] = -inf, -inf
	path := []int{7, 7}
	for decoder, err := range everyDecoder(path, s) {
		require.ErrorIs(t, err, structured.ErrNoPath, decoder)
	}
	require.Equal(t, []int{7, 7}, path)
}
