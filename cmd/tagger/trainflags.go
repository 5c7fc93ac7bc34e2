package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

// trainFlags are the command line of tagger train.
type trainFlags struct {
	model, dev, init, features, format, log, scheme string
	supervision, normal                             string

	columnFlags
	lexiconFlags
	lossFlags
	optimizerFlags
	threads, patience, minCount int
	dictionary                  int // least count of its words; 0: none
	allPairs, quiet             bool
	date                        string
	saveFlags
	checkpointFlags
	semiFlags
	prunedFlags
}

func (o *trainFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`file` to write the model to (required)")
	f.StringVar(&o.dev, "dev", "", "development `file`: scored after each step, the best model is kept")
	f.StringVar(&o.features, "features", "auto", "templates: a preset ("+strings.Join(features.PresetNames(), ", ")+"), a `file`, or auto")
	f.StringVar(&o.label, "label", "", "`column` of the labels, by number or name (default UPOS, or the last)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default FORM, or the first that does not count tokens)")
	f.StringVar(&o.pos, "pos", "", "`column` of parts of speech for the presets, or none (default: looked for in CoNLL, none in CoNLL-U)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.StringVar(&o.supervision, "supervision", "full", "how the labels are to be read: full (as they are), partial (? and A|B leave some open) or soft (also A:0.7|B:0.3)")
	f.StringVar(&o.scheme, "scheme", "", "train labels of spans in this scheme: iob1, bio, bioes or io (default: that of the file, which tag writes anyway)")
	o.lexiconFlags.register(c)
	f.StringVar(&o.normal, "normalize", "", "read words in a normal `form` of Unicode, when tagging too: nfc, or nfkc, which also makes variants of width one (default: as they are)")
	o.lossFlags.register(c)
	o.optimizerFlags.register(c)
	f.IntVar(&o.threads, "threads", 0, "goroutines that work (default: one a core); the last digits depend on it")
	f.IntVar(&o.patience, "patience", 10, "stop after so many steps without a better dev score; 0: never")
	f.IntVar(&o.minCount, "min-count", 1, "leave out attributes that occur less often")
	f.IntVar(&o.dictionary, "tag-dictionary", 0, "words that occur at least `N` times get only labels that they have in training, unless 0")
	f.BoolVar(&o.allPairs, "all-pairs", false, "features for all attributes and labels, not only for pairs seen together")
	f.StringVar(&o.init, "init", "", "start from the weights of this model `file`")
	f.StringVar(&o.log, "log-json", "", "write an object a step to this `file` (- is standard output)")
	f.BoolVar(&o.quiet, "quiet", false, "tell no progress, only the outcome, warnings and errors")
	f.SortFlags = false
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	complete(c, "scheme", "iob1", "bio", "bioes", "io")
	complete(c, "normalize", "nfc", "nfkc")
	complete(c, "supervision", "full", "partial", "soft")
}

// check reports wrong usage, and fills in defaults.
func (o *trainFlags) check(changed func(string) bool) (corpus.Format, error) {
	format, err := parseFormat(o.format)
	if err != nil {
		return format, err
	}
	switch {
	case o.model == "-" || o.model == "":
		return format, wrongUsage("--model: want the name of a file")
	case o.dev == "-":
		return format, wrongUsage("--dev -: standard input cannot be read for development; name a file")
	case o.threads < 0:
		return format, wrongUsage("--threads %d: want a positive number, or 0 for all cores", o.threads)
	case o.minCount < 0:
		return format, wrongUsage("--min-count %d: want a number that is not negative", o.minCount)
	case o.dictionary < 0:
		return format, wrongUsage("--label-dictionary %d: want a number that is not negative", o.dictionary)
	case o.patience < 0:
		return format, wrongUsage("--patience %d: want a number that is not negative", o.patience)
	case changed("patience") && o.dev == "":
		return format, wrongUsage("--patience waits for a better dev score: name a file with --dev")
	}
	if o.lossFlags.name == "" {
		o.openLoss = optimizerNamed(o.optimizerFlags.name).loss == "" && !o.isSemi() && o.supervision == "full" && !changed("entropy") && !changed("label-smoothing")
		if o.lossFlags.name = optimizerNamed(o.optimizerFlags.name).loss; o.lossFlags.name == "" {
			o.lossFlags.name = "cross-entropy"
		}
	}
	if err := o.checkKind(changed); err != nil {
		return format, err
	}
	if err := checkNormal(o.normal); err != nil {
		return format, err
	}
	if err := o.lossFlags.check(changed); err != nil {
		return format, err
	}
	if err := o.optimizerFlags.fill(o.lossFlags.name, o.dev != "", changed); err != nil {
		return format, err
	}
	if err := o.fillPruned(changed); err != nil {
		return format, err
	}
	if o.init != "" && o.optimizerFlags.name == "bcfw" {
		return format, wrongUsage("--init: bcfw starts from zero, since a model does not say which sentence its weights come from")
	}
	if err := o.checkSupervision(); err != nil {
		return format, err
	}
	if err := o.checkRestarts(); err != nil {
		return format, err
	}
	return format, o.optimizerFlags.rehearse(&o.lossFlags)
}
