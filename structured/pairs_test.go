package structured_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// sparseLattice returns random scores with sparse edges, some of them forbidden.
func sparseLattice(rng *rand.Rand, t, l int) *structured.Lattice {
	edge := make([]float64, l*l)
	for k := range edge {
		switch v := rng.IntN(6); {
		case k/l == 1 && v > 0, v == 0:
			edge[k] = math.Inf(-1)
		case v == 1:
			edge[k] = rng.NormFloat64()
		}
	}
	pairs, values := structured.Compress(l, edge)
	s := new(structured.Lattice)
	s.ResizeSparse(t, pairs)
	for k := range s.Node {
		s.Node[k] = rng.NormFloat64()
	}
	copy(s.Edge, values)
	return s
}

func TestCompressKeepsEveryScore(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for l := range 9 {
		s := sparseLattice(rng, 3, l)
		require.NoError(t, s.Validate())
		full := new(structured.Lattice)
		s.Dense(full)
		pairs, values := structured.Compress(l, full.Edge)
		assert.Equal(t, values, append([]float64(nil), s.Edge...))
		assert.Equal(t, pairs.Len(), s.Pairs.Len())
		for y := range structured.Paths(3, l) {
			assert.Equal(t, full.PathScore(y), s.PathScore(y))
		}
	}
}

func TestNewPairsRefusesBadLists(t *testing.T) {
	for _, list := range [][]int32{{-1}, {4}, {1, 1}, {2, 1}} {
		_, err := structured.NewPairs(2, list)
		assert.ErrorIs(t, err, structured.ErrShape, "%v", list)
	}
}

// Sums of all combinations of shapes must equal the sums of dense lattices.
func TestAddScaledOfSparseEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const steps, l = 4, 5
	sparse := sparseLattice(rng, steps, l)
	same := new(structured.Lattice)
	sparse.Copy(same)
	same.Scale(2)
	list := []*structured.Lattice{sparse, same, sparseLattice(rng, steps, l)}
	for _, shape := range []structured.EdgeShape{structured.NoEdges, structured.SharedEdges, structured.PositionEdges} {
		x := structured.NewLattice(steps, l, shape)
		for _, v := range [][]float64{x.Node, x.Edge} {
			for k := range v {
				v[k] = rng.NormFloat64()
			}
		}
		list = append(list, x)
	}
	for p, a := range list {
		for q, b := range list {
			for _, c := range []float64{0, 0.5} {
				for _, inPlace := range []bool{false, true} {
					t.Run(fmt.Sprint(p, q, c, inPlace), func(t *testing.T) {
						var fullA, fullB, want, got, full structured.Lattice
						a.Dense(&fullA)
						b.Dense(&fullB)
						require.NoError(t, structured.AddScaled(&want, &fullA, &fullB, c))
						to, from := &got, a
						if inPlace {
							a.Copy(&got)
							from = &got
						}
						require.NoError(t, structured.AddScaled(to, from, b, c))
						require.NoError(t, to.Check())
						to.Dense(&full)
						for y := range structured.Paths(steps, l) {
							require.InDelta(t, math.Exp(want.PathScore(y)), math.Exp(full.PathScore(y)), 1e-12)
						}
					})
				}
			}
		}
	}
}

func TestSparseEdgesNameBadScores(t *testing.T) {
	pairs, err := structured.NewPairs(3, []int32{1, 5, 6})
	require.NoError(t, err)
	s := new(structured.Lattice)
	s.ResizeSparse(2, pairs)
	s.ResetLike(s)
	s.Edge[1] = math.NaN()
	assert.EqualError(t, s.Validate(), "score of shared edge (from=1, label=2) is NaN: want a finite number or -Inf")
	s.Edge = s.Edge[:1]
	assert.ErrorIs(t, s.Validate(), structured.ErrShape)
	assert.Panics(t, func() { s.EdgeAt(1) })
	assert.Panics(t, func() { new(structured.Lattice).Resize(1, 2, structured.SparseEdges) })
}

func TestAddPathOfSparseEdges(t *testing.T) {
	pairs, err := structured.NewPairs(2, []int32{1, 2})
	require.NoError(t, err)
	s := new(structured.Lattice)
	s.ResizeSparse(4, pairs)
	s.ResetLike(s)
	s.AddPath([]int{0, 1, 1, 0}, 2)
	assert.Equal(t, []float64{2, 2}, s.Edge)
	assert.Equal(t, []float64{2, 0, 0, 2, 0, 2, 2, 0}, s.Node)
}

func ExampleCompress() {
	// Transitions of three labels. Only one has a weight, and label 2 can only follow itself.
	never := math.Inf(-1)
	pairs, values := structured.Compress(3, []float64{
		0, 1.5, never,
		0, 0, never,
		0, 0, 0,
	})
	fmt.Println(pairs.Len(), "listed pairs:", values)

	s := new(structured.Lattice)
	s.ResizeSparse(2, pairs)
	s.ResetLike(s)
	copy(s.Edge, values)
	fmt.Println(s.PathScore([]int{0, 1}), s.PathScore([]int{1, 2}), s.PathScore([]int{2, 2}))
	// Output:
	// 2 listed pairs: [1.5 0]
	// 1.5 -Inf 0
}
