package pruned_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/pruned"
	"github.com/trellis-nlp/trellis/structured"
)

// A first-order lattice with sparse edges gives and takes the numbers of one with shared edges.
func TestFirstOrderWithSparseEdges(t *testing.T) {
	rng := rand.New(rand.NewPCG(61, 62))
	for range 20 {
		full := bruteforce.Random(rng, 4, 5, structured.SharedEdges, 1, 0.3)
		pairs, values := structured.Compress(5, full.Edge)
		sparse := new(structured.Lattice)
		sparse.ResizeSparse(4, pairs)
		copy(sparse.Node, full.Node)
		copy(sparse.Edge, values)
		var kept pruned.Kept
		kept.KeepAll(4, 5)
		var want, got pruned.Lattice
		want.Reset(&kept, 1)
		got.Reset(&kept, 1)
		require.NoError(t, want.AddFirstOrder(full, 2))
		require.NoError(t, got.AddFirstOrder(sparse, 2))
		assert.Equal(t, want.Edge, got.Edge)

		for k := range got.Edge {
			got.Edge[k] = float64(k)
		}
		a, b := structured.NewLattice(4, 5, structured.SharedEdges), new(structured.Lattice)
		b.ResetLike(sparse)
		require.NoError(t, got.AddToFirstOrder(a, 1))
		require.NoError(t, got.AddToFirstOrder(b, 1))
		for k, v := range a.Edge {
			if at := pairs.Find(k/5, k%5); at >= 0 {
				assert.Equal(t, v, b.Edge[at])
			}
		}
	}
}
