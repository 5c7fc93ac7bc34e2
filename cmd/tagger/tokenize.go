package main

import (
	"context"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
)

// tokenizeFlags holds the flags of tagger tokenize.
type tokenizeFlags struct {
	model, tokenizer, output string
	format, offsets          string
	gold, json               bool
	threads                  int
}

// tokenFormats are the values of --format of tokenize.
var tokenFormats = []string{report.TokenLines.String(), report.TokenCoNLLU.String(), report.TokenJSON.String()}

func (a *app) tokenizeCommand() *cobra.Command {
	var o tokenizeFlags
	c := &cobra.Command{
		Use:   "tokenize [FILE...] [flags]",
		Short: "Split plain text into sentences and tokens",
		Example: `  tagger tokenize article.txt
  tagger tokenize --tokenizer rules:en,hyphens --format conllu article.txt > article.conllu
  tagger tokenize --tokenizer en.tokenizer article.txt
  tagger tokenize --model pos.model --format json article.txt
  tagger tokenize --tokenizer rules:en --gold dev.conllu`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.check(cmd.Flags().Changed, args); err != nil {
				return err
			}
			return a.tokenize(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.tokenizer, "tokenizer", "", "`NAME` of the tokenizer: space, rules with options, such as "+
		"rules:en,hyphens, or a file of train-tokenizer (default that of --model, else rules)")
	f.StringVar(&o.model, "model", "", "use the tokenizer of this model `FILE`")
	f.StringVar(&o.format, "format", tokenFormats[0], "output `FORMAT`: lines (a sentence on each line, with spaces between "+
		"tokens), conllu or json")
	f.StringVar(&o.offsets, "offsets", report.Runes.String(), "`UNIT` of the positions in JSON: runes, bytes or utf16")
	f.BoolVar(&o.gold, "gold", false, "the files are CoNLL-U: split their text and score the result")
	f.BoolVar(&o.json, "json", false, "with --gold, print one JSON object")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE` (default standard output)")
	f.IntVar(&o.threads, "threads", 0, "number `N` of threads (default one per core); the output does not depend on it")
	f.SortFlags = false
	complete(c, "format", tokenFormats...)
	complete(c, "offsets", report.Runes.String(), report.Bytes.String(), report.UTF16.String())
	return c
}

func (o *tokenizeFlags) check(changed func(string) bool, files []string) error {
	_, err := report.ParseUnit(o.offsets)
	switch {
	case !slices.Contains(tokenFormats, o.format):
		return wrongUsage("--format %s: want lines, conllu or json", o.format)
	case err != nil:
		return wrongUsage("--offsets %s: want runes, bytes or utf16", o.offsets)
	case changed("offsets") && o.format != report.TokenJSON.String():
		return wrongUsage("--offsets: use it with --format json")
	case o.gold && len(files) == 0:
		return needFiles(nil, files)
	case o.gold && (changed("format") || o.output != ""):
		return wrongUsage("--gold prints scores, and no sentences: drop --format and --output")
	case o.json && !o.gold:
		return wrongUsage("--json: use it with --gold; for sentences, pass --format json")
	}
	return trellis.TextOptions{Tokenizer: o.tokenizer, Threads: o.threads}.Check()
}

func (a *app) tokenize(ctx context.Context, o *tokenizeFlags, files []string) error {
	data := a.data(files)
	if err := a.distinctOutput(o.output, data, use("--model", o.model), use("--tokenizer", o.tokenizer)); err != nil {
		return err
	}
	open := trellis.OpenTokenizer
	if o.model != "" {
		m, err := openModel(ctx, o.model)
		if err != nil {
			return err
		}
		defer m.Close()
		open = m.Tokenizer
	}
	t, err := open(o.tokenizer)
	if err != nil {
		return err
	}
	if o.gold {
		scores, err := trellis.EvaluateTokenizer(ctx, t, data)
		return a.printScores(&evalFlags{json: o.json}, scores, err)
	}
	a.awaitInput(data, "text")
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		format, _ := report.ParseTokenFormat(o.format) // which check has checked
		unit, _ := report.ParseUnit(o.offsets)         // which check has checked
		return trellis.SplitTextFiles(ctx, report.NewTokens(w, format, unit), t, data, o.threads)
	})
}
