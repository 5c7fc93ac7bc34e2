package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// tagFlags are the command line of tagger tag.
type tagFlags struct {
	model, format, output string
	label, form           string
	nbest                 int // 0: the best labelling, without its probability
	threads               int // 0: one a core
	probs, spanProbs      bool
	fixed                 bool
	posterior             bool
	free                  bool // whatever the grammar of the labels
	undictated            bool // whatever the tag dictionary of the model
	printingFlags
}

func (a *app) tagCommand() *cobra.Command {
	var o tagFlags
	c := &cobra.Command{
		Use:   "tag --model MODEL [FILE...] [flags]",
		Short: "Label sentences with a model",
		Long:  tagHelp,
		Example: `  tagger tag --model pos.model text.conllu > labelled.conllu
  tagger tag --model ner.model --probs --output labelled.conll text.conll
  tagger tag --model ner.model --nbest 5 < text.conll
  tagger tag --model ner.model --fixed partly.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.checkPrinter(); err != nil {
				return err
			}
			switch {
			case cmd.Flags().Changed("nbest") && o.nbest < 1:
				return wrongUsage("--nbest %d: want a positive number", o.nbest)
			case o.nbest > 0 && o.posterior && o.tool == 0:
				return wrongUsage("--posterior finds one labelling, --nbest lists the best by another measure")
			case o.threads < 0:
				return wrongUsage("--threads %d: want a positive number, or 0 for all cores", o.threads)
			}
			return a.tag(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` (required)")
	f.IntVar(&o.nbest, "nbest", 0, "write the `N` best labellings of each sentence, with their probabilities")
	f.BoolVar(&o.probs, "probs", false, "add the probability of each label")
	f.BoolVar(&o.spanProbs, "span-probs", false, "add the probability of each span, at its first token")
	f.BoolVar(&o.fixed, "fixed", false, "keep the labels that the input has; _ ? or nothing stands for none")
	f.BoolVar(&o.posterior, "posterior", false, "choose the most probable label of each token, instead of the best labelling")
	f.BoolVar(&o.free, "no-constraints", false, "allow labels that do not spell spans, such as O I-PER")
	f.BoolVar(&o.undictated, "no-dictionary", false, "allow all words all labels, whatever the tag dictionary of the model says")
	f.StringVar(&o.output, "output", "", "`file` to write to (default standard output)")
	o.printingFlags.register(c)
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.StringVar(&o.label, "label", "", "`column` of the labels, given or to be filled in (default that of training)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default that of training)")
	f.IntVar(&o.threads, "threads", 0, "goroutines that label (default: one a core); the output does not depend on it")
	f.SortFlags = false
	if err := c.MarkFlagRequired("model"); err != nil {
		panic(err)
	}
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	return c
}

func (a *app) tag(ctx context.Context, o *tagFlags, files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	if _, err := parseFormat(o.format); err != nil {
		return err
	}
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, append(a.reading(files), use("--model", o.model))); err != nil {
		return err
	}
	m, err := safefile.Wait(ctx, o.model, func() (*openedModel, error) { return openModel(o.model) })
	if err != nil {
		return err
	}
	if o.spanProbs && !spells(m.Model) {
		return wrongUsage("--span-probs: the labels of %s spell no spans", o.model)
	}
	if err := newOutside(m.Model).check(o); err != nil {
		return err
	}
	switch {
	case m.semi != nil:
		err = o.checkSemi()
	case m.pruned != nil:
		err = o.checkPruned()
	}
	if err != nil {
		return err
	}
	label := func(w io.Writer) error { return a.tagStream(ctx, m, o, files, w) }
	if !m.isStream(o) {
		p, err := newPipeline(a, m, o)
		if err != nil {
			return err
		}
		label = func(w io.Writer) error { return p.run(ctx, files, w) }
	}
	if o.output == "" || o.output == "-" {
		return label(a.stdout)
	}
	return safefile.WriteContext(ctx, o.output, label)
}
