package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/losses"
)

const semiHelp = `

--model-type semi scores spans as wholes, by their words and their length as well as by what
the templates say of their tokens (semi-Markov, Sarawagi & Cohen 2004). It takes every loss
but large-margin-softmax, and labels that spell spans. tag, eval and inspect see by the file
which model it is.`

// semiFlags choose the model that scores spans as wholes.
type semiFlags struct {
	kind      string // of model
	maxLength int    // 0: picked
}

// The kinds of model.
const (
	chainKind  = "chain"
	semiKind   = "semi"
	prunedKind = "pruned"
)

func (s *semiFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&s.kind, "model-type", chainKind, "chain, which labels token by token; semi, which scores spans as wholes; or pruned, a chain for many labels that may look back two")
	f.IntVar(&s.maxLength, "max-length", 0, "the most tokens that a span may have under --model-type semi (default: what covers 99.5% of the spans)")
	complete(c, "model-type", chainKind, semiKind, prunedKind)
}

func (s *semiFlags) isSemi() bool { return s.kind == semiKind }

// chainFlags are the flags of train that a model of another kind has no use for, and why.
var chainFlags = []struct {
	flags []string
	kinds []string
	why   string
}{
	{[]string{"checkpoint", "checkpoint-every", "resume"}, []string{semiKind, prunedKind}, "its training writes no checkpoints"},
	{[]string{"restarts"}, []string{semiKind, prunedKind}, "it starts once"},
	{[]string{"anneal-temperature", "anneal-cost", "anneal-blend"}, []string{semiKind, prunedKind}, "its loss stays the same in the course of training"},
	{[]string{"cost-boundary"}, []string{semiKind}, "its costs are hamming and entity"},
	{[]string{"weights", "strip"}, []string{semiKind, prunedKind}, "its weights are stored as they are, in 64 bits, and with the names"},
	{[]string{"all-pairs"}, []string{semiKind, prunedKind}, "it has features for what was seen together"},
	{[]string{"normalize"}, []string{semiKind}, "it reads words as they are"},
	{[]string{"scheme"}, []string{semiKind}, "it learns spans, however their labels are spelt"},
	{lexiconNames, []string{semiKind}, "it keeps no lexicons"},
	{[]string{"tag-dictionary"}, []string{semiKind}, "it gives no labels to words, but to spans"},
	{[]string{"tag-dictionary"}, []string{prunedKind}, "it tells likely labels by their probability"},
	{[]string{"supervision"}, []string{semiKind, prunedKind}, "it learns from labels that are all known"},
}

// chainOptimizers need what only the losses of chains tell: two labellings, or the share of each sentence.
var chainOptimizers = []string{"pa", "arow", "bcfw", "sag"}

// checkKind refuses what does not go with the kind of model that is asked for.
func (o *trainFlags) checkKind(changed func(flag string) bool) error {
	if err := o.checkOrder(changed); err != nil {
		return err
	}
	var err error
	switch o.kind {
	case "", chainKind: // tune knows no other
	case semiKind:
		err = o.checkSemi(changed)
	case prunedKind:
		err = o.checkPruned(changed)
	default:
		err = wrongUsage("--model-type %s: want chain, semi or pruned", o.kind)
	}
	if err == nil && !o.isSemi() && changed("max-length") {
		err = wrongUsage("--max-length is for --model-type semi: a chain has no longest span")
	}
	if err != nil {
		return err
	}
	for _, chain := range chainFlags {
		for _, flag := range chain.flags {
			if slices.Contains(chain.kinds, o.kind) && changed(flag) {
				return wrongUsage("--%s: not for --model-type %s: %s", flag, o.kind, chain.why)
			}
		}
	}
	return nil
}

// checkSemi refuses what does not go with a model of segments.
func (o *trainFlags) checkSemi(changed func(flag string) bool) error {
	switch {
	case changed("max-length") && (o.maxLength < 1 || o.maxLength > maxMaxLength):
		return wrongUsage("--max-length %d: want 1 to %d", o.maxLength, maxMaxLength)
	case !slices.Contains(losses.GeneralNames(), o.lossFlags.name):
		return wrongUsage("--loss %s: not there for --model-type semi, whose losses are %s", o.lossFlags.name, strings.Join(losses.GeneralNames(), ", "))
	case slices.Contains(chainOptimizers, o.optimizerFlags.name):
		some := optimizerNames(func(k optimizerKind) bool { return !slices.Contains(chainOptimizers, k.name) })
		return wrongUsage("--optimizer %s: only for --model-type chain; semi is trained by %s", o.optimizerFlags.name, strings.Join(some, ", "))
	case o.cost == "boundary":
		return wrongUsage("--cost boundary: not there for --model-type semi, whose costs are hamming and entity")
	case o.format == "crfsuite":
		return wrongUsage("--format crfsuite: --model-type semi reads the words of spans, which attribute files lack")
	}
	return nil
}

// maxMaxLength is what the files of such models can hold.
const maxMaxLength = 4096
