package main

import (
	"context"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
)

// explainFlags holds the flags of tagger explain.
type explainFlags struct {
	model, output, color string
	text, json, html     bool
	top                  int
	trellis.ExplainFileOptions
}

func (a *app) explainCommand() *cobra.Command {
	var o explainFlags
	c := &cobra.Command{
		Use:   "explain [--model MODEL] [FILE...] [flags]",
		Short: "Say why a model labels text or sentences as it does",
		Example: `  echo 'Time flies.' | tagger explain
  tagger explain --model ner.model --token 3 --against B-PER story.txt
  tagger explain --model ner.model --errors dev.conll | less -R
  tagger explain --model ner.model --html --output explanation.html story.txt
  tagger explain --model ner.model --json --nbest 3 text.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.json && o.html:
				return wrongUsage("--json and --html: choose one")
			case o.top < 1:
				return wrongUsage("--top %d: want a positive number", o.top)
			case !slices.Contains([]string{colorAuto, colorAlways, colorNever}, o.color):
				return wrongUsage("--color %s: want auto, always or never", o.color)
			}
			return a.explain(cmd.Context(), &o, args, cmd.Flags().Changed)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `FILE` (default the built-in model of English parts of speech)")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE` (default standard output)")
	groupFlags(c, "Basic flags")
	f.IntVar(&o.Token, "token", 0, "explain only token `N` of each sentence, from 1")
	f.StringVar(&o.Against, "against", "", "compare with the best labelling that has `LABEL` at the token, instead of the runner-up")
	f.BoolVar(&o.Errors, "errors", false, "explain only wrong labels, and compare them with the labels of the input")
	f.IntVar(&o.NBest, "nbest", 0, "also list the `N` best labellings of each sentence")
	f.BoolVar(&o.Unconstrained, "no-constraints", false, "allow ill-formed spans, such as O I-PER in BIO")
	f.BoolVar(&o.NoDictionary, "no-dictionary", false, "ignore the tag dictionary of the model")
	groupFlags(c, "Questions")
	f.IntVar(&o.top, "top", 5, "list the `N` strongest parts of each difference; --json lists all without it")
	f.BoolVar(&o.json, "json", false, "write one JSON object for each sentence")
	f.BoolVar(&o.Brief, "brief", false, "leave attributes and transitions of the tokens out of the JSON objects")
	f.BoolVar(&o.html, "html", false, "write one HTML page with the lattice of each sentence")
	f.StringVar(&o.color, "color", colorAuto, "`WHEN` to use colours: auto (on a terminal), always or never")
	groupFlags(c, "Output")
	f.BoolVar(&o.text, "text", false, "read plain text (default as detected)")
	f.StringVar(&o.Tokenizer, "tokenizer", "", "`NAME` or file of the tokenizer of plain text (default that of the model, else rules)")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu", "crfsuite")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training)")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the correct labels, or misc.KEY (default as in training)")
	groupFlags(c, "Input")
	complete(c, "color", colorAuto, colorAlways, colorNever)
	f.SortFlags = false
	return c
}

func (a *app) explain(ctx context.Context, o *explainFlags, files []string, changed func(string) bool) error {
	data := a.data(files)
	if err := a.distinctOutput(o.output, data, use("--model", o.model), use("--tokenizer", o.Tokenizer)); err != nil {
		return err
	}
	m, err := a.openOrReady(ctx, o.model, "--model")
	if err != nil {
		return err
	}
	defer m.Close()
	a.awaitInput(data, "text, or columns with one token a line; a blank line ends each part")
	plain := false
	if o.text || !o.Errors {
		of := tagFlags{textFlags: textFlags{text: o.text, tokenizer: o.Tokenizer}}
		input := []string{"format", "form", "label", "tokenizer"} // the other flags of tag mean something else here
		plain, data, err = a.detectText(ctx, m, &of, data, func(name string) bool { return slices.Contains(input, name) && changed(name) })
		if err != nil {
			return err
		}
	}
	if o.Warn = a.warn; o.json && changed("top") {
		o.Top = o.top
	}
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		out := o.writer(w)
		explain := m.ExplainFiles
		if plain {
			explain = m.ExplainTextFiles
		}
		if err := explain(ctx, out, data, o.ExplainFileOptions); err != nil {
			return err
		}
		return out.Close()
	})
}

// writer returns the writer that the flags select.
func (o *explainFlags) writer(w io.Writer) report.ExplanationWriter {
	switch {
	case o.json:
		return report.NewExplanationJSON(w)
	case o.html:
		return report.NewExplanationHTML(w, report.ExplanationHTMLOptions{Top: o.top})
	}
	o.Brief = true
	return report.NewExplanationText(w, report.ExplanationTextOptions{Top: o.top, Colors: colorsOf(o.color, isTerminal(w), os.Getenv)})
}
