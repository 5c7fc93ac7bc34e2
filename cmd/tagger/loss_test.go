package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// --cost-fp 0 makes the error free, although 0 in structured.EntityCost means 1.
func TestEntityCostOfZero(t *testing.T) {
	l := lossFlags{cost: "entity", falseNegative: 3, falsePositive: 0, confusion: 1}
	cost, err := l.costFor([]string{"O", "B-PER", "B-LOC"}, structured.BIO)
	require.NoError(t, err)
	var got structured.Lattice
	require.NoError(t, cost.Fill(&got, []int{0, 1}, 3))
	assert.Equal(t, []float64{0, 0, 0, 3, 0, 1}, got.Node)
}
