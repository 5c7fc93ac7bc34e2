package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/optimize"
)

// optimizerFlags say how training minimises the loss.
type optimizerFlags struct {
	name   string
	l1, l2 float64
	epochs int
	batch  int
	rate   float64
	seed   uint64
}

var optimizerNames = []string{"lbfgs", "owlqn", "sgd", "adagrad", "adam", "adamw", "averaged-perceptron"}

// The numbers of iterations of the batch methods and of epochs of the stochastic ones, which need
// fewer; with development data the best of them counts, so there may be more.
const (
	iterations = 300
	epochs     = 15
	epochsDev  = 30
)

func (o *optimizerFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.name, "optimizer", "", "`name` of the optimizer: "+strings.Join(optimizerNames, ", ")+" (default: what suits the loss)")
	f.Float64Var(&o.l2, "l2", 0, "add `x` times ||w||^2 to the sum of the losses (default: what suits the loss)")
	f.Float64Var(&o.l1, "l1", 0, "add `x` times ||w||_1 to the sum of the losses")
	f.IntVar(&o.epochs, "epochs", 0, "passes over the data at most, the iterations of lbfgs and owlqn (default 300 for these two, else 15, with --dev 30)")
	f.IntVar(&o.batch, "batch-size", 0, "sentences a step of the stochastic optimizers (default 1)")
	f.Float64Var(&o.rate, "rate", 0, "learning rate at the start (default: the optimizer's own)")
	f.Uint64Var(&o.seed, "seed", 1, "seed of the shuffling of the stochastic optimizers")
	complete(c, "optimizer", optimizerNames...)
}

// batchMethod tells whether the optimizer sees all sentences in each step.
func (o *optimizerFlags) batchMethod() bool { return o.name == "lbfgs" || o.name == "owlqn" }

// fill puts in what suits the loss where the user is silent.
func (o *optimizerFlags) fill(loss string, dev bool, changed func(flag string) bool) error {
	if o.name == "" {
		o.name = defaultOptimizer(loss, o.l1)
	}
	if !slices.Contains(optimizerNames, o.name) {
		return wrongUsage("--optimizer %s: want one of %s", o.name, strings.Join(optimizerNames, ", "))
	}
	for flag, v := range map[string]float64{"l1": o.l1, "l2": o.l2} {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return wrongUsage("--%s %v: want a number that is not negative", flag, v)
		}
	}
	if !changed("l2") && o.name != "averaged-perceptron" {
		o.l2 = defaultL2[loss]
	}
	switch {
	case changed("epochs") && o.epochs < 1:
		return wrongUsage("--epochs %d: want a positive number", o.epochs)
	case changed("epochs"):
	case o.batchMethod():
		o.epochs = iterations
	case dev:
		o.epochs = epochsDev
	default:
		o.epochs = epochs
	}
	switch {
	case changed("batch-size") && o.batchMethod():
		return wrongUsage("--batch-size: %s sees all sentences in each step; sgd, adagrad, adam, adamw and averaged-perceptron take a few at a time", o.name)
	case changed("batch-size") && o.batch < 1:
		return wrongUsage("--batch-size %d: want a positive number", o.batch)
	case changed("rate") && (o.batchMethod() || o.name == "averaged-perceptron"):
		return wrongUsage("--rate: %s finds the length of its steps itself; sgd, adagrad, adam and adamw have a rate", o.name)
	case changed("rate") && !(o.rate > 0 && o.rate <= math.MaxFloat64):
		return wrongUsage("--rate %v: want a positive number", o.rate)
	}
	return nil
}

func defaultOptimizer(loss string, l1 float64) string {
	switch {
	case loss == "perceptron" && l1 == 0:
		return "averaged-perceptron"
	case loss == "perceptron" || loss == "hinge" || loss == "squared-hinge":
		return "adagrad"
	case l1 > 0:
		return "owlqn"
	}
	return "lbfgs"
}

// set puts the optimizer into the options of training.
func (o *optimizerFlags) set(opts *crf.Options) {
	opts.Penalty = optimize.Penalty{L1: o.l1, L2: o.l2}
	limits := optimize.Limits{MaxIterations: o.epochs}
	passes := optimize.Passes{Epochs: o.epochs, BatchSize: o.batch, Seed: o.seed}
	switch o.name {
	case "lbfgs":
		opts.Batch = optimize.LBFGS{Limits: limits}
	case "owlqn":
		opts.Batch = optimize.OWLQN{Limits: limits}
	case "sgd":
		opts.Stochastic = optimize.SGD{Passes: passes, Rate: o.rate}
	case "adagrad":
		opts.Stochastic = optimize.AdaGrad{Passes: passes, Rate: o.rate}
	case "adam":
		opts.Stochastic = optimize.Adam{Passes: passes, Rate: o.rate}
	case "adamw":
		opts.Stochastic = optimize.AdamW{Passes: passes, Rate: o.rate}
	case "averaged-perceptron":
		opts.Stochastic = optimize.AveragedPerceptron{Passes: passes}
	}
}

// rehearse trains on one token, so that pairs of loss and optimizer that do not go together, or a
// penalty that the optimizer cannot take, are refused before anybody has waited for the data.
func (o *optimizerFlags) rehearse(loss string) error {
	d, err := crf.NewDataset(crf.Input{})
	if err != nil {
		return err
	}
	item := []corpus.Attribute{{Name: "a", Value: 1}}
	if err := d.AddItems([][]corpus.Attribute{item}, []string{"O"}, 1); err != nil {
		return err
	}
	opts := crf.Options{Threads: 1}
	if opts.Loss, err = losses.New(loss, losses.Options{}); err != nil {
		return err
	}
	o.set(&opts)
	_, _, err = crf.Train(context.Background(), d, opts)
	if errors.Is(err, crf.ErrPair) || errors.Is(err, optimize.ErrPenalty) || errors.Is(err, optimize.ErrOption) {
		return wrongUsage("--loss %s --optimizer %s: %w", loss, o.name, err)
	}
	return nil
}
