package recipe

import (
	"cmp"
	"fmt"
	"runtime"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
)

// missedName is the cost of a missed name token where few tokens belong to names: a uniform cost
// then leads to low recall. The values 2 and 3 scored best on development data
// (docs/explanation/features.md).
const missedName = 3

// Above the share denseNames of tokens in names, and above enoughNames of these tokens, a uniform
// cost and the penalty denseNamesL2 are better. The share lies between the data sets NerKor, with
// 0.078, and GermEval, with 0.093 (docs/benchmarks/accuracy.md).
const (
	denseNames   = 1.0 / 12
	enoughNames  = 5000
	denseNamesL2 = 0.3
)

// tokenScale is the cost of a wrong token for single labels, chosen by cross-validation on training
// data (docs/explanation/features.md). If more than manyRare of the tokens are words that occur
// once, rareTokenScale is better. The share lies between those of 80,000 and 40,000 tokens of
// EWT, 0.067 and 0.092. Weaker templates than the preset cannot reach a large margin, so the rule
// is for the preset only (docs/benchmarks/accuracy.md).
const (
	tokenScale     = 3
	manyRare       = 0.08
	rareTokenScale = 20
)

// usualBlend is the default range of the blend of large-margin softmax. The blend is necessary:
// weight vectors of many attributes are nearly orthogonal to the few attributes of a token, so
// angles alone cannot reach the margin.
const usualBlend = "1000..30"

// Complete returns the configuration with all unset settings picked for data with this profile. It
// is idempotent. It returns the errors of [Config.Validate].
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

// openLoss reports whether the labels determine the loss.
func (c *Config) openLoss() bool {
	return c.Loss == "" && optimizerNamed(c.Optimizer).loss == "" && c.ModelType == model.Chain &&
		c.supervision() == annotation.Full.String() && c.Entropy == 0 && c.LabelSmoothing == 0 && !c.setsCost()
}

// setsCost reports whether a setting of the cost is set.
func (c *Config) setsCost() bool { return slices.ContainsFunc(costOptions, c.IsSet) }

// baseLoss is the loss if the labels do not determine it.
func (c *Config) baseLoss() string {
	switch {
	case c.Loss != "":
		return c.Loss
	case optimizerNamed(c.Optimizer).loss != "":
		return optimizerNamed(c.Optimizer).loss
	case c.setsCost():
		return "softmax-margin"
	}
	return "cross-entropy"
}

// pickFeatures picks the preset, unless the templates come from a file or a model, or include
// further columns.
func (c *Config) pickFeatures(p *Profile) {
	if (c.Features == "" || c.Features == "auto") && c.Init == "" && p.Format != corpus.CRFsuite && len(p.further) == 0 {
		c.Features = p.Task().Preset
	}
	if c.Scheme == "" {
		c.Scheme = c.PickScheme(p)
	}
}

// pickLoss picks an unset loss for single labels or names.
func (c *Config) pickLoss(p *Profile) {
	open := c.openLoss() && p.Format != corpus.CRFsuite
	switch task := p.Task(); {
	case open && task == tagging:
		c.Loss = "softmax-margin"
		scale := float64(tokenScale)
		if p.Rare > manyRare && c.readsPreset(tagging) {
			scale = rareTokenScale
		}
		fill(&c.CostScale, scale)
	case open && task == naming && p.dense():
		c.Loss = "softmax-margin"
		fill(&c.L2, denseNamesL2)
	case open && task == naming && p.Outside > 0:
		c.Loss, c.Cost = "softmax-margin", "entity"
		fill(&c.CostFN, missedName)
	default:
		c.Loss = c.baseLoss()
	}
}

// readsPreset reports whether the templates are the preset of a task, perhaps with further lines.
func (c *Config) readsPreset(task Task) bool {
	return c.Init == "" && slices.Contains([]string{"", "auto", task.Preset}, c.Features)
}

// dense reports whether many tokens belong to names, and some do not.
func (p *Profile) dense() bool {
	inside := 1 - p.Outside
	return p.Outside > 0 && inside > denseNames && inside*float64(p.Tokens) > enoughNames
}

// Picked explains why Complete picked the loss. It returns "" if the user set the loss or the
// labels made no difference.
func (c Config) Picked(p *Profile, completed Config) string {
	if err := c.settleModel(); err != nil || !c.openLoss() || completed.Loss != "softmax-margin" {
		return ""
	}
	if completed.Cost == "entity" {
		return "loss for names: softmax-margin with an entity cost of " + number(*completed.CostFN) +
			" for a missed token; cross-entropy finds fewer names, and is better calibrated"
	}
	if p.Task() == naming {
		return fmt.Sprintf("loss for many names (%.0f%% of the tokens): softmax-margin with l2 %g; an entity cost of %d for a missed token finds more names, and makes more errors",
			100*(1-p.Outside), or(completed.L2, 0), missedName)
	}
	return "loss for single labels: softmax-margin with cost scale " + number(*completed.CostScale) +
		"; cross-entropy errs a little more, and is better calibrated"
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// settleLoss sets the unset options of the loss.
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

// cost returns the cost: by its name, or else by its settings.
func (c *Config) cost() string {
	switch {
	case c.Cost != "":
		return c.Cost
	case c.CostFN != nil || c.CostFP != nil || c.CostConfusion != nil:
		return "entity"
	case c.CostBoundary != nil:
		return "boundary"
	}
	return "hamming"
}

// settleOptimizer picks the optimizer and its unset options for the loss.
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
	if kind.tolerance {
		tolerance := optimumTolerance
		if or(c.WarmUp, 0) > 0 {
			tolerance = usualTolerance
		}
		fill(&c.Tolerance, tolerance)
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

func (c *Config) variant() string { return cmp.Or(c.PAVariant, "pa1") }

// annealed reports whether the loss changes during training.
func (c *Config) annealed() bool {
	return c.AnnealTemperature != "" || c.AnnealCost != "" || c.AnnealBlend != ""
}

// Templates returns the templates of a completed configuration whose Features are a preset or auto.
func (c *Config) Templates(p *Profile) (*features.Templates, error) {
	if c.Features == "" || c.Features == "auto" {
		return p.templates()
	}
	return features.Preset(c.Features)
}
