package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

// optimizerFlags say how training minimises the loss.
type optimizerFlags struct {
	name   string
	l1, l2 float64
	epochs int
	warmUp int // epochs of sgd before lbfgs; warmUpAuto is as many as suit
	batch  int
	rate   float64
	seed   uint64

	restarts int

	aggressiveness float64
	variant        string
	gamma          float64
}

// An optimizerKind is what the flags have to know of an optimizer.
type optimizerKind struct {
	name    string
	loss    string // that it is made for; "" for all that it can take
	batch   bool   // sees all sentences in each step
	rate    bool   // has a learning rate
	penalty bool   // takes one
	epochs  int    // by default; 0 means the usual number
}

var optimizers = []optimizerKind{
	{name: "lbfgs", batch: true, penalty: true, epochs: iterations},
	{name: "owlqn", batch: true, penalty: true, epochs: iterations},
	{name: "sgd", rate: true, penalty: true},
	{name: "sgd-l1", rate: true, penalty: true},
	{name: "adagrad", rate: true, penalty: true},
	{name: "adam", rate: true, penalty: true},
	{name: "adamw", rate: true, penalty: true},
	{name: "averaged-perceptron", loss: "perceptron"},
	{name: "pa", loss: "hinge"},
	{name: "arow", loss: "hinge"},
	{name: "bcfw", loss: "hinge", penalty: true, epochs: 100},
	{name: "sag", penalty: true, epochs: 100},
}

// optimizerNames lists the names of those that suit.
func optimizerNames(suits func(k optimizerKind) bool) []string {
	var names []string
	for _, k := range optimizers {
		if suits(k) {
			names = append(names, k.name)
		}
	}
	return names
}

// tsuruoka is how much of its rate sgd-l1 keeps from one epoch to the next (Tsuruoka et al. 2009, section 4).
const tsuruoka = 0.85

// gentle is the rate of sgd for losses that need a good start: what it finds by trials may lose the start.
const gentle = 0.1

func anyOptimizer(optimizerKind) bool { return true }

// optimizerNamed returns the optimizer of that name, the zero one if there is none.
func optimizerNamed(name string) optimizerKind {
	for _, k := range optimizers {
		if k.name == name {
			return k
		}
	}
	return optimizerKind{}
}

// The numbers of iterations of the batch methods and of epochs of the stochastic ones, which need
// fewer; with development data the best of them counts, so there may be more.
const (
	iterations = 300
	epochs     = 15
	epochsDev  = 30
)

// warmUpEpochs of sgd bring lbfgs to where it converges in a third of the iterations; more gain nothing.
const (
	warmUpEpochs = 6
	warmUpAuto   = -1
)

func (o *optimizerFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.name, "optimizer", "", "`name` of the optimizer: "+strings.Join(optimizerNames(anyOptimizer), ", ")+" (default: what suits the loss)")
	f.Float64Var(&o.l2, "l2", 0, "add `x` times ||w||^2 to the sum of the losses (default: what suits the loss)")
	f.Float64Var(&o.l1, "l1", 0, "add `x` times ||w||_1 to the sum of the losses")
	f.IntVar(&o.epochs, "epochs", 0, "passes over the data at most, the iterations of lbfgs and owlqn (default 300 for these two, 100 for bcfw and sag, else 15, with --dev 30)")
	f.IntVar(&o.warmUp, "warm-up", 0, "passes of sgd with which lbfgs starts, counted among the epochs (default 6 where loss and L2 penalty make one minimum and there is no --init, else 0)")
	f.IntVar(&o.batch, "batch-size", 0, "sentences a step of the stochastic optimizers (default 1)")
	f.Float64Var(&o.rate, "rate", 0, "learning rate at the start (default: the optimizer's own)")
	f.Float64Var(&o.aggressiveness, "pa-c", 1, "the most that one sentence may move the weights under pa")
	f.StringVar(&o.variant, "pa-variant", "pa1", "how pa finds the length of a step: pa (no bound), pa1 or pa2")
	f.Float64Var(&o.gamma, "arow-gamma", 1, "how much arow holds on to the past: larger is shorter steps")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the shuffling of the stochastic optimizers, and of restarts")
	f.IntVar(&o.restarts, "restarts", 0, "train `N` more times from other weights, and keep the best model: for losses that are not convex")
	complete(c, "optimizer", optimizerNames(anyOptimizer)...)
}

// fill puts in what suits the loss where the user is silent.
func (o *optimizerFlags) fill(loss string, dev bool, changed func(flag string) bool) error {
	annealed := changed("anneal-temperature") || changed("anneal-cost") || changed("anneal-blend")
	if o.name == "" {
		o.name = defaultOptimizer(loss, o.l1)
	}
	kind := optimizerNamed(o.name)
	if kind.name == "" {
		return wrongUsage("--optimizer %s: want one of %s", o.name, strings.Join(optimizerNames(anyOptimizer), ", "))
	}
	for flag, v := range map[string]float64{"l1": o.l1, "l2": o.l2} {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return wrongUsage("--%s %v: want a number that is not negative", flag, v)
		}
	}
	if o.name == "sgd" && !changed("rate") && traits(loss).NeedsStart {
		o.rate = gentle
	}
	if !changed("l2") && kind.penalty {
		o.l2 = defaultL2[loss]
	}
	switch {
	case changed("epochs") && o.epochs < 1:
		return wrongUsage("--epochs %d: want a positive number", o.epochs)
	case changed("epochs"):
	case kind.epochs > 0:
		o.epochs = kind.epochs
	case dev:
		o.epochs = epochsDev
	default:
		o.epochs = epochs
	}
	if !changed("warm-up") {
		o.warmUp = warmUpAuto
	}
	switch {
	case changed("warm-up") && o.name != "lbfgs":
		return wrongUsage("--warm-up belongs to --optimizer lbfgs, not to %s", o.name)
	case changed("warm-up") && (o.warmUp < 0 || o.warmUp >= o.epochs):
		return wrongUsage("--warm-up %d: want a number from 0 to less than the %d epochs", o.warmUp, o.epochs)
	case changed("batch-size") && kind.batch:
		some := optimizerNames(func(k optimizerKind) bool { return !k.batch })
		return wrongUsage("--batch-size: %s sees all sentences in each step; these take a few at a time: %s", o.name, strings.Join(some, ", "))
	case changed("batch-size") && o.batch < 1:
		return wrongUsage("--batch-size %d: want a positive number", o.batch)
	case changed("rate") && !kind.rate:
		rated := optimizerNames(func(k optimizerKind) bool { return k.rate })
		return wrongUsage("--rate: %s finds the length of its steps itself; these have a rate: %s", o.name, strings.Join(rated, ", "))
	case changed("rate") && !(o.rate > 0 && o.rate <= math.MaxFloat64):
		return wrongUsage("--rate %v: want a positive number", o.rate)
	case changed("restarts") && o.restarts < 0:
		return wrongUsage("--restarts %d: want a number that is not negative", o.restarts)
	case changed("warm-up") && annealed:
		return wrongUsage("--warm-up: where the loss changes in the course of training, each stage starts from the one before")
	case o.name == "sgd-l1" && o.l1 == 0:
		return wrongUsage("--optimizer sgd-l1: say with --l1 how much; without it, the optimizer is sgd")
	}
	return o.checkOwn(changed)
}

// checkOwn checks the flags that belong to one optimizer each.
func (o *optimizerFlags) checkOwn(changed func(flag string) bool) error {
	for flag, optimizer := range map[string]string{"pa-c": "pa", "pa-variant": "pa", "arow-gamma": "arow"} {
		if changed(flag) && o.name != optimizer {
			return wrongUsage("--%s belongs to --optimizer %s, not to %s", flag, optimizer, o.name)
		}
	}
	for flag, v := range map[string]float64{"pa-c": o.aggressiveness, "arow-gamma": o.gamma} {
		if !(v > 0 && v <= math.MaxFloat64) {
			return wrongUsage("--%s %v: want a positive number", flag, v)
		}
	}
	if !slices.Contains(paVariants, o.variant) {
		return wrongUsage("--pa-variant %s: want one of pa, pa1, pa2", o.variant)
	}
	return nil
}

var paVariants = []string{"pa", "pa1", "pa2"}

// passiveAggressive is the method of the variant: pa allows no slack, pa1 slack, pa2 squared slack.
func (o *optimizerFlags) passiveAggressive(passes optimize.Passes) optimize.PassiveAggressive {
	m := optimize.PassiveAggressive{Passes: passes, C: o.aggressiveness, SquaredSlack: o.variant == "pa2"}
	if o.variant == "pa" {
		m.C = math.Inf(1)
	}
	return m
}

func defaultOptimizer(loss string, l1 float64) string {
	switch {
	case loss == "perceptron" && l1 == 0:
		return "averaged-perceptron"
	case traits(loss).NeedsStart && !traits(loss).Smooth:
		return "sgd"
	case !traits(loss).Smooth:
		return "adagrad"
	case l1 > 0:
		return "owlqn"
	}
	return "lbfgs"
}

// traits are those of the loss of that name.
func traits(loss string) losses.Traits {
	l, err := losses.New(loss, losses.Options{})
	if err != nil {
		return losses.Traits{}
	}
	return l.(losses.HasTraits).Traits()
}

// steps is how often the loss may change: the epochs, or the stages of those that see all sentences at once.
func (o *optimizerFlags) steps() int {
	if optimizerNamed(o.name).batch {
		return min(annealStages, o.epochs)
	}
	return o.epochs
}

// set puts the optimizer into the options of training, whose loss and start are set.
func (o *optimizerFlags) set(opts *crf.Options) {
	opts.Penalty = optimize.Penalty{L1: o.l1, L2: o.l2}
	opts.Restarts, opts.Seed = o.restarts, o.seed
	limits := optimize.Limits{MaxIterations: o.epochs}
	passes := optimize.Passes{Epochs: o.epochs, BatchSize: o.batch, Seed: o.seed}
	if opts.Schedule != nil { // the objective changes with the loss
		limits.MaxIterations /= o.steps()
		passes.Tolerance = -1
	}
	switch o.name {
	case "lbfgs":
		opts.Batch = o.lbfgs(opts, limits)
	case "owlqn":
		opts.Batch = optimize.OWLQN{Limits: limits}
	case "sgd":
		opts.Stochastic = optimize.SGD{Passes: passes, Rate: o.rate}
	case "sgd-l1":
		opts.Stochastic = optimize.SGD{Passes: passes, Rate: o.rate, Exponential: tsuruoka}
	case "adagrad":
		opts.Stochastic = optimize.AdaGrad{Passes: passes, Rate: o.rate}
	case "adam":
		opts.Stochastic = optimize.Adam{Passes: passes, Rate: o.rate}
	case "adamw":
		opts.Stochastic = optimize.Adam{Passes: passes, Rate: o.rate, Decoupled: true}
	case "averaged-perceptron":
		opts.Stochastic = optimize.AveragedPerceptron{Passes: passes}
	case "pa":
		opts.Stochastic = o.passiveAggressive(passes)
	case "arow":
		opts.Stochastic = optimize.AROW{Passes: passes, Gamma: o.gamma}
	case "bcfw":
		opts.Stochastic = optimize.BCFW{Passes: passes}
	case "sag":
		opts.Stochastic = optimize.SAGA{Passes: passes}
	}
}

// lbfgs is L-BFGS with its warm-up.
func (o *optimizerFlags) lbfgs(opts *crf.Options, limits optimize.Limits) optimize.BatchMethod {
	n := o.warmUp
	if n == warmUpAuto {
		n = 0
		if smoothConvex(opts.Loss) && o.l2 > 0 && opts.Init == nil && opts.Schedule == nil {
			n = min(warmUpEpochs, o.epochs/2)
		}
	}
	limits.MaxIterations -= n
	m := optimize.LBFGS{Limits: limits}
	if n == 0 {
		return m
	}
	return optimize.WarmStart{First: optimize.SGD{Passes: optimize.Passes{Epochs: n, Seed: o.seed}, InPlace: true}, Then: m}
}

// rehearse trains on one token, so that pairs of loss and optimizer that do not go together, or a
// penalty that the optimizer cannot take, are refused before anybody has waited for the data.
func (o *optimizerFlags) rehearse(l *lossFlags) error {
	d, err := crf.NewDataset(model.Input{})
	if err != nil {
		return err
	}
	item := []attrfile.Attribute{{Name: "a", Value: 1}}
	if err := d.AddItems([][]attrfile.Attribute{item}, []string{"O"}, 1); err != nil {
		return err
	}
	opts := crf.Options{Threads: 1}
	if opts.Loss, err = losses.New(l.name, l.options(nil)); err != nil {
		return err
	}
	if l.annealed() {
		opts.Schedule = l.schedule(nil, o.steps())
	}
	o.set(&opts)
	opts.Restarts = 0
	_, _, err = crf.Train(context.Background(), d, opts)
	if errors.Is(err, model.ErrPair) || errors.Is(err, optimize.ErrPenalty) || errors.Is(err, optimize.ErrOption) {
		return wrongUsage("--loss %s --optimizer %s: %w", l.name, o.name, err)
	}
	return nil
}
