package recipe

// Names returns the names of the loss and the optimizer. If they are unset, it returns those for
// labels that do not determine the loss.
func (c *Config) Names() (loss, optimizer string) {
	loss = c.baseLoss()
	if c.Optimizer != "" {
		return loss, c.Optimizer
	}
	return loss, defaultOptimizer(loss, c.L1)
}

// Uses reports whether an option has an effect with the loss and the optimizer of [Config.Names].
// The options of data, features and model always have one.
func (c *Config) Uses(option string) bool {
	loss, name := c.Names()
	kind := optimizerNamed(name)
	switch option {
	case "restarts":
		return !traits(loss).Convex
	case "tolerance":
		return kind.tolerance
	case "warm-up":
		return name == "lbfgs"
	case "batch-size":
		return !kind.batch
	case "rate":
		return kind.rate
	case "l1", "l2":
		return kind.penalty
	case "pa-c", "pa-variant":
		return name == "pa"
	case "arow-gamma":
		return name == "arow"
	}
	return supports(loss, option)
}
