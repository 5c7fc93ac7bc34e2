package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/cli"
)

// trainOptions are the flags for settings of training, in the order of the help.
var trainOptions = slices.Concat(dataOptions, documentOptions, featureOptions, modelOptions, lossOptions, optimizerOptions, searchOptions, runOptions)

// group sets the heading of options.
func group(heading string, options []option) []option {
	for k := range options {
		options[k].group = heading
	}
	return options
}

var dataOptions = group("Data", []option{
	{name: "label", usage: "`COLUMN` with the labels, or misc.KEY (default UPOS in CoNLL-U, else the last column, or the first of several " +
		"layers of spans)"},
	{name: "form", usage: "`COLUMN` with the words (default FORM in CoNLL-U, else the first column that does not " +
		"number the tokens)"},
	{name: "pos", usage: "`COLUMN` with parts of speech for the presets, or none (default detected in CoNLL, none " +
		"in CoNLL-U)"},
	{name: "format", usage: "input `FORMAT`: " + cli.OrList(trellis.Choices("format")) + " (default auto)",
		choices: trellis.Choices("format")},
	{name: "document", usage: "read documents by two models, where `KIND` says what starts a document: mark " +
		"(-DOCSTART-, # newdoc), file, or a column with another value, such as misc.doc; auto reads sentences, and none " +
		"also ignores marks in seen labels (default auto)",
		choices: []string{"mark", "file", "auto", "none"}},
	{name: "supervision", usage: "`KIND` of labels: full, partial (? for any label, A|B for alternatives) or soft " +
		"(A:0.7|B:0.3) (default full)",
		choices: []string{"full", "partial", "soft"}},
	{name: "normalize", usage: "Unicode normalization `FORM` of words in training and tagging: nfc, or nfkc, which " +
		"also unifies variants of width (default none)",
		choices: []string{"nfc", "nfkc"}},
	{name: "tokenizer", usage: "`TOKENIZER` that the model stores for plain text: learn (from CoNLL-U), a file of " +
		"train-tokenizer, space, or rules with options such as rules:en,hyphens (default auto: the rules that fit " +
		"CoNLL-U files best, none for other files)"},
})

var documentOptions = group(documentGroup, []option{
	{name: "align", usage: alignUsage, choices: []string{"expand", "contract", "strict"}},
	{name: "layers", usage: layersUsage},
	{name: "span-labels", usage: spanLabelsUsage},
	{name: "document-element", usage: elementUsage},
	{name: "text-key", usage: textKeyUsage},
	{name: "tags-key", usage: tagsKeyUsage},
	{name: "label-names", usage: labelNamesUsage},
	{name: "offsets", usage: offsetsUsage, choices: offsetUnits},
})

var featureOptions = group("Features", []option{
	{name: "features", usage: "templates: auto, a preset (" + strings.Join(features.PresetNames(), ", ") + ") or a " +
		"`FILE` (default auto)"},
	{name: "without", usage: "leave out the templates with these `NAMES`, such as w-1,w+1 for u:w-1= and u:w+1=; repeatable"},
	{name: "min-count", usage: "drop attributes that occur fewer than `N` times (default 1; 2 for attributes of " +
		"segments in semi models)"},
	{name: "all-pairs", usage: "create a feature for every pair of attribute and label, not only for pairs seen in " +
		"training"},
	{name: "clusters", usage: "`FILE` with word clusters, stored in the model; repeatable; templates read the files as columns cluster, " +
		"cluster2 and so on"},
	{name: "text", usage: "`FILE` with unlabelled text, plain or in columns; its word clusters become columns text200 and text500 " +
		"and are stored in the model; repeatable"},
	{name: "gazetteer", usage: "`NAME=FILE` with a list of names, read by templates as column NAME and stored in " +
		"the model; repeatable"},
	{name: "vectors", usage: "`FILE` with word vectors in word2vec or GloVe text format, read by templates as " +
		"column vector and stored in the model"},
	{name: "vectors-limit", usage: "use only the first `N` vectors of the file (default all)"},
})

var modelOptions = group("Model", []option{
	{name: "model-type", usage: "`TYPE` of model: chain, semi (semi-Markov, scores whole spans) or pruned (pruned " +
		"higher-order) (default chain, or pruned with --order 0 or 2)",
		choices: []string{"chain", "semi", "pruned"}},
	{name: "order", usage: "number `N` of previous labels that the score of a label depends on: 0, 1 or 2 (default " +
		"1, or 2 with --model-type pruned)"},
	{name: "scheme", usage: "span `SCHEME` for training: iob1, bio, bioes, io, ioe1 or ioe2; tag still writes the scheme of the " +
		"file (default bioes for phrases in BIO or IOB1, else the scheme of the file)",
		choices: []string{"iob1", "bio", "bioes", "io", "ioe1", "ioe2"}},
	{name: "tag-dictionary", usage: "restrict words that occur at least `N` times to the labels that they have in " +
		"training; 0 restricts none (default 0)"},
	{name: "max-length", usage: "maximum number `N` of tokens in a span, for semi models (default covers 99.5% of " +
		"the spans)"},
	{name: "keep", usage: "average `NUMBERS` of labels per token that remain for the scores of pairs and of " +
		"triples, for pruned models (default 6,3)"},
	{name: "label-parts", usage: "`SEPARATOR` that splits labels into subtags, or none, for pruned models (default " +
		"auto: | if most labels contain it)"},
	{name: "weights", usage: "`TYPE` of the stored weights: float32, float64, int16 or int8 (default float32)",
		choices: []string{"float32", "float64", "int16", "int8"}},
	{name: "strip", usage: "leave attribute names out of the model: tag and eval do not need them, but inspect, " +
		"prune and --init do"},
	{name: "date", usage: "store this `DATE` in the model (default none)"},
})

var lossOptions = group("Loss", []option{
	{name: "loss", usage: "`NAME` of the loss, from the list above (default depends on the labels and the " +
		"optimizer)", choices: trellis.Choices("loss")},
	{name: "cost", usage: "`NAME` of the cost in the loss: " + cli.OrList(trellis.Choices("cost")) + " (default " +
		"by the options below, else hamming)", choices: trellis.Choices("cost")},
	{name: "cost-scale", usage: "multiply the cost by `X` (default 1; 3 or 20 in the default loss for plain labels)"},
	{name: "cost-fn", usage: "entity cost `X` of a false negative: a token of an entity labelled O (default 1; 3 in " +
		"the default loss for names)"},
	{name: "cost-fp", usage: "entity cost `X` of a false positive: an O labelled as a token of an entity (default 1)"},
	{name: "cost-confusion", usage: "entity cost `X` of an entity token with another entity label (default 1)"},
	{name: "cost-boundary", usage: "boundary cost `X` of each wrong start or end of a span, in addition to 1 for " +
		"each wrong label (default 1)"},
	{name: "label-weight", usage: "`LABEL=W` sets the Hamming cost of missing LABEL to W instead of 1; repeatable"},
	{name: "gamma", usage: "inverse temperature `X` of the loss (default 1)"},
	{name: "entropy", usage: "subtract `X` times the entropy from cross-entropy: positive makes the model less " +
		"confident, negative more (default 0)"},
	{name: "label-smoothing", usage: "share `X` of the target of cross-entropy that is spread over all paths, at " +
		"least 0 and below 1 (default 0)"},
	{name: "margin", usage: "margin `N` of large-margin-softmax, 1 to 4 (default 2)"},
	{name: "blend", usage: "weight `X` of the plain score in large-margin-softmax, relative to the score with " +
		"margin (default --anneal-blend 1000..30)"},
	{name: "anneal-temperature", usage: "change the temperature 1/gamma from A to B during training: `A..B` " +
		"(default constant)"},
	{name: "anneal-cost", usage: "change the cost scale from A to B during training: `A..B` (default constant)"},
	{name: "anneal-blend", usage: "change --blend from A to B during training: `A..B` (default 1000..30, for " +
		"large-margin-softmax)"},
})

var optimizerOptions = group("Optimizer", []option{
	{name: "optimizer", usage: "`NAME` of the optimizer: " + cli.OrList(trellis.Choices("optimizer")) + " (default depends " +
		"on the loss)", choices: trellis.Choices("optimizer")},
	{name: "l2", usage: "add `X` times ||w||^2 to the sum of the losses (default 0.1; 0.01 for risk, " +
		"jensen-risk-bound and ramps; 0.3 for pruned models; 0 for perceptron, pa and arow)"},
	{name: "l1", usage: "add `X` times ||w||_1 to the sum of the losses (default 0)"},
	{name: "epochs", usage: "maximum number `N` of epochs, or iterations of lbfgs and owlqn (default 300 for lbfgs " +
		"and owlqn, 100 for bcfw and sag, else 15, or 30 with --dev)"},
	{name: "patience", usage: "stop after `N` steps without a better score on --dev; 0 never stops early (default 10)"},
	{name: "warm-up", usage: "start lbfgs with `N` epochs of sgd, which count towards --epochs (default 6 for a " +
		"convex loss with L2 penalty and no --init, else 0)"},
	{name: "tolerance", usage: "stop lbfgs and owlqn when ten iterations lower the objective by less than the fraction `X`; " +
		"0 goes on (default 0.005 after a warm-up, else 1e-5)"},
	{name: "batch-size", usage: "number `N` of sentences per step of a stochastic optimizer (default 1, or 8 for " +
		"pruned models)"},
	{name: "rate", usage: "initial learning rate `X` (default depends on the optimizer)"},
	{name: "pa-c", usage: "aggressiveness `X` of pa: the maximum step for one sentence (default 1)"},
	{name: "pa-variant", usage: "step-size `RULE` of pa: pa (unbounded), pa1 or pa2 (default " +
		"pa1)", choices: []string{"pa", "pa1", "pa2"}},
	{name: "arow-gamma", usage: "regularization `X` of arow: larger values make smaller steps (default 1)"},
	{name: "seed", usage: "random seed `N` of shuffling and restarts (default 1)"},
	{name: "restarts", usage: "train `N` more times from other weights and keep the best model, for non-convex " +
		"losses (default 0)"},
	{name: "threads", usage: "number `N` of threads (default one per core); the last digits of the weights depend " +
		"on it"},
})

var searchOptions = group("Search", []option{
	{name: "search", usage: "compare settings with the default before training, on folds or on --dev: `KIND` is quick (a few settings), full or " +
		"none (default none)", choices: []string{"quick", "full", "none"}},
	{name: "shrink", bare: "0", usage: "before training, remove templates that cost time in tagging and lower the score on folds or on --dev by at " +
		"most `X` points; --shrink alone means 0"},
})

var runOptions = group("Start and checkpoints", []option{
	{name: "init", usage: "start from the weights of this model `FILE`"},
	{name: "checkpoint", usage: "write checkpoints for --resume to this `FILE`"},
	{name: "checkpoint-every", usage: "minimum `TIME` between checkpoints, such as 30s or 10m; 0 writes one after " +
		"each step (default 1m)"},
	{name: "resume", usage: "continue from this checkpoint `FILE`, with the same data and the same other flags"},
})

// optionsNamed returns the training options with these names; usage replaces the texts of some.
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

// lossList returns the section of the help that lists the losses.
func lossList() string {
	var b strings.Builder
	b.WriteString("\n\nLosses (docs/explanation/losses.md has the formulas, and says which loss to use):\n\n")
	for _, k := range trellis.Losses() {
		fmt.Fprintf(&b, "  %-20s  %s\n", k.Name, k.Brief)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
