package main

import (
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/prunedcrf"
)

const prunedHelp = `

--order 2 looks back two labels, and --model-type pruned searches from coarse to fine, so
that hundreds of labels stay fast: of each token only the labels that the order below finds
likely are scored with their neighbours (Mueller, Schmid & Schuetze 2013). --order 2 and
--order 0 (each token by itself) are always pruned; --order 1 is where it is asked for.
Labels such as Number=Sing|Person=3 are taken apart, and their parts learnt as well. It takes
every loss but large-margin-softmax, and the stochastic optimizers; its default l2 is 0.3.`

// prunedFlags are those of models of pruned chains.
type prunedFlags struct {
	order int
	keep  []float64 // labels a token, before pairs and before triples
	parts string    // what labels are taken apart at
}

// The values of --label-parts that are no separators.
const (
	partsAuto = "auto"
	partsNone = "none"
)

func (p *prunedFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.IntVar(&p.order, "order", 1, "how many labels to look back: 0, 1 or 2 (default 1, for --model-type pruned 2)")
	f.Float64SliceVar(&p.keep, "keep", nil, "labels that a token keeps on average before pairs and before triples are scored under --model-type pruned (default 6,3)")
	f.StringVar(&p.parts, "label-parts", partsAuto, "take labels apart at this `separator` under --model-type pruned, or none (auto: at | where most labels have one)")
}

// prunedOptimizers can follow an objective that pruning changes from epoch to epoch.
var prunedOptimizers = []string{"sgd", "sgd-l1", "adagrad", "adam", "adamw", "averaged-perceptron"}

// checkOrder settles which kind of model the flags ask for.
func (o *trainFlags) checkOrder(changed func(flag string) bool) error {
	switch {
	case changed("order") && (o.order < 0 || o.order > 2):
		return wrongUsage("--order %d: want 0, 1 or 2", o.order)
	case changed("order") && changed("model-type") && o.kind == semiKind:
		return wrongUsage("--order: --model-type semi scores spans, each with the one before")
	case changed("order") && changed("model-type") && o.kind == chainKind && o.order != 1:
		return wrongUsage("--order %d: --model-type chain looks back one label; others are for --model-type pruned", o.order)
	case changed("order") && o.order != 1 && o.kind == chainKind:
		o.kind = prunedKind
	case !changed("order") && o.kind == prunedKind:
		o.order = 2
	}
	for _, flag := range []string{"keep", "label-parts"} {
		if o.kind != prunedKind && changed(flag) {
			return wrongUsage("--%s is for --model-type pruned and --order 2", flag)
		}
	}
	return nil
}

// checkPruned refuses what does not go with a model of pruned chains.
func (o *trainFlags) checkPruned(changed func(flag string) bool) error {
	if o.optimizerFlags.name == "" {
		o.optimizerFlags.name = "adagrad"
		if o.lossFlags.name == "perceptron" && o.l1 == 0 {
			o.optimizerFlags.name = "averaged-perceptron"
		}
	}
	switch {
	case !slices.Contains(losses.GeneralNames(), o.lossFlags.name):
		return wrongUsage("--loss %s: not there for --model-type pruned, whose losses are %s", o.lossFlags.name, strings.Join(losses.GeneralNames(), ", "))
	case !slices.Contains(prunedOptimizers, o.optimizerFlags.name):
		return wrongUsage("--optimizer %s: pruning changes what is minimised from epoch to epoch; --model-type pruned is trained by %s",
			o.optimizerFlags.name, strings.Join(prunedOptimizers, ", "))
	case o.format == "crfsuite":
		return wrongUsage("--format crfsuite: --model-type pruned reads columns by templates, which attribute files lack")
	case len(o.keep) > o.order:
		return wrongUsage("--keep: %d numbers, but --order %d prunes %d times", len(o.keep), o.order, o.order)
	case changed("label-parts") && o.parts == "":
		return wrongUsage("--label-parts: want a separator such as |, none or auto")
	}
	for _, v := range o.keep {
		if !(v > 1 && v <= math.MaxInt32) {
			return wrongUsage("--keep %v: want more than 1 label a token", v)
		}
	}
	return nil
}

// prunedL2 is the penalty of pruned models: there are more weights for the same labels.
const prunedL2 = 0.3

// prunedBatch sentences a step end where single ones do, in a third of the time.
const prunedBatch = 8

// fillPruned puts in what suits a model of pruned chains where the user is silent.
func (o *trainFlags) fillPruned(changed func(flag string) bool) error {
	if o.kind != prunedKind {
		return nil
	}
	if !changed("l2") && o.l2 > 0 {
		o.l2 = prunedL2
	}
	if !changed("batch-size") {
		o.batch = prunedBatch
	}
	if o.epochs <= o.order && o.init == "" {
		return wrongUsage("--epochs %d: the first epochs are of lower orders, so that --order %d wants at least %d", o.epochs, o.order, o.order+1)
	}
	return nil
}

// separator is what labels are taken apart at, "" for nothing.
func (p *prunedFlags) separator(labels []string) string {
	switch p.parts {
	case partsNone:
		return ""
	case partsAuto:
		n := 0
		for _, label := range labels {
			if strings.Contains(label, "|") {
				n++
			}
		}
		if 2*n > len(labels) {
			return "|"
		}
		return ""
	}
	return p.parts
}

// options are those of the flags, without loss and optimizer.
func (o *trainFlags) prunedOptions(labels []string) prunedcrf.Options {
	opts := prunedcrf.Options{
		MinCount: o.minCount, Threads: o.threads, Patience: o.patience, Separator: o.separator(labels),
		Order: [...]prunedcrf.Order{prunedcrf.Zeroth, prunedcrf.First, prunedcrf.Second}[o.order],
	}
	copy(opts.Keep[:], o.keep)
	return opts
}
