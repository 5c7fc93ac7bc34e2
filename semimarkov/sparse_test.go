package semimarkov_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/bruteforce"
	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

func TestFromTokensWithSparseEdges(t *testing.T) {
	full := bruteforce.Random(rand.New(rand.NewPCG(63, 64)), 5, 4, structured.SharedEdges, 1, 0.3)
	pairs, values := structured.Compress(4, full.Edge)
	sparse := new(structured.Lattice)
	sparse.ResizeSparse(5, pairs)
	copy(sparse.Node, full.Node)
	copy(sparse.Edge, values)
	var want, got semimarkov.Lattice
	require.NoError(t, semimarkov.FromTokens(&want, full, 3))
	require.NoError(t, semimarkov.FromTokens(&got, sparse, 3))
	assert.Equal(t, want, got)
}
