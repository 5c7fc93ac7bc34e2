package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/report"
)

// tagFlags holds the flags of tagger tag.
type tagFlags struct {
	model, output string
	trellis.FileOptions
	textFlags
}

// tagCommand returns the command with its flags in o.
func (a *app) tagCommand(o *tagFlags) *cobra.Command {
	c := &cobra.Command{
		Use:   "tag [--model MODEL] [FILE...] [flags]",
		Short: "Label text or sentences with a trained model",
		Example: `  tagger tag --model ner.model --json article.txt
  tagger tag --model ner.model --html --output article.html article.txt
  echo 'Maria lives in Oslo.' | tagger tag
  tagger tag --model pos.model text.conllu > labelled.conllu
  tagger tag --model ner.model --probs --output labelled.conll text.conll
  tagger tag --model ner.model --nbest 5 < text.conll
  tagger tag --model ner.model --fixed partly.conll
  tagger tag --model ner.model --lines jsonl < rows.jsonl`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.checkAll(cmd.Flags().Changed); err != nil {
				return err
			}
			return a.tag(cmd.Context(), o, args, cmd.Flags().Changed)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `FILE` (default the built-in model of English parts of speech)")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE`, once all sentences are labelled; a folder for brat, with / at its end if it is new "+
		"(default standard output)")
	groupFlags(c, "Basic flags")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu", "crfsuite")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training)")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the labels, or misc.KEY, to fill in or for --fixed (default as in "+
		"training; misc.NE for span labels in CoNLL-U)")
	groupFlags(c, "Columns")
	o.register(c)
	f.BoolVar(&o.Probabilities, "probs", false, "add the probability of each label")
	f.BoolVar(&o.Spans, "span-probs", false, "add the probability of each span at its first token")
	f.IntVar(&o.NBest, "nbest", 0, "write the `N` best labellings of each sentence with their probabilities; for text, with --json")
	f.StringVar(&o.OutputFormat, "output-format", "same", "output `FORMAT`: same as the input, or that of the tool "+
		"crfsuite, crfpp or wapiti")
	f.StringSliceVar(&o.Detail, "detail", nil, "`LIST` of additions to the output of a tool: reference, path, all "+
		"(crfsuite), all (crfpp), scores, bare (wapiti)")
	groupFlags(c, "Output")
	f.BoolVar(&o.Posterior, "posterior", false, "choose the most probable label of each token instead of the best "+
		"labelling of the sentence")
	f.BoolVar(&o.Fixed, "fixed", false, "keep the labels of the input; _, ? and an empty field mean that there is none")
	f.BoolVar(&o.Unconstrained, "no-constraints", false, "allow ill-formed spans, such as O I-PER in BIO")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "ignore the tag dictionary of the model")
	f.IntVar(&o.Threads, "threads", 0, "number `N` of threads (default one per core); the output does not depend on it")
	groupFlags(c, "Decoding")
	complete(c, "output-format", "same", "crfsuite", "crfpp", "wapiti")
	complete(c, "detail", "reference", "path", "all", "scores", "bare")
	f.SortFlags = false
	return c
}

// checkAll returns an error for flags that do not fit each other.
func (o *tagFlags) checkAll(changed func(string) bool) error {
	if err := o.Check(); err != nil {
		return err
	}
	if changed("nbest") && o.NBest < 1 {
		return wrongUsage("--nbest %d: want a positive number", o.NBest)
	}
	if err := o.checkLines(changed); err != nil {
		return err
	}
	return o.check(changed)
}

func (a *app) tag(ctx context.Context, o *tagFlags, files []string, changed func(string) bool) error {
	data := a.data(files)
	if err := a.distinctOutput(o.output, data, use("--model", o.model), use("--tokenizer", o.tokenizer)); err != nil {
		return err
	}
	m, err := a.openOrReady(ctx, o.model, "--model")
	if err != nil {
		return err
	}
	defer m.Close()
	return a.label(ctx, m, o, data, changed)
}

// label labels the input with a model, and writes it as the flags say.
func (a *app) label(ctx context.Context, m *trellis.Model, o *tagFlags, data trellis.Source, changed func(string) bool) error {
	if o.lines != "" {
		return a.tagLines(ctx, m, o, data)
	}
	a.awaitInput(data, "text, or columns with one token a line; a blank line ends each part")
	plain, data, err := a.detectText(ctx, m, o, data, changed)
	if err != nil {
		return err
	}
	o.Warn = a.warn
	if plain {
		return a.tagText(ctx, m, o, data)
	}
	if o.tokenizer != "" {
		if o.Documents.Aligner.Tokenizer, err = m.Tokenizer(o.tokenizer); err != nil {
			return err
		}
	}
	if o.json || o.html {
		o.Spans = o.Spans || m.SpellsSpans()
		return a.writeDocuments(ctx, m, o, data, "", func(out report.Writer) error { return m.TagDocuments(ctx, out, data, o.FileOptions) })
	}
	if isFolder(o.output) {
		o.Create = safefile.In(o.output)
		return m.TagFiles(ctx, folderOutput(o.output), data, o.FileOptions)
	}
	return a.writeOutput(ctx, o.output, func(w io.Writer) error { return m.TagFiles(ctx, w, data, o.FileOptions) })
}
