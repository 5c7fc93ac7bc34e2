package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// lossFlags say what training minimises.
type lossFlags struct {
	name         string
	openLoss     bool              // the user named none, and the labels may pick it
	picked       map[string]string // which they did with these flags, for the notes of the model
	why          string            // and the words that tell the user
	cost         string
	scale, gamma float64

	entropy, smoothing float64
	margin             int
	blend              float64

	annealTemperature, annealCost, annealBlend string // ranges

	falseNegative, falsePositive, confusion float64
	boundary                                float64
	weights                                 []string // LABEL=W
}

var costNames = []string{"hamming", "boundary", "entity"}

func (l *lossFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.name, "loss", "", "`name` of the loss, one of those listed above (default cross-entropy, or what the optimizer is made for)")
	f.StringVar(&l.cost, "cost", "hamming", "`name` of the cost in the loss: "+strings.Join(costNames, ", "))
	f.Float64Var(&l.scale, "cost-scale", 1, "multiply the cost by `x`")
	f.Float64Var(&l.gamma, "gamma", 1, "inverse temperature of the loss")
	f.StringVar(&l.annealTemperature, "anneal-temperature", "", "move the temperature, 1/gamma, `A..B` in the course of training")
	f.StringVar(&l.annealCost, "anneal-cost", "", "move the cost scale `A..B` in the course of training")
	f.Float64Var(&l.falseNegative, "cost-fn", 1, "entity cost of an entity's token labelled O")
	f.Float64Var(&l.falsePositive, "cost-fp", 1, "entity cost of an O labelled as an entity's token")
	f.Float64Var(&l.confusion, "cost-confusion", 1, "entity cost of an entity's token with another entity label")
	f.Float64Var(&l.boundary, "cost-boundary", 1, "boundary cost of each wrong start or end of a span, on top of 1 a token")
	f.StringArrayVar(&l.weights, "label-weight", nil, "`LABEL=W`: missing LABEL costs W, not 1 (repeat for other labels)")
	f.Float64Var(&l.entropy, "entropy", 0, "subtract `x` times the entropy from cross-entropy: above 0 a penalty on being sure, below 0 on being in doubt")
	f.Float64Var(&l.smoothing, "label-smoothing", 0, "give the share `x` of the target of cross-entropy to all paths alike")
	f.IntVar(&l.margin, "margin", 2, "margin of large-margin-softmax, 1 to 4")
	f.Float64Var(&l.blend, "blend", 0, "weight of the plain score beside the margin's 1 in large-margin-softmax (default: --anneal-blend "+usualBlend+")")
	f.StringVar(&l.annealBlend, "anneal-blend", "", "move the weight of --blend `A..B` in the course of training")
	complete(c, "loss", losses.Names()...)
	complete(c, "cost", costNames...)
}

// lossList is the part of the help that lists the losses.
func lossList() string {
	var b strings.Builder
	b.WriteString("\n\nThe losses (docs/losses.md has their formulas, and says which to take):\n\n")
	for _, k := range losses.Kinds() {
		fmt.Fprintf(&b, "  %-20s  %s\n", k.Name, k.Brief)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// ownFlags are the flags that only some losses heed, and what the others lack.
var ownFlags = []struct {
	flags []string
	heeds func(k losses.Kind) bool
	lacks string
}{
	{[]string{"cost", "cost-scale", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight", "anneal-cost"},
		func(k losses.Kind) bool { return k.Cost }, "has no cost"},
	{[]string{"gamma", "anneal-temperature"}, func(k losses.Kind) bool { return k.Gamma }, "takes the best paths only, at any temperature"},
	{[]string{"entropy", "label-smoothing"}, func(k losses.Kind) bool { return k.Target }, "is not regularised so"},
	{[]string{"margin", "blend", "anneal-blend"}, func(k losses.Kind) bool { return k.Margin }, "has no margin of angles"},
}

// heeds tells whether the loss of that name makes use of a flag; one that is not a loss's own, any does.
func heeds(loss, flag string) bool {
	kind, _ := losses.Lookup(loss)
	for _, own := range ownFlags {
		if slices.Contains(own.flags, flag) {
			return own.heeds(kind)
		}
	}
	return true
}

// costless says what to do for losses that are others without a cost.
var costless = map[string]string{
	"cross-entropy": "softmax-margin is cross-entropy with one",
	"perceptron":    "hinge is the perceptron loss with one",
}

// check refuses flags that the loss would not heed.
func (l *lossFlags) check(changed func(flag string) bool) error {
	if _, ok := losses.Lookup(l.name); !ok {
		return wrongUsage("--loss %s: want one of %s", l.name, strings.Join(losses.Names(), ", "))
	}
	for _, own := range ownFlags {
		for _, flag := range own.flags {
			if !changed(flag) || heeds(l.name, flag) {
				continue
			}
			if hint := costless[l.name]; hint != "" && own.heeds(losses.Kind{Cost: true}) {
				return wrongUsage("--%s: %s %s; %s", flag, l.name, own.lacks, hint)
			}
			var others []string
			for _, k := range losses.Kinds() {
				if own.heeds(k) {
					others = append(others, k.Name)
				}
			}
			return wrongUsage("--%s: %s %s; this flag is for %s", flag, l.name, own.lacks, strings.Join(others, ", "))
		}
	}
	if err := l.checkAnnealing(changed); err != nil {
		return err
	}
	if changed("margin") && l.margin < 1 {
		return wrongUsage("--margin %d: want 1 to 4", l.margin)
	}
	if _, err := losses.New(l.name, l.options(nil)); err != nil {
		return wrongUsage("--loss %s: %w", l.name, err)
	}
	if !slices.Contains(costNames, l.cost) {
		return wrongUsage("--cost %s: want one of %s", l.cost, strings.Join(costNames, ", "))
	}
	for flag, cost := range map[string]string{
		"cost-fn": "entity", "cost-fp": "entity", "cost-confusion": "entity", "cost-boundary": "boundary", "label-weight": "hamming",
	} {
		if changed(flag) && l.cost != cost {
			return wrongUsage("--%s belongs to --cost %s, not to --cost %s", flag, cost, l.cost)
		}
	}
	for flag, v := range map[string]float64{"cost-fn": l.falseNegative, "cost-fp": l.falsePositive, "cost-confusion": l.confusion, "cost-boundary": l.boundary} {
		if !(v >= 0 && v <= math.MaxFloat64) {
			return wrongUsage("--%s %v: want a number that is not negative", flag, v)
		}
	}
	if !(l.scale > 0 && l.scale <= math.MaxFloat64) {
		return wrongUsage("--cost-scale %v: want a positive number (without a cost %s is another loss, or none)", l.scale, l.name)
	}
	if !(l.gamma > 0 && l.gamma <= math.MaxFloat64) {
		return wrongUsage("--gamma %v: want a positive number", l.gamma)
	}
	for _, w := range l.weights {
		if _, _, err := labelWeight(w); err != nil {
			return err
		}
	}
	return nil
}

// labelWeight splits LABEL=W.
func labelWeight(s string) (label string, w float64, err error) {
	if k := strings.LastIndexByte(s, '='); k > 0 {
		if w, err = strconv.ParseFloat(s[k+1:], 64); err == nil && w >= 0 && w <= math.MaxFloat64 {
			return s[:k], w, nil
		}
	}
	return "", 0, wrongUsage("--label-weight %s: want LABEL=W with a number W that is not negative", s)
}

// build makes the loss for the labels of the data.
func (l *lossFlags) build(labels []string, scheme structured.Scheme) (losses.Loss, error) {
	cost, err := l.costFor(labels, scheme)
	if err != nil {
		return nil, err
	}
	return losses.New(l.name, l.options(cost))
}

func (l *lossFlags) options(cost structured.Cost) losses.Options {
	return losses.Options{
		Cost: cost, Scale: l.scale, Gamma: l.gamma,
		Entropy: l.entropy, Smoothing: l.smoothing, Margin: l.margin, Blend: l.blend,
	}
}

// costOption returns the option of an entity cost that stands for a cost of that number: 0 would mean 1.
func costOption(cost float64) float64 {
	if cost == 0 {
		return -1
	}
	return cost
}

func (l *lossFlags) costFor(labels []string, scheme structured.Scheme) (structured.Cost, error) {
	if l.cost != "hamming" && scheme == structured.Plain {
		return nil, wrongUsage("--cost %s is for labels that spell spans, such as B-PER and O: these do not", l.cost)
	}
	switch {
	case l.cost == "boundary":
		return structured.NewBoundaryCost(labels, 1, l.boundary, l.boundary), nil
	case l.cost == "entity":
		outside := slices.Index(labels, "O")
		if outside < 0 {
			return nil, wrongUsage("--cost entity: no token of the training data has the label O")
		}
		return structured.EntityCost{
			Outside: outside, FalseNegative: costOption(l.falseNegative), FalsePositive: costOption(l.falsePositive), Confusion: costOption(l.confusion),
		}, nil
	case len(l.weights) > 0:
		cost := make(structured.WeightedHamming, len(labels))
		for j := range cost {
			cost[j] = 1
		}
		for _, s := range l.weights {
			label, w, err := labelWeight(s)
			if err != nil {
				return nil, err
			}
			j := slices.Index(labels, label)
			if j < 0 {
				return nil, wrongUsage("--label-weight %s: the training data has no label %q", s, label)
			}
			cost[j] = w
		}
		return cost, nil
	}
	return structured.Hamming{}, nil
}
