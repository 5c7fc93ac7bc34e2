package main

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// tagFlags are the command line of tagger tag.
type tagFlags struct {
	model, format, output string
	label, form           string
	nbest                 int // 0: the best labelling, without its probability
	probs, fixed          bool
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
			if cmd.Flags().Changed("nbest") && o.nbest < 1 {
				return wrongUsage("--nbest %d: want a positive number", o.nbest)
			}
			return a.tag(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` (required)")
	f.IntVar(&o.nbest, "nbest", 0, "write the `N` best labellings of each sentence, with their probabilities")
	f.BoolVar(&o.probs, "probs", false, "add the probability of each label")
	f.BoolVar(&o.fixed, "fixed", false, "keep the labels that the input has; _ ? or nothing stands for none")
	f.StringVar(&o.output, "output", "", "`file` to write to (default standard output)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.StringVar(&o.label, "label", "", "`column` of the labels, given or to be filled in (default that of training)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default that of training)")
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
	m, err := loadModel(o.model)
	if err != nil {
		return err
	}
	if o.output == "" || o.output == "-" {
		out := bufio.NewWriter(a.stdout)
		err := a.tagFiles(ctx, newLabeller(m, o), files, out)
		if flush := out.Flush(); err == nil { // what was read before an error is written all the same
			err = flush
		}
		return err
	}
	return safefile.Write(o.output, func(w io.Writer) error {
		out := bufio.NewWriter(w)
		if err := a.tagFiles(ctx, newLabeller(m, o), files, out); err != nil {
			return err
		}
		return out.Flush()
	})
}

// tagFiles labels all files into out, which is flushed after each sentence where somebody waits for it.
func (a *app) tagFiles(ctx context.Context, l *labeller, files []string, out *bufio.Writer) error {
	format, err := formatFor(l.m, l.o.format)
	if err != nil {
		return err
	}
	w := newWriter(out)
	var empty error // of the last file without a sentence, which only matters if all are so
	any := false
	for _, name := range files {
		in, err := a.open(ctx, name, format)
		if errors.Is(err, errNoSentence) {
			empty = err
			continue
		} else if err != nil {
			return err
		}
		any = true
		err = l.file(in, w, out)
		in.close()
		if err != nil {
			return err
		}
	}
	if any {
		return nil
	}
	return empty
}
