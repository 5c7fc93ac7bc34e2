package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// tagFlags are the command line of tagger tag.
type tagFlags struct {
	model, output string
	trellis.FileOptions
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
			if err := o.Check(); err != nil {
				return err
			}
			if cmd.Flags().Changed("nbest") && o.NBest < 1 {
				return wrongUsage("--nbest %d: want a positive number", o.NBest)
			}
			return a.tag(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` (required)")
	f.IntVar(&o.NBest, "nbest", 0, "write the `N` best labellings of each sentence, with their probabilities")
	f.BoolVar(&o.Probabilities, "probs", false, "add the probability of each label")
	f.BoolVar(&o.Spans, "span-probs", false, "add the probability of each span, at its first token")
	f.BoolVar(&o.Fixed, "fixed", false, "keep the labels that the input has; _ ? or nothing stands for none")
	f.BoolVar(&o.Posterior, "posterior", false, "choose the most probable label of each token, instead of the best labelling")
	f.BoolVar(&o.Unconstrained, "no-constraints", false, "allow labels that do not spell spans, such as O I-PER")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "allow all words all labels, whatever the tag dictionary of the model says")
	f.StringVarP(&o.output, "output", "o", "", "`file` to write to (default standard output)")
	printingFlags(c, &o.FileOptions)
	addFormat(c, &o.Format, "format of the files: auto, conll, conllu or crfsuite", "conll", "conllu", "crfsuite")
	f.StringVar(&o.Label, "label", "", "`column` of the labels, given or to be filled in (default that of training)")
	f.StringVar(&o.Form, "form", "", "`column` of the words (default that of training)")
	f.IntVar(&o.Threads, "threads", 0, "goroutines that label (default: one a core); the output does not depend on it")
	f.SortFlags = false
	required(c, "model")
	return c
}

func (a *app) tag(ctx context.Context, o *tagFlags, files []string) error {
	data := a.data(files)
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, append(a.reading(data.Paths), use("--model", o.model))); err != nil {
		return err
	}
	m, err := openModel(ctx, o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	o.Warn = a.warn
	return a.writeOutput(ctx, o.output, func(w io.Writer) error { return m.TagFiles(ctx, w, data, o.FileOptions) })
}
