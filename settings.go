package trellis

import (
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/recipe"
)

// Losses lists the values of Config.Loss with their descriptions.
func Losses() []losses.Kind { return losses.Kinds() }

// OptimizerNames lists the values of Config.Optimizer.
func OptimizerNames() []string { return recipe.OptimizerNames() }

// CostNames lists the values of Config.Cost.
func CostNames() []string { return recipe.CostNames() }
