package recipe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/recipe"
)

func TestUses(t *testing.T) {
	for name, c := range map[string]struct {
		config      recipe.Config
		uses, lacks []string
	}{
		"open":       {recipe.Config{}, []string{"l1", "l2", "warm-up", "tolerance", "gamma", "entropy", "features", "seed"}, []string{"cost", "rate", "batch-size", "restarts", "margin", "pa-c"}},
		"L1":         {recipe.Config{L1: 1}, []string{"l1", "l2"}, []string{"warm-up", "rate"}},
		"perceptron": {recipe.Config{Loss: "perceptron"}, []string{"batch-size"}, []string{"l1", "l2", "cost-scale", "gamma", "rate"}},
		"hinge":      {recipe.Config{Loss: "hinge"}, []string{"l2", "rate", "cost-scale", "label-weight"}, []string{"gamma", "restarts", "warm-up", "tolerance"}},
		"risk":       {recipe.Config{Loss: "risk"}, []string{"restarts", "gamma", "cost"}, []string{"entropy"}},
		"pa":         {recipe.Config{Optimizer: "pa"}, []string{"pa-c", "pa-variant", "cost"}, []string{"arow-gamma", "l2"}},
	} {
		for _, option := range c.uses {
			assert.True(t, c.config.Uses(option), "%s: %s", name, option)
		}
		for _, option := range c.lacks {
			assert.False(t, c.config.Uses(option), "%s: %s", name, option)
		}
	}
}

func TestSetAndLeave(t *testing.T) {
	c := recipe.Config{Loss: "hinge", L2: new(0.0), Threads: 2}
	assert.Equal(t, []string{"loss", "l2", "threads"}, c.Set())
	c.Leave("l2")
	assert.Equal(t, []string{"loss", "threads"}, c.Set())
	assert.Nil(t, c.L2)
	assert.Panics(t, func() { c.Leave("l3") })
}
