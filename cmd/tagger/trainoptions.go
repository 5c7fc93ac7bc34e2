package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
)

// trainOptions are the settings of training, in the order of the help.
var trainOptions = slices.Concat(dataOptions, featureOptions, modelOptions, lossOptions, optimizerOptions, runOptions)

// group puts options below a heading.
func group(heading string, options []option) []option {
	for k := range options {
		options[k].group = heading
	}
	return options
}

var dataOptions = group("Data", []option{
	{name: "label", usage: "`column` of the labels, by number or name (default UPOS, or the last)"},
	{name: "form", usage: "`column` of the words (default FORM, or the first that does not count tokens)"},
	{name: "pos", usage: "`column` of parts of speech for the presets, or none (default: looked for in CoNLL, none in CoNLL-U)"},
	{name: "format", usage: "`format` of the files: auto, conll, conllu or crfsuite (default auto)", choices: []string{"auto", "conll", "conllu", "crfsuite"}},
	{name: "supervision", usage: "how labels are read: full (as they are), partial (? and A|B leave some open) or soft (also A:0.7|B:0.3) (default full)",
		choices: []string{"full", "partial", "soft"}},
	{name: "normalize", usage: "read words in a normal `form` of Unicode, when tagging too: nfc, or nfkc, which also unifies variants of width (default: as they are)",
		choices: []string{"nfc", "nfkc"}},
})

var featureOptions = group("Features", []option{
	{name: "features", usage: "templates: a preset (" + strings.Join(features.PresetNames(), ", ") + "), a `file`, or auto (default auto)"},
	{name: "min-count", usage: "leave out attributes that occur less often (default 1)"},
	{name: "all-pairs", usage: "features for all attributes and labels, not only for pairs seen together"},
	{name: "clusters", usage: "`file` with classes of words, from tagger cluster or a word and its class a line: the column cluster of templates, kept in the model"},
	{name: "gazetteer", usage: "`NAME=FILE`: a list of names, one a line: the column NAME of templates, kept in the model (repeat for other lists)"},
	{name: "vectors", usage: "`file` with vectors of words, in the text format of word2vec or GloVe: the column vector of templates, kept in the model"},
	{name: "vectors-limit", usage: "keep no more than the first `N` vectors of the file (default all)"},
})

var modelOptions = group("Model", []option{
	{name: "model-type", usage: "chain, which labels token by token; semi, which scores spans as wholes; or pruned, a chain for many labels that may look back two (default chain)",
		choices: []string{"chain", "semi", "pruned"}},
	{name: "order", usage: "how many labels to look back: 0, 1 or 2 (default 1, for --model-type pruned 2)"},
	{name: "scheme", usage: "train labels of spans in this `scheme`: iob1, bio, bioes or io (default: that of the file, which tag writes anyway)",
		choices: []string{"iob1", "bio", "bioes", "io"}},
	{name: "tag-dictionary", usage: "words that occur at least `N` times get only labels that they have in training, unless 0"},
	{name: "max-length", usage: "the most tokens that a span may have under --model-type semi (default: what covers 99.5% of the spans)"},
	{name: "keep", usage: "`numbers` of labels that a token keeps on average before pairs and before triples are scored under --model-type pruned (default 6,3)"},
	{name: "label-parts", usage: "split labels into subtags at this `separator` under --model-type pruned, or none (default: at | where most labels have one)"},
	{name: "weights", usage: "how weights are stored: float32, float64, int16 or int8 (default float32)", choices: []string{"float32", "float64", "int16", "int8"}},
	{name: "strip", usage: "leave out the names of the attributes: tag and eval do without, inspect, prune and --init do not"},
	{name: "date", usage: "note this `date` in the model"},
})

var lossOptions = group("Loss", []option{
	{name: "loss", usage: "`name` of the loss, one of those listed above (default: what suits the labels, or what the optimizer is made for)", choices: lossNames()},
	{name: "cost", usage: "`name` of the cost in the loss: " + strings.Join(trellis.CostNames(), ", ") + " (default hamming)", choices: trellis.CostNames()},
	{name: "cost-scale", usage: "multiply the cost by `x` (default 1)"},
	{name: "cost-fn", usage: "entity cost of an entity's token labelled O (default 1)"},
	{name: "cost-fp", usage: "entity cost of an O labelled as an entity's token (default 1)"},
	{name: "cost-confusion", usage: "entity cost of an entity's token with another entity label (default 1)"},
	{name: "cost-boundary", usage: "boundary cost of each wrong start or end of a span, on top of 1 a token (default 1)"},
	{name: "label-weight", usage: "`LABEL=W`: missing LABEL costs W, not 1 (repeat for other labels)"},
	{name: "gamma", usage: "inverse temperature of the loss (default 1)"},
	{name: "entropy", usage: "subtract `x` times the entropy from cross-entropy: above 0 a penalty on certainty, below 0 on doubt"},
	{name: "label-smoothing", usage: "give the share `x` of the target of cross-entropy to all paths alike"},
	{name: "margin", usage: "margin of large-margin-softmax, 1 to 4 (default 2)"},
	{name: "blend", usage: "weight of the plain score beside the margin's 1 in large-margin-softmax (default: --anneal-blend 1000..30)"},
	{name: "anneal-temperature", usage: "move the temperature, 1/gamma, `A..B` in the course of training"},
	{name: "anneal-cost", usage: "move the cost scale `A..B` in the course of training"},
	{name: "anneal-blend", usage: "move the weight of --blend `A..B` in the course of training"},
})

var optimizerOptions = group("Optimizer", []option{
	{name: "optimizer", usage: "`name` of the optimizer: " + strings.Join(trellis.OptimizerNames(), ", ") + " (default: what suits the loss)", choices: trellis.OptimizerNames()},
	{name: "l2", usage: "add `x` times ||w||^2 to the sum of the losses (default: what suits the loss)"},
	{name: "l1", usage: "add `x` times ||w||_1 to the sum of the losses"},
	{name: "epochs", usage: "passes over the data at most, the iterations of lbfgs and owlqn (default 300 for these two, 100 for bcfw and sag, else 15, with --dev 30)"},
	{name: "patience", usage: "stop after so many steps without a better dev score; 0: never (default 10)"},
	{name: "warm-up", usage: "passes of sgd with which lbfgs starts, counted among the epochs (default 6 where loss and L2 penalty make one minimum and there is no --init, else 0)"},
	{name: "batch-size", usage: "sentences a step of the stochastic optimizers (default 1)"},
	{name: "rate", usage: "learning rate at the start (default: the optimizer's own)"},
	{name: "pa-c", usage: "the most that one sentence may move the weights under pa (default 1)"},
	{name: "pa-variant", usage: "how pa finds the length of a step: pa (no bound), pa1 or pa2 (default pa1)"},
	{name: "arow-gamma", usage: "how much arow keeps of the past: larger is shorter steps (default 1)"},
	{name: "seed", usage: "seed of the shuffling of the stochastic optimizers, and of restarts (default 1)"},
	{name: "restarts", usage: "train `N` more times from other weights, and keep the best model: for losses that are not convex"},
	{name: "threads", usage: "goroutines that work (default: one a core); the last digits depend on it"},
})

var runOptions = group("Start and checkpoints", []option{
	{name: "init", usage: "start from the weights of this model `file`"},
	{name: "checkpoint", usage: "write to this `file`, at the ends of steps, what --resume needs"},
	{name: "checkpoint-every", usage: "`time` from one checkpoint to the next; 0 writes one after each step (default 1m0s)"},
	{name: "resume", usage: "continue from this checkpoint `file`; the other flags and the data must be those of the training that wrote it"},
})

// optionsNamed returns some of the options of training.
func optionsNamed(names []string, usage map[string]string) []option {
	var list []option
	for _, o := range trainOptions {
		if slices.Contains(names, o.name) {
			if text, ok := usage[o.name]; ok {
				o.usage = text
			}
			list = append(list, o)
		}
	}
	return list
}

func lossNames() []string {
	var names []string
	for _, k := range trellis.Losses() {
		names = append(names, k.Name)
	}
	return names
}

// lossList is the part of the help that lists the losses.
func lossList() string {
	var b strings.Builder
	b.WriteString("\n\nThe losses (docs/explanation/losses.md has their formulas, and says which to take):\n\n")
	for _, k := range trellis.Losses() {
		fmt.Fprintf(&b, "  %-20s  %s\n", k.Name, k.Brief)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
