package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/semimarkov"
	"github.com/trellis-nlp/trellis/structured"
)

const semiHelp = `

--model-type semi scores spans as wholes, by their words and their length as well as by what
the templates say of their tokens (semi-Markov, Sarawagi & Cohen 2004). It takes the losses
cross-entropy, perceptron, hinge, squared-hinge, softmax-margin, risk and jensen-risk-bound,
and labels that spell spans. tag, eval and inspect see by the file which model it is.`

// semiFlags choose the model that scores spans as wholes.
type semiFlags struct {
	kind      string // of model
	maxLength int    // 0: picked
}

// The kinds of model.
const (
	chainKind = "chain"
	semiKind  = "semi"
)

func (s *semiFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.kind, "model-type", chainKind, "chain, which labels token by token, or semi, which scores spans as wholes")
	f.IntVar(&s.maxLength, "max-length", 0, "the most tokens that a span may have under --model-type semi (default: what covers 99.5% of the spans)")
	complete(c, "model-type", chainKind, semiKind)
}

func (s *semiFlags) isSemi() bool { return s.kind == semiKind }

// chainFlags are the flags of train that a model of segments has no use for, and why.
var chainFlags = []struct {
	flags []string
	why   string
}{
	{[]string{"checkpoint", "checkpoint-every", "resume"}, "its training writes no checkpoints"},
	{[]string{"restarts"}, "it starts once"},
	{[]string{"anneal-temperature", "anneal-cost", "anneal-blend"}, "its loss stays the same in the course of training"},
	{[]string{"entropy", "label-smoothing"}, "its cross-entropy is not regularised so"},
	{[]string{"cost-boundary"}, "its costs are hamming and entity"},
	{[]string{"weights", "strip"}, "its weights are stored as they are, in 64 bits, and with the names"},
	{[]string{"all-pairs"}, "it has features for what was seen together"},
	{[]string{"normalize"}, "it reads words as they are"},
	{[]string{"scheme"}, "it learns spans, however their labels are spelt"},
	{lexiconNames, "it keeps no lexicons"},
	{[]string{"label-dictionary"}, "it gives no labels to words, but to spans"},
	{[]string{"supervision"}, "it learns from labels that are all known"},
}

// chainOptimizers need what only the losses of chains tell: two labellings, or the share of each sentence.
var chainOptimizers = []string{"pa", "arow", "bcfw", "sag"}

// checkSemi refuses what does not go with the model that is asked for.
func (o *trainFlags) checkSemi(changed func(flag string) bool) error {
	switch {
	case !o.isSemi() && o.kind != "" && o.kind != chainKind:
		return wrongUsage("--model-type %s: want chain or semi", o.kind)
	case !o.isSemi() && changed("max-length"):
		return wrongUsage("--max-length is for --model-type semi: a chain has no longest span")
	case !o.isSemi():
		return nil
	case changed("max-length") && (o.maxLength < 1 || o.maxLength > maxMaxLength):
		return wrongUsage("--max-length %d: want 1 to %d", o.maxLength, maxMaxLength)
	case !slices.Contains(semimarkov.Names(), o.lossFlags.name):
		return wrongUsage("--loss %s: not there for --model-type semi, whose losses are %s", o.lossFlags.name, strings.Join(semimarkov.Names(), ", "))
	case slices.Contains(chainOptimizers, o.optimizerFlags.name):
		some := optimizerNames(func(k optimizerKind) bool { return !slices.Contains(chainOptimizers, k.name) })
		return wrongUsage("--optimizer %s: only for --model-type chain; semi is trained by %s", o.optimizerFlags.name, strings.Join(some, ", "))
	case o.cost == "boundary":
		return wrongUsage("--cost boundary: not there for --model-type semi, whose costs are hamming and entity")
	case o.format == "crfsuite":
		return wrongUsage("--format crfsuite: --model-type semi reads the words of spans, which attribute files lack")
	}
	for _, chain := range chainFlags {
		for _, flag := range chain.flags {
			if changed(flag) {
				return wrongUsage("--%s: not for --model-type semi: %s", flag, chain.why)
			}
		}
	}
	return nil
}

// maxMaxLength is what the files of such models can hold.
const maxMaxLength = 4096

// buildSemi makes the loss for these types of spans.
func (l *lossFlags) buildSemi(types []string, scheme structured.Scheme) (semimarkov.Loss, error) {
	cost, err := l.costFor(append([]string{"O"}, types...), scheme)
	if err != nil {
		return nil, err
	}
	o := semimarkov.Options{Scale: l.scale, Gamma: l.gamma, Cost: semimarkov.TokenCost{Cost: cost}}
	if (cost == structured.Hamming{}) {
		o.Cost = semimarkov.Hamming{} // the same, and quicker
	}
	return semimarkov.New(l.name, o)
}

// checkSemi refuses what a model of segments does not do.
func (o *tagFlags) checkSemi() error {
	tokens := func(flag string) error {
		return wrongUsage("--%s: only for models that label token by token, and %s scores spans as wholes", flag, o.model)
	}
	switch {
	case o.nbest > 0:
		return tokens("nbest")
	case o.fixed:
		return tokens("fixed")
	case o.posterior:
		return tokens("posterior")
	case o.free:
		return wrongUsage("--no-constraints: %s scores spans as wholes, and its labels always spell spans", o.model)
	case o.undictated:
		return wrongUsage("--no-dictionary: %s scores spans as wholes, and has no label dictionary", o.model)
	case o.tool != 0:
		return wrongUsage("--output-format %s: %s scores spans as wholes, which that tool has no output for", o.outputFormat, o.model)
	}
	return nil
}
