package main

import (
	"github.com/spf13/cobra"
)

// saveFlags holds the flags for how a model is stored.
type saveFlags struct {
	weights string
	strip   bool
}

func (o *saveFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.weights, "weights", "float32", "`TYPE` of the stored weights: float32, float64, int16 or int8")
	f.BoolVar(&o.strip, "strip", false, "leave attribute names out of the model: tag and eval do not need them, but "+
		"inspect, prune and --init do")
	complete(c, "weights", "float32", "float64", "int16", "int8")
}
