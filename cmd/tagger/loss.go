package main

import (
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
	cost         string
	scale, gamma float64

	falseNegative, falsePositive, confusion float64
	boundary                                float64
	weights                                 []string // LABEL=W
}

var costNames = []string{"hamming", "boundary", "entity"}

func (l *lossFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&l.name, "loss", "", "`name` of the loss: "+strings.Join(losses.Names(), ", ")+" (default cross-entropy, or what the optimizer is made for)")
	f.StringVar(&l.cost, "cost", "hamming", "`name` of the cost in the loss: "+strings.Join(costNames, ", "))
	f.Float64Var(&l.scale, "cost-scale", 1, "multiply the cost by `x`")
	f.Float64Var(&l.gamma, "gamma", 1, "inverse temperature of the loss")
	f.Float64Var(&l.falseNegative, "cost-fn", 1, "entity cost of an entity's token labelled O")
	f.Float64Var(&l.falsePositive, "cost-fp", 1, "entity cost of an O labelled as an entity's token")
	f.Float64Var(&l.confusion, "cost-confusion", 1, "entity cost of an entity's token with another entity label")
	f.Float64Var(&l.boundary, "cost-boundary", 1, "boundary cost of each wrong start or end of a span, on top of 1 a token")
	f.StringArrayVar(&l.weights, "label-weight", nil, "`LABEL=W`: missing LABEL costs W, not 1 (repeat for other labels)")
	complete(c, "loss", losses.Names()...)
	complete(c, "cost", costNames...)
}

// takes tells which options each loss has.
var takes = map[string]struct{ cost, gamma bool }{
	"cross-entropy":  {gamma: true},
	"perceptron":     {},
	"hinge":          {cost: true},
	"squared-hinge":  {cost: true},
	"softmax-margin": {cost: true, gamma: true},
	"risk":           {cost: true, gamma: true},
}

// costless says what to do for losses without a cost.
var costless = map[string]string{
	"cross-entropy": "softmax-margin is cross-entropy with one",
	"perceptron":    "hinge is the perceptron loss with one",
}

// check refuses flags that the loss would not heed.
func (l *lossFlags) check(changed func(flag string) bool) error {
	can, ok := takes[l.name]
	if !ok || !slices.Contains(losses.Names(), l.name) {
		return wrongUsage("--loss %s: want one of %s", l.name, strings.Join(losses.Names(), ", "))
	}
	for _, flag := range []string{"cost", "cost-scale", "cost-fn", "cost-fp", "cost-confusion", "cost-boundary", "label-weight"} {
		if changed(flag) && !can.cost {
			return wrongUsage("--%s: %s has no cost; %s", flag, l.name, costless[l.name])
		}
	}
	if changed("gamma") && !can.gamma {
		return wrongUsage("--gamma: %s takes the best path only, at any temperature; the losses with a temperature are cross-entropy, softmax-margin and risk", l.name)
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
	return losses.New(l.name, losses.Options{Cost: cost, Scale: l.scale, Gamma: l.gamma})
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
			Outside: outside, FalseNegative: l.falseNegative, FalsePositive: l.falsePositive, Confusion: l.confusion,
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
