package recipe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A cost of 0 makes the error free, although 0 in structured.EntityCost means 1.
func TestEntityCostOfZero(t *testing.T) {
	c := recipe.Config{Cost: "entity", CostFN: new(3.0), CostFP: new(0.0)}
	cost, err := c.NewCost([]string{"O", "B-PER", "B-LOC"}, structured.BIO)
	require.NoError(t, err)
	var got structured.Lattice
	require.NoError(t, cost.Fill(&got, []int{0, 1}, 3))
	assert.Equal(t, []float64{0, 0, 0, 3, 0, 1}, got.Node)
}

// A setting of the cost picks a loss that has one, and the cost it belongs to.
func TestCostPicksTheLoss(t *testing.T) {
	for option, c := range map[string]recipe.Config{
		"entity":   {CostFN: new(8.0)},
		"boundary": {CostBoundary: new(2.0)},
		"hamming":  {LabelWeight: []string{"O=0.5"}},
	} {
		require.NoError(t, c.Validate(), option)
		done, err := c.Complete(&recipe.Profile{})
		require.NoError(t, err, option)
		assert.Equal(t, "softmax-margin", done.Loss)
		assert.Equal(t, option, done.Cost)
	}
	c := recipe.Config{Optimizer: "pa", CostFN: new(8.0)}
	done, err := c.Complete(&recipe.Profile{})
	require.NoError(t, err)
	assert.Equal(t, "hinge", done.Loss, "the loss of the optimizer")
}
