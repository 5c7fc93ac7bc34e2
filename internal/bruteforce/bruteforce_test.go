package bruteforce

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// Compare with a lattice computed by hand: three paths with weights 1, 2 and 5.
func TestByHand(t *testing.T) {
	s := &structured.Lattice{T: 1, L: 3, Node: []float64{0, math.Log(2), math.Log(5)}}
	assert.InDelta(t, math.Log(8), LogZ(s), 1e-15)
	assert.Equal(t, []int{2}, Best(s))
	assert.Equal(t, math.Log(5), Max(s))
	assert.InDeltaSlice(t, []float64{1. / 8, 2. / 8, 5. / 8}, Marginals(s, structured.NoEdges).Node, 1e-15)
	assert.InDelta(t, 12./8, Expect(s, func(y []int) float64 { return float64(y[0]) }), 1e-15)
	g := Gradient(s, 1e-5, LogZ)
	require.NoError(t, Near(Marginals(s, structured.NoEdges), g, 1e-9))
	assert.Error(t, Near(s, g, 1e-9))
	assert.Len(t, RandomPath(rand.New(rand.NewPCG(1, 1)), s), 1)
}
