package main

import (
	"github.com/spf13/cobra"
)

// saveFlags say how a model is stored.
type saveFlags struct {
	weights string
	strip   bool
}

func (o *saveFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.weights, "weights", "float32", "how weights are stored: float32, float64, int16 or int8")
	f.BoolVar(&o.strip, "strip", false, "leave out the names of the attributes: tag and eval do without, inspect, prune and --init do not")
	complete(c, "weights", "float32", "float64", "int16", "int8")
}
