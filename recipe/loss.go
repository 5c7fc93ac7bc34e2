package recipe

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// NewCost returns the cost of a completed configuration. labels holds the labels of the training
// data, scheme is their label scheme. It returns a *model.OptionError if the cost does not suit the
// labels.
func (c *Config) NewCost(labels []string, scheme structured.Scheme) (structured.Cost, error) {
	cost := c.cost()
	if cost != "hamming" && scheme == structured.Plain {
		return nil, model.Refuse("cost", "{cost} %s needs labels that encode spans, such as B-PER and O; these do not", cost)
	}
	switch {
	case cost == "boundary":
		w := or(c.CostBoundary, 1)
		return structured.NewBoundaryCost(labels, 1, w, w), nil
	case cost == "entity":
		outside := slices.Index(labels, "O")
		if outside < 0 {
			return nil, model.Refuse("cost", "{cost} entity: no token of the training data has the label O")
		}
		return structured.EntityCost{
			Outside: outside, FalseNegative: costOption(c.CostFN), FalsePositive: costOption(c.CostFP), Confusion: costOption(c.CostConfusion),
		}, nil
	case len(c.LabelWeight) > 0:
		weights := make(structured.WeightedHamming, len(labels))
		for j := range weights {
			weights[j] = 1
		}
		for _, s := range c.LabelWeight {
			label, w, err := labelWeight(s)
			if err != nil {
				return nil, err
			}
			j := indexOf(labels, label)
			if j < 0 {
				return nil, model.Refuse("label-weight", "{label-weight} %s: the training data has no label %q", s, label)
			}
			weights[j] = w
		}
		return weights, nil
	}
	return structured.Hamming{}, nil
}

// indexOf returns the index of a label that the user may write in any spelling, as the files may,
// or
// -1. Labels have the usual spelling.
func indexOf(labels []string, label string) int {
	if j := slices.Index(labels, label); j >= 0 {
		return j
	}
	for _, letters := range []annotation.Letters{annotation.BIES, annotation.BILU, annotation.BMES} {
		for k := range 4 {
			s := annotation.Spelling{Letters: letters, Underscore: k&1 != 0, TypeFirst: k&2 != 0}
			if j := slices.Index(labels, s.Read(label)); j >= 0 {
				return j
			}
		}
	}
	return -1
}

// costOption converts a cost to a field of structured.EntityCost, where 0 means 1 and a negative
// number means 0.
func costOption(cost *float64) float64 {
	if v := or(cost, 1); v > 0 {
		return v
	}
	return -1
}

func (c *Config) lossOptions(cost structured.Cost) losses.Options {
	return losses.Options{
		Cost: cost, Scale: or(c.CostScale, 1), Gamma: or(c.Gamma, 1),
		Entropy: c.Entropy, Smoothing: c.LabelSmoothing, Margin: or(c.Margin, 2), Blend: or(c.Blend, 0),
	}
}

// NewLoss returns the loss of a completed configuration, for a chain model.
func (c *Config) NewLoss(cost structured.Cost) (losses.Loss, error) {
	return losses.New(c.Loss, c.lossOptions(cost))
}

// NewGeneralLoss returns the loss of a completed configuration, for any kind of model.
func (c *Config) NewGeneralLoss(cost structured.Cost) (losses.General, error) {
	return losses.NewGeneral(c.Loss, c.lossOptions(cost))
}

// Schedule returns how the loss of a completed configuration changes, and the number of changes.
// The number is 0 if the loss stays the same. A change takes place after each epoch, or after each
// run of a batch method.
func (c *Config) Schedule(cost structured.Cost) (s losses.Schedule, steps int) {
	if !c.annealed() {
		return s, 0
	}
	s = losses.Schedule{Name: c.Loss, Options: c.lossOptions(cost)}
	for k, r := range []*losses.Range{&s.Temperature, &s.Scale, &s.Blend} {
		*r, _ = losses.ParseRange(c.moved()[k].value) // Validate has checked it; "" is an empty range
	}
	return s, c.steps()
}

// steps is the maximum number of changes of the loss.
func (c *Config) steps() int {
	if optimizerNamed(c.Optimizer).batch {
		return min(annealStages, *c.Epochs)
	}
	return *c.Epochs
}

// NeedsStart reports whether training should start from the weights of a convex loss.
func (c *Config) NeedsStart() bool { return traits(c.Loss).NeedsStart }

// startIterations is the number of L-BFGS iterations of the initial training with cross-entropy.
const startIterations = 30

// startEpochs replaces startIterations for models that batch methods cannot train.
const startEpochs = 10

// Start returns the configuration of the initial training for a loss that needs one: a few
// iterations of cross-entropy. Without it, risk may converge to predicting only the most frequent
// label.
func (c *Config) Start() Config {
	start := Config{
		ModelType: c.ModelType, Loss: "cross-entropy", Optimizer: "lbfgs", L2: new(defaultL2["cross-entropy"]),
		Epochs: new(startIterations), WarmUp: new(0), Seed: new(uint64(1)),
		AllPairs: c.AllPairs, MinCount: c.MinCount, MaxLength: c.MaxLength, Threads: c.Threads,
	}
	if c.ModelType == model.Pruned { // batch methods cannot train it
		start.Optimizer, start.L2, start.BatchSize, start.Epochs = "adagrad", new(prunedL2), new(prunedBatch), new(startEpochs)
		start.Order, start.Keep, start.LabelParts = c.Order, c.Keep, c.LabelParts
	}
	return start
}

// First returns the settings of the first model of a model that reads documents: the default loss,
// and few epochs, because it is trained several times.
func (c *Config) First() Config {
	return Config{
		ModelType: model.Chain, Features: c.Features, Scheme: c.Scheme, Supervision: c.Supervision, MinCount: c.MinCount,
		AllPairs: c.AllPairs, Optimizer: "sgd", Epochs: new(firstEpochs), Seed: c.Seed, Threads: c.Threads,
	}
}

// firstEpochs is the number of epochs of a first model (docs/explanation/features.md).
const firstEpochs = 8

// NewMethod returns the optimizer of a completed configuration, batch or stochastic, with its
// penalty.
func (c *Config) NewMethod() training.Method {
	m := training.Method{Penalty: optimize.Penalty{L1: c.L1, L2: or(c.L2, 0)}}
	seed := or(c.Seed, 1)
	limits := optimize.Limits{MaxIterations: *c.Epochs}
	passes := optimize.Passes{Epochs: *c.Epochs, BatchSize: or(c.BatchSize, 0), Seed: seed}
	if limits.Tolerance = or(c.Tolerance, 0); c.Tolerance != nil && *c.Tolerance == 0 {
		limits.Tolerance = -1
	}
	if c.annealed() { // the objective changes with the loss
		limits.MaxIterations /= c.steps()
		passes.Tolerance = -1
	}
	rate := or(c.Rate, 0)
	switch c.Optimizer {
	case "lbfgs":
		n := or(c.WarmUp, 0)
		limits.MaxIterations -= n
		m.Batch = optimize.LBFGS{Limits: limits}
		if n > 0 {
			m.Batch = optimize.WarmStart{
				First: optimize.SGD{Passes: optimize.Passes{Epochs: n, Seed: seed}, InPlace: true}, Then: optimize.LBFGS{Limits: limits},
			}
		}
	case "owlqn":
		m.Batch = optimize.OWLQN{Limits: limits}
	case "sgd":
		m.Stochastic = optimize.SGD{Passes: passes, Rate: rate}
	case "sgd-l1":
		m.Stochastic = optimize.SGD{Passes: passes, Rate: rate, Exponential: exponentialDecay}
	case "adagrad":
		m.Stochastic = optimize.AdaGrad{Passes: passes, Rate: rate}
	case "adam":
		m.Stochastic = optimize.Adam{Passes: passes, Rate: rate}
	case "adamw":
		m.Stochastic = optimize.Adam{Passes: passes, Rate: rate, Decoupled: true}
	case "averaged-perceptron":
		m.Stochastic = optimize.AveragedPerceptron{Passes: passes}
	case "pa":
		pa := optimize.PassiveAggressive{Passes: passes, C: or(c.PAC, 1), SquaredSlack: c.variant() == "pa2"}
		if c.variant() == "pa" {
			pa.C = math.Inf(1)
		}
		m.Stochastic = pa
	case "arow":
		m.Stochastic = optimize.AROW{Passes: passes, Gamma: or(c.AROWGamma, 1)}
	case "bcfw":
		m.Stochastic = optimize.BCFW{Passes: passes}
	case "sag":
		m.Stochastic = optimize.SAGA{Passes: passes}
	}
	return m
}
