package recipe

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Validate returns a *[model.OptionError] for a setting that is out of range or contradicts
// another.
func (c Config) Validate() error {
	if err := c.validateData(); err != nil {
		return err
	}
	if err := c.settleModel(); err != nil {
		return err
	}
	c.Loss = c.baseLoss()
	c.settleOptimizer()
	for _, check := range []func() error{c.validateModel, c.validateLoss, c.validateOptimizer, c.validateTraining, c.validateMethod} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// validateData checks the settings of data and features.
func (c *Config) validateData() error {
	_, _, err := c.Formats()
	switch {
	case err != nil:
		return err
	case slices.Contains(c.Dev.Paths, "-"):
		return model.Refuse("dev", "{dev} -: standard input cannot be read for development; name a file")
	case c.Threads < 0:
		return model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", c.Threads)
	case c.MinCount < 0:
		return model.Refuse("min-count", "{min-count} %d: want a number that is not negative", c.MinCount)
	case c.TagDictionary < 0:
		return model.Refuse("tag-dictionary", "{tag-dictionary} %d: want a number that is not negative", c.TagDictionary)
	case or(c.Patience, 0) < 0:
		return model.Refuse("patience", "{patience} %d: want a number that is not negative", *c.Patience)
	case c.Patience != nil && c.Dev.IsZero():
		return model.Refuse("patience", "{patience} needs development data: name a file with {dev}")
	case c.VectorsLimit < 0 || c.VectorsLimit > 0 && c.Vectors == "":
		return model.Refuse("vectors-limit", "{vectors-limit} %d: want the number of {vectors} to keep", c.VectorsLimit)
	case c.Normalize.Check() != nil:
		return model.Refuse("normalize", "{normalize} %s: want nfc or nfkc", string(c.Normalize))
	}
	for _, list := range c.Gazetteer {
		if _, path, ok := strings.Cut(list, "="); !ok || path == "" {
			return model.Refuse("gazetteer", "{gazetteer} %s: want NAME=FILE", list)
		}
	}
	if !slices.Contains([]string{"", "float32", "float64", "int16", "int8"}, c.Weights) {
		return model.Refuse("weights", "{weights} %s: want float32, float64, int16 or int8", c.Weights)
	}
	if c.Scheme != "" {
		if s, _, err := annotation.ParseScheme(c.Scheme); err != nil || s == structured.Plain {
			return model.Refuse("scheme", "{scheme} %s: want iob1, bio, bioes, io, ioe1 or ioe2", c.Scheme)
		}
	}
	switch {
	case c.ReadsDocuments() && c.Init != "":
		return model.Refuse("init", "{init}: not with {document} %s, which trains two models", c.Document)
	}
	switch {
	case !slices.Contains([]string{"", NoSearch, QuickSearch, FullSearch}, c.Search):
		return model.Refuse("search", "{search} %s: want quick, full or none", c.Search)
	case c.Searches() && c.Init != "":
		return model.Refuse("init", "{init}: not with {search} %s, which compares models from scratch", c.Search)
	case c.Shrink != nil && !(*c.Shrink >= 0 && *c.Shrink <= 100):
		return model.Refuse("shrink", "{shrink} %v: want a number of points from 0 to 100", *c.Shrink)
	case c.Shrink != nil && c.Init != "":
		return model.Refuse("init", "{init}: not with {shrink}, which compares models from scratch")
	case c.Shrink != nil && c.ReadsDocuments():
		return model.Refuse("shrink", "{shrink}: not with {document} %s, whose columns need a first model", c.Document)
	}
	if _, err := annotation.ParseSupervision(c.supervision()); err != nil {
		return model.Refuse("supervision", "{supervision} %s: want full, partial or soft", c.Supervision)
	}
	return nil
}

func (c *Config) supervision() string { return cmp.Or(c.Supervision, annotation.Full.String()) }

// settleModel picks the kind of model and its order.
func (c *Config) settleModel() error {
	order := or(c.Order, 1)
	switch {
	case !slices.Contains([]string{"", model.Chain, model.SemiMarkov, model.Pruned}, c.ModelType):
		return model.Refuse("model-type", "{model-type} %s: want chain, semi or pruned", c.ModelType)
	case order < 0 || order > 2:
		return model.Refuse("order", "{order} %d: want 0, 1 or 2", order)
	case c.Order != nil && c.ModelType == model.SemiMarkov:
		return model.Refuse("order", "{order}: not for {model-type} semi, which scores each span with the previous one")
	case order != 1 && c.ModelType == model.Chain:
		return model.Refuse("order", "{order} %d: {model-type} chain has order 1; use {model-type} pruned", order)
	case order != 1 && c.ModelType == "":
		c.ModelType = model.Pruned
	case c.ModelType == "":
		c.ModelType = model.Chain
	case c.ModelType == model.Pruned && c.Order == nil:
		fill(&c.Order, 2)
	}
	return nil
}

// Kind returns the kind of model that the settings describe.
func (c *Config) Kind() string {
	own := *c
	_ = own.settleModel() // Validate returns the error
	return own.ModelType
}

// notFor lists settings that a kind of model does not support, and why.
var notFor = []struct {
	options []string
	kinds   []string
	why     string
}{
	{[]string{"checkpoint", "checkpoint-every", "resume"}, []string{model.SemiMarkov, model.Pruned}, "its training writes no checkpoints"},
	{[]string{"restarts"}, []string{model.SemiMarkov, model.Pruned}, "its training has no restarts"},
	{[]string{"anneal-temperature", "anneal-cost", "anneal-blend"}, []string{model.SemiMarkov, model.Pruned}, "its loss does not change during training"},
	{[]string{"cost-boundary"}, []string{model.SemiMarkov}, "its costs are hamming and entity"},
	{[]string{"weights", "strip"}, []string{model.SemiMarkov, model.Pruned}, "its files always have 64-bit weights and attribute names"},
	{[]string{"all-pairs"}, []string{model.SemiMarkov, model.Pruned}, "it has features only for what occurs together in the data"},
	{[]string{"normalize"}, []string{model.SemiMarkov}, "it does not normalise words"},
	{[]string{"scheme"}, []string{model.SemiMarkov}, "it learns spans, whatever their scheme"},
	{[]string{"clusters", "text", "gazetteer", "vectors", "vectors-limit"}, []string{model.SemiMarkov}, "it has no word resources"},
	{[]string{"tag-dictionary"}, []string{model.SemiMarkov}, "it labels spans, not words"},
	{[]string{"tag-dictionary"}, []string{model.Pruned}, "it prunes labels by their probability"},
	{[]string{"supervision"}, []string{model.SemiMarkov, model.Pruned}, "it needs one known label per token"},
	{[]string{"document"}, []string{model.SemiMarkov, model.Pruned}, "it reads one sentence at a time"},
	{[]string{"shrink"}, []string{model.SemiMarkov, model.Pruned}, "the templates are chosen for chains; list templates to leave out with {without}"},
}

// onlyFor lists settings that only one kind of model supports.
var onlyFor = []struct {
	options []string
	kind    string
	why     string
}{
	{[]string{"max-length"}, model.SemiMarkov, "other models have no maximum span length"},
	{[]string{"keep", "label-parts"}, model.Pruned, "other models score all labels"},
}

// maxMaxLength is the limit of the file format of semi-Markov models.
const maxMaxLength = 4096

// validateModel checks the settings of the kind of model.
func (c *Config) validateModel() error {
	for _, n := range notFor {
		for _, option := range n.options {
			if slices.Contains(n.kinds, c.ModelType) && c.IsSet(option) {
				return model.Refuse(option, "{%s}: not for {model-type} %s: "+n.why, option, c.ModelType)
			}
		}
	}
	for _, n := range onlyFor {
		for _, option := range n.options {
			if c.ModelType != n.kind && c.IsSet(option) {
				return model.Refuse(option, "{%s} is for {model-type} %s: "+n.why, option, n.kind)
			}
		}
	}
	if _, ok := losses.Lookup(c.Loss); !ok {
		return model.Refuse("loss", "{loss} %s: want one of %s", c.Loss, strings.Join(losses.Names(), ", "))
	}
	if names := lossNames(c.ModelType); !slices.Contains(names, c.Loss) {
		return model.Refuse("loss", "{loss} %s: not for {model-type} %s; want one of %s", c.Loss, c.ModelType, strings.Join(names, ", "))
	}
	switch c.ModelType {
	case model.SemiMarkov:
		return c.validateSemi()
	case model.Pruned:
		return c.validatePruned()
	}
	return nil
}

// lossNames lists the losses of a kind of model.
func lossNames(kind string) []string {
	if kind == model.SemiMarkov || kind == model.Pruned {
		return losses.GeneralNames()
	}
	return losses.Names()
}

func (c *Config) validateSemi() error {
	switch {
	case c.MaxLength != nil && (*c.MaxLength < 1 || *c.MaxLength > maxMaxLength):
		return model.Refuse("max-length", "{max-length} %d: want 1 to %d", *c.MaxLength, maxMaxLength)
	case optimizerNamed(c.Optimizer).chain:
		some := optimizerNames(func(o optimizer) bool { return !o.chain })
		return model.Refuse("optimizer", "{optimizer} %s: only for {model-type} chain; for semi, want one of %s", c.Optimizer, strings.Join(some, ", "))
	case c.Cost == "boundary":
		return model.Refuse("cost", "{cost} boundary: not for {model-type} semi; want hamming or entity")
	case c.Format == corpus.CRFsuite.String():
		return model.Refuse("format", "{format} crfsuite: not for {model-type} semi, which reads words; attribute files have none")
	}
	return nil
}

func (c *Config) validatePruned() error {
	order := or(c.Order, 1)
	switch {
	case !optimizerNamed(c.Optimizer).pruned && optimizerNamed(c.Optimizer).name != "":
		some := optimizerNames(func(o optimizer) bool { return o.pruned })
		return model.Refuse("optimizer", "{optimizer} %s: not for {model-type} pruned, whose objective changes from epoch to epoch; want one of %s",
			c.Optimizer, strings.Join(some, ", "))
	case c.Format == corpus.CRFsuite.String():
		return model.Refuse("format", "{format} crfsuite: not for {model-type} pruned, which reads columns; attribute files have none")
	case len(c.Keep) > order:
		return model.Refuse("keep", "{keep}: %d numbers, but {order} %d prunes %d times", len(c.Keep), order, order)
	case or(c.Epochs, order+1) <= order && *c.Epochs > 0 && c.Init == "":
		return model.Refuse("epochs", "{epochs} %d: too few for {order} %d, want at least %d, because the first epochs train lower orders", *c.Epochs, order, order+1)
	}
	for _, v := range c.Keep {
		if !(v > 1 && v <= math.MaxInt32) {
			return model.Refuse("keep", "{keep} %v: want more than 1 label per token", v)
		}
	}
	return nil
}

var costOptions = []string{"cost", "cost-scale", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight", "anneal-cost"}

// lossOptions lists the settings that only some losses support, and what the other losses lack.
var lossOptions = []struct {
	options  []string
	supports func(k losses.Kind) bool
	lacks    string
}{
	{costOptions,
		func(k losses.Kind) bool { return k.Cost }, "has no cost"},
	{[]string{"gamma", "anneal-temperature"}, func(k losses.Kind) bool { return k.Gamma }, "uses only the best paths, at any temperature"},
	{[]string{"entropy", "label-smoothing"}, func(k losses.Kind) bool { return k.Target }, "does not support this regularisation"},
	{[]string{"margin", "blend", "anneal-blend"}, func(k losses.Kind) bool { return k.Margin }, "has no margin of angles"},
}

// supports reports whether a loss supports a setting. Every loss supports the settings outside
// lossOptions.
func supports(loss, option string) bool {
	kind, _ := losses.Lookup(loss)
	for _, own := range lossOptions {
		if slices.Contains(own.options, option) {
			return own.supports(kind)
		}
	}
	return true
}

// withCost names, for losses without a cost, the loss that adds one.
var withCost = map[string]string{
	"cross-entropy": "softmax-margin is cross-entropy with one",
	"perceptron":    "hinge is the perceptron loss with one",
}

// validateLoss checks the settings of the loss.
func (c *Config) validateLoss() error {
	for _, own := range lossOptions {
		for _, option := range own.options {
			if !c.IsSet(option) || supports(c.Loss, option) {
				continue
			}
			if hint := withCost[c.Loss]; hint != "" && own.supports(losses.Kind{Cost: true}) {
				return model.Refuse(option, "{%s}: %s %s; %s", option, c.Loss, own.lacks, hint)
			}
			var others []string
			for _, k := range losses.Kinds() {
				if own.supports(k) {
					others = append(others, k.Name)
				}
			}
			return model.Refuse(option, "{%s}: %s %s; this is for %s", option, c.Loss, own.lacks, strings.Join(others, ", "))
		}
	}
	if err := c.validateAnnealing(); err != nil {
		return err
	}
	if c.Margin != nil && *c.Margin < 1 {
		return model.Refuse("margin", "{margin} %d: want 1 to 4", *c.Margin)
	}
	if err := c.validateCost(); err != nil {
		return err
	}
	if _, err := losses.New(c.Loss, c.lossOptions(nil)); err != nil {
		return model.Refuse("loss", "{loss} %s: %w", c.Loss, err)
	}
	return nil
}

func (c *Config) validateCost() error {
	cost := c.cost()
	if !slices.Contains(costNames, cost) {
		return model.Refuse("cost", "{cost} %s: want one of %s", cost, strings.Join(costNames, ", "))
	}
	for _, own := range []struct {
		option, cost string
		value        *float64
	}{
		{"cost-fn", "entity", c.CostFN}, {"cost-fp", "entity", c.CostFP}, {"cost-confusion", "entity", c.CostConfusion},
		{"cost-boundary", "boundary", c.CostBoundary}, {"label-weight", "hamming", nil},
	} {
		if c.IsSet(own.option) && cost != own.cost {
			return model.Refuse(own.option, "{%s} belongs to {cost} %s, not to {cost} %s", own.option, own.cost, cost)
		}
		if v := own.value; v != nil && !(*v >= 0 && *v <= math.MaxFloat64) {
			return model.Refuse(own.option, "{%s} %v: want a number that is not negative", own.option, *v)
		}
	}
	switch {
	case c.CostScale != nil && !positive(*c.CostScale):
		return model.Refuse("cost-scale", "{cost-scale} %v: want a positive number; without a cost %s is another loss, or none", *c.CostScale, c.Loss)
	case c.Gamma != nil && !positive(*c.Gamma):
		return model.Refuse("gamma", "{gamma} %v: want a positive number", *c.Gamma)
	}
	for _, w := range c.LabelWeight {
		if _, _, err := labelWeight(w); err != nil {
			return err
		}
	}
	return nil
}

func positive(v float64) bool { return v > 0 && v <= math.MaxFloat64 }

// labelWeight parses LABEL=W.
func labelWeight(s string) (label string, w float64, err error) {
	if k := strings.LastIndexByte(s, '='); k > 0 {
		if w, err = strconv.ParseFloat(s[k+1:], 64); err == nil && w >= 0 && w <= math.MaxFloat64 {
			return s[:k], w, nil
		}
	}
	return "", 0, model.Refuse("label-weight", "{label-weight} %s: want LABEL=W with a number W that is not negative", s)
}

// moved lists the settings that change a parameter during training, each with the setting that
// fixes the parameter.
func (c *Config) moved() []struct {
	option, value, still string
	isStill              bool
} {
	return []struct {
		option, value, still string
		isStill              bool
	}{
		{"anneal-temperature", c.AnnealTemperature, "gamma", c.Gamma != nil},
		{"anneal-cost", c.AnnealCost, "cost-scale", c.CostScale != nil},
		{"anneal-blend", c.AnnealBlend, "blend", c.Blend != nil},
	}
}

func (c *Config) validateAnnealing() error {
	for _, m := range c.moved() {
		if m.value == "" {
			continue
		}
		if m.isStill {
			return model.Refuse(m.option, "set either {%s} or {%s}", m.option, m.still)
		}
		if _, err := losses.ParseRange(m.value); err != nil {
			return model.Refuse(m.option, "{%s}: %w", m.option, err)
		}
	}
	return nil
}

// validateOptimizer checks the optimizer and its settings.
func (c *Config) validateOptimizer() error {
	kind := optimizerNamed(c.Optimizer)
	if kind.name == "" {
		return model.Refuse("optimizer", "{optimizer} %s: want one of %s", c.Optimizer, strings.Join(Choices("optimizer"), ", "))
	}
	for k, v := range []float64{c.L1, or(c.L2, 0)} {
		if option := []string{"l1", "l2"}[k]; !(v >= 0 && v <= math.MaxFloat64) {
			return model.Refuse(option, "{%s} %v: want a number that is not negative", option, v)
		}
	}
	steps := or(c.Epochs, kind.usualEpochs(!c.Dev.IsZero()))
	switch {
	case c.Epochs != nil && *c.Epochs < 1:
		return model.Refuse("epochs", "{epochs} %d: want a positive number", *c.Epochs)
	case c.WarmUp != nil && c.Optimizer != "lbfgs":
		return model.Refuse("warm-up", "{warm-up} belongs to {optimizer} lbfgs, not to %s", c.Optimizer)
	case c.WarmUp != nil && (*c.WarmUp < 0 || *c.WarmUp >= steps):
		return model.Refuse("warm-up", "{warm-up} %d: want at least 0 and less than %d, the number of epochs", *c.WarmUp, steps)
	case c.Tolerance != nil && !kind.tolerance:
		some := optimizerNames(func(o optimizer) bool { return o.tolerance })
		return model.Refuse("tolerance", "{tolerance} belongs to {optimizer} %s, not to %s", strings.Join(some, " and "), c.Optimizer)
	case c.Tolerance != nil && !(*c.Tolerance >= 0 && *c.Tolerance < 1):
		return model.Refuse("tolerance", "{tolerance} %v: want at least 0 and less than 1", *c.Tolerance)
	case c.BatchSize != nil && kind.batch:
		some := optimizerNames(func(o optimizer) bool { return !o.batch })
		return model.Refuse("batch-size", "{batch-size}: %s uses all sentences in each step; mini-batches are for %s", c.Optimizer, strings.Join(some, ", "))
	case c.BatchSize != nil && *c.BatchSize < 1:
		return model.Refuse("batch-size", "{batch-size} %d: want a positive number", *c.BatchSize)
	case c.Rate != nil && !kind.rate:
		some := optimizerNames(func(o optimizer) bool { return o.rate })
		return model.Refuse("rate", "{rate}: %s has no learning rate; use one of %s", c.Optimizer, strings.Join(some, ", "))
	case c.Rate != nil && !positive(*c.Rate):
		return model.Refuse("rate", "{rate} %v: want a positive number", *c.Rate)
	case c.Restarts < 0:
		return model.Refuse("restarts", "{restarts} %d: want a number that is not negative", c.Restarts)
	case c.WarmUp != nil && c.annealed():
		return model.Refuse("warm-up", "{warm-up}: not with a loss that changes during training, because each stage starts from the previous one")
	case c.Optimizer == "sgd-l1" && c.L1 == 0:
		return model.Refuse("optimizer", "{optimizer} sgd-l1: set {l1}, or use sgd")
	}
	for _, own := range []struct {
		option, optimizer string
		value             *float64
	}{{"pa-c", "pa", c.PAC}, {"pa-variant", "pa", nil}, {"arow-gamma", "arow", c.AROWGamma}} {
		if c.IsSet(own.option) && c.Optimizer != own.optimizer {
			return model.Refuse(own.option, "{%s} belongs to {optimizer} %s, not to %s", own.option, own.optimizer, c.Optimizer)
		}
		if own.value != nil && !positive(*own.value) {
			return model.Refuse(own.option, "{%s} %v: want a positive number", own.option, *own.value)
		}
	}
	if !slices.Contains(paVariants, c.variant()) {
		return model.Refuse("pa-variant", "{pa-variant} %s: want one of pa, pa1, pa2", c.PAVariant)
	}
	return nil
}

// validateMethod rejects losses and penalties that the optimizer cannot minimise.
func (c *Config) validateMethod() error {
	c.settleLoss()
	l, err := losses.New(c.Loss, c.lossOptions(nil))
	if err != nil {
		return err
	}
	m := c.NewMethod()
	if err = m.Check(l); err == nil {
		err = m.Try()
	}
	if err == nil && c.annealed() {
		err = m.CheckSchedule()
	}
	if err == nil {
		return nil
	}
	kind := ""
	if c.ModelType != model.Chain {
		kind = "{model-type} " + c.ModelType + " "
	}
	return model.Refuse("optimizer", kind+"{loss} %s {optimizer} %s: %w", c.Loss, c.Optimizer, err)
}

// validateTraining checks settings that depend on both loss and labels.
func (c *Config) validateTraining() error {
	kind, _ := losses.Lookup(c.Loss)
	switch {
	case c.Init != "" && c.Optimizer == "bcfw":
		return model.Refuse("init", "{init}: bcfw must start from zero, because a model does not store the weights of each sentence")
	case c.supervision() != annotation.Full.String() && !kind.Target:
		return model.Refuse("supervision", "{supervision} %s: %s needs one known label per token; use cross-entropy", c.Supervision, c.Loss)
	case c.Restarts > 0 && traits(c.Loss).Convex && c.supervision() == annotation.Full.String():
		return model.Refuse("restarts", "{restarts}: %s is convex, so every start leads to the same minimum", c.Loss)
	case c.Checkpoint == "-" || c.Resume == "-":
		return model.Refuse("checkpoint", "{checkpoint} and {resume}: want a file name")
	case c.CheckpointEvery != nil && c.Checkpoint == "":
		return model.Refuse("checkpoint-every", "{checkpoint-every}: name the file with {checkpoint}")
	case c.CheckpointEvery != nil && *c.CheckpointEvery < 0:
		return model.Refuse("checkpoint-every", "{checkpoint-every} %v: want a time that is not negative", *c.CheckpointEvery)
	}
	return nil
}
