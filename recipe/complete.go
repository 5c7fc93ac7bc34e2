package recipe

import (
	"runtime"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
)

// missedName is the cost of a missed token of a name. Few tokens are names, so that a loss that counts all alike leaves
// too many out; 2 and 3 scored best on development data (docs/explanation/features.md).
const missedName = 3

// tokenScale is the cost of a wrong token where labels are single, by cross-validation on training data
// (docs/explanation/features.md).
const tokenScale = 3

// usualBlend moves the blend of large-margin softmax. Weights of many attributes stand at nearly right angles to the
// few of a token, so that a margin of angles alone cannot be met.
const usualBlend = "1000..30"

// Complete returns the configuration with its open settings filled in for data of that profile. Completing it again
// changes nothing. It reports what [Config.Validate] reports.
func (c Config) Complete(p *Profile) (Config, error) {
	if err := c.Validate(); err != nil {
		return c, err
	}
	if err := c.settleModel(); err != nil {
		return c, err
	}
	c.pickFeatures(p)
	c.pickLoss(p)
	c.settleLoss()
	c.settleOptimizer()
	if c.Threads == 0 {
		c.Threads = runtime.GOMAXPROCS(0)
	}
	fill(&c.Seed, 1)
	return c, nil
}

// openLoss reports whether the labels may pick the loss.
func (c *Config) openLoss() bool {
	return c.Loss == "" && optimizerNamed(c.Optimizer).loss == "" && c.ModelType == model.Chain &&
		c.supervision() == annotation.Full.String() && c.Entropy == 0 && c.LabelSmoothing == 0
}

// baseLoss is the loss whatever the labels are.
func (c *Config) baseLoss() string {
	switch {
	case c.Loss != "":
		return c.Loss
	case optimizerNamed(c.Optimizer).loss != "":
		return optimizerNamed(c.Optimizer).loss
	}
	return "cross-entropy"
}

// pickFeatures names the preset, unless templates come from elsewhere or have lines for further columns.
func (c *Config) pickFeatures(p *Profile) {
	if (c.Features == "" || c.Features == "auto") && c.Init == "" && p.Format != corpus.CRFsuite && len(p.further) == 0 {
		c.Features = p.Task().Preset
	}
	if c.Scheme == "" {
		c.Scheme = c.PickScheme(p)
	}
}

// pickLoss picks the loss for single labels or names, if it was left open.
func (c *Config) pickLoss(p *Profile) {
	open := c.openLoss() && p.Format != corpus.CRFsuite
	switch task := p.Task(); {
	case open && task == tagging:
		c.Loss = "softmax-margin"
		fill(&c.CostScale, tokenScale)
	case open && task == naming && p.Outside:
		c.Loss, c.Cost = "softmax-margin", "entity"
		fill(&c.CostFN, missedName)
	default:
		c.Loss = c.baseLoss()
	}
}

// Picked says in words why the loss of the completed configuration was picked; "" if the user named one or the labels
// made no difference.
func (c Config) Picked(completed Config) string {
	if err := c.settleModel(); err != nil || !c.openLoss() || completed.Loss != "softmax-margin" {
		return ""
	}
	if completed.Cost == "entity" {
		return "loss for names: softmax-margin with an entity cost of " + number(*completed.CostFN) +
			" for a missed token; cross-entropy finds fewer names, and is better calibrated"
	}
	return "loss for single labels: softmax-margin with cost scale " + number(*completed.CostScale) +
		"; cross-entropy errs a little more, and is better calibrated"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// settleLoss fills in the settings of the loss.
func (c *Config) settleLoss() {
	kind, _ := losses.Lookup(c.Loss)
	if kind.Margin {
		fill(&c.Margin, 2)
		if *c.Margin > 1 && c.Blend == nil && c.AnnealBlend == "" {
			c.AnnealBlend = usualBlend
		}
	}
	if kind.Gamma && c.AnnealTemperature == "" {
		fill(&c.Gamma, 1)
	}
	if !kind.Cost {
		return
	}
	if c.AnnealCost == "" {
		fill(&c.CostScale, 1)
	}
	if c.Cost = c.cost(); c.Cost == "entity" {
		fill(&c.CostFN, 1)
		fill(&c.CostFP, 1)
		fill(&c.CostConfusion, 1)
	} else if c.Cost == "boundary" {
		fill(&c.CostBoundary, 1)
	}
}

func (c *Config) cost() string {
	if c.Cost == "" {
		return "hamming"
	}
	return c.Cost
}

// settleOptimizer fills in the optimizer and its settings for the loss.
func (c *Config) settleOptimizer() {
	if c.Optimizer == "" {
		c.Optimizer = defaultOptimizer(c.Loss, c.L1)
		if c.ModelType == model.Pruned {
			c.Optimizer = "adagrad"
			if c.Loss == "perceptron" && c.L1 == 0 {
				c.Optimizer = "averaged-perceptron"
			}
		}
	}
	kind := optimizerNamed(c.Optimizer)
	if c.Optimizer == "sgd" && traits(c.Loss).NeedsStart {
		fill(&c.Rate, gentleRate)
	}
	if kind.penalty && c.L2 == nil {
		l2 := defaultL2[c.Loss]
		if c.ModelType == model.Pruned && l2 > 0 {
			l2 = prunedL2
		}
		c.L2 = &l2
	}
	fill(&c.Epochs, kind.usualEpochs(!c.Dev.IsZero()))
	if c.ModelType == model.Pruned {
		fill(&c.BatchSize, prunedBatch)
	}
	if t := traits(c.Loss); c.Optimizer == "lbfgs" && !c.annealed() && c.WarmUp == nil {
		n := 0
		if t.Convex && t.Smooth && *c.L2 > 0 && c.Init == "" {
			n = min(warmUpEpochs, *c.Epochs/2)
		}
		c.WarmUp = &n
	}
}

func (o optimizer) usualEpochs(dev bool) int {
	switch {
	case o.epochs > 0:
		return o.epochs
	case dev:
		return epochsDev
	}
	return epochs
}

func (c *Config) variant() string {
	if c.PAVariant == "" {
		return "pa1"
	}
	return c.PAVariant
}

// annealed reports whether the loss changes in the course of training.
func (c *Config) annealed() bool {
	return c.AnnealTemperature != "" || c.AnnealCost != "" || c.AnnealBlend != ""
}

// Templates returns the templates of the completed configuration for data of that profile, where they are a preset or
// composed by auto.
func (c *Config) Templates(p *Profile) (*features.Templates, error) {
	if c.Features == "" || c.Features == "auto" {
		return p.templates()
	}
	return features.Preset(c.Features)
}
