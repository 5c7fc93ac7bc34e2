package recipe

import (
	"slices"

	"github.com/trellis-nlp/trellis/losses"
)

// An optimizer is what settings need to know of an optimizer.
type optimizer struct {
	name    string
	loss    string // that it is made for; "" for all that it can take
	batch   bool   // sees all sentences in each step
	rate    bool   // has a learning rate
	penalty bool   // takes one
	pruned  bool   // can follow an objective that pruning changes from epoch to epoch
	chain   bool   // only for chains: needs the difference of two labellings, or the gradient of each sentence
	epochs  int    // by default; 0 means the usual number
}

var optimizers = []optimizer{
	{name: "lbfgs", batch: true, penalty: true, epochs: iterations},
	{name: "owlqn", batch: true, penalty: true, epochs: iterations},
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

// The usual numbers of iterations of batch methods and of epochs of stochastic ones, which need fewer. With
// development data the best of them counts, so that there may be more.
const (
	iterations = 300
	epochs     = 15
	epochsDev  = 30
)

// warmUpEpochs of SGD bring L-BFGS to where it converges in a third of the iterations; more gain nothing
// (docs/benchmarks/performance.md).
const warmUpEpochs = 6

// gentleRate is that of SGD for losses that need a good start: what it finds by trials may lose the start.
const gentleRate = 0.1

// annealStages is how many runs batch methods make where the loss changes in the course of training.
const annealStages = 5

// exponentialDecay is how much of its rate sgd-l1 keeps from one epoch to the next (Tsuruoka et al. 2009, section 4).
const exponentialDecay = 0.85

// paVariants are the values of Config.PAVariant: no slack, slack, squared slack.
var paVariants = []string{"pa", "pa1", "pa2"}

// OptimizerNames lists the optimizers.
func OptimizerNames() []string { return optimizerNames(func(optimizer) bool { return true }) }

func optimizerNames(suits func(o optimizer) bool) []string {
	var names []string
	for _, o := range optimizers {
		if suits(o) {
			names = append(names, o.name)
		}
	}
	return names
}

// optimizerNamed returns the optimizer of that name, the zero one if there is none.
func optimizerNamed(name string) optimizer {
	if k := slices.IndexFunc(optimizers, func(o optimizer) bool { return o.name == name }); k >= 0 {
		return optimizers[k]
	}
	return optimizer{}
}

// defaultOptimizer is the one that suits a loss and an L1 penalty.
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

// traits returns those of the loss of that name.
func traits(loss string) losses.Traits {
	l, err := losses.New(loss, losses.Options{})
	if err != nil {
		return losses.Traits{}
	}
	return l.(losses.HasTraits).Traits()
}
