package recipe

import (
	"slices"

	"github.com/trellis-nlp/trellis/losses"
)

// An optimizer describes which settings and models go with an optimizer.
type optimizer struct {
	name      string
	loss      string // the only loss it supports; "" means any that suits it
	batch     bool   // uses all sentences in each step
	rate      bool   // has a learning rate
	tolerance bool   // ends when the objective hardly changes
	penalty   bool   // supports a penalty
	pruned    bool   // works although pruning changes the objective from epoch to epoch
	chain     bool   // only for chains: needs the difference of two labellings, or a gradient per sentence
	epochs    int    // default; 0 means the usual number
}

var optimizers = []optimizer{
	{name: "lbfgs", batch: true, tolerance: true, penalty: true, epochs: iterations},
	{name: "owlqn", batch: true, tolerance: true, penalty: true, epochs: iterations},
	{name: "sgd", rate: true, penalty: true, pruned: true},
	{name: "sgd-l1", rate: true, penalty: true, pruned: true},
	{name: "adagrad", rate: true, penalty: true, pruned: true},
	{name: "adam", rate: true, penalty: true, pruned: true},
	{name: "adamw", rate: true, penalty: true, pruned: true},
	{name: "averaged-perceptron", loss: "perceptron", pruned: true},
	{name: "pa", loss: "hinge", chain: true},
	{name: "arow", loss: "hinge", chain: true},
	{name: "bcfw", loss: "hinge", penalty: true, chain: true, epochs: 100},
	{name: "sag", penalty: true, chain: true, epochs: 100},
}

// Default numbers of iterations of batch methods and of epochs of stochastic ones. With development
// data the best epoch counts, so there may be more.
const (
	iterations = 300
	epochs     = 15
	epochsDev  = 30
)

// warmUpEpochs is the number of SGD epochs before L-BFGS. After 6 epochs, L-BFGS needs a third of
// the iterations; more epochs gain nothing (docs/benchmarks/performance.md).
const warmUpEpochs = 6

// usualTolerance is the default tolerance after a warm-up. Scores on development data do not change
// after the point where it ends training, a quarter of the way to the optimum
// (docs/benchmarks/accuracy.md). optimumTolerance is the default without a warm-up.
const (
	usualTolerance   = 0.005
	optimumTolerance = 1e-5
)

// gentleRate is the rate of SGD for losses that need a good start, whose value says nothing about
// the length of a step.
const gentleRate = 0.1

// annealStages is the number of runs of a batch method if the loss changes during training.
const annealStages = 5

// exponentialDecay is the factor by which sgd-l1 reduces its rate per epoch (Tsuruoka et al. 2009,
// section 4).
const exponentialDecay = 0.85

// paVariants lists the values of Config.PAVariant: no slack, slack, squared slack.
var paVariants = []string{"pa", "pa1", "pa2"}

// optimizerNames returns the names of the optimizers that suit.
func optimizerNames(suits func(o optimizer) bool) []string {
	var names []string
	for _, o := range optimizers {
		if suits(o) {
			names = append(names, o.name)
		}
	}
	return names
}

// optimizerNamed returns the optimizer with this name, or a zero optimizer.
func optimizerNamed(name string) optimizer {
	if k := slices.IndexFunc(optimizers, func(o optimizer) bool { return o.name == name }); k >= 0 {
		return optimizers[k]
	}
	return optimizer{}
}

// defaultOptimizer returns the optimizer for a loss and an L1 penalty.
func defaultOptimizer(loss string, l1 float64) string {
	t := traits(loss)
	switch {
	case loss == "perceptron" && l1 == 0:
		return "averaged-perceptron"
	case t.NeedsStart && !t.Smooth:
		return "sgd"
	case !t.Smooth:
		return "adagrad"
	case l1 > 0:
		return "owlqn"
	}
	return "lbfgs"
}

// traits returns the traits of a loss.
func traits(loss string) losses.Traits {
	l, err := losses.New(loss, losses.Options{})
	if err != nil {
		return losses.Traits{}
	}
	return l.(losses.HasTraits).Traits()
}
