package recipe

// Names returns the names of the loss and the optimizer: the open ones are those that training takes for labels that
// pick none.
func (c *Config) Names() (loss, optimizer string) {
	loss = c.baseLoss()
	if c.Optimizer != "" {
		return loss, c.Optimizer
	}
	return loss, defaultOptimizer(loss, c.L1)
}

// Uses reports whether the loss and the optimizer of [Config.Names] make use of the option of that name. Every loss and
// every optimizer makes use of the options of the data, the features and the model.
func (c *Config) Uses(option string) bool {
	loss, name := c.Names()
	kind := optimizerNamed(name)
	switch option {
	case "restarts":
		return !traits(loss).Convex
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
