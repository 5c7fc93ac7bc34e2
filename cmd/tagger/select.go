package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// selectFlags holds the flags of tagger select.
type selectFlags struct {
	trellis.SelectOptions
	model, output string
	known         []string
	json          bool
}

func (a *app) selectCommand() *cobra.Command {
	var o selectFlags
	c := &cobra.Command{
		Use:   "select --model MODEL POOL... [flags]",
		Short: "Choose the sentences to label next",
		Example: `  tagger select --model ner.model -n 200 pool.txt > next.txt
  tagger select --model ner.model -n 200 --train train.conll pool.conll > next.conll
  tagger select --model ner.model -n 50 --strategy least-confident --per-token pool.jsonl > next.jsonl`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.selectSentences(cmd, &o, args) },
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "`FILE` of the model (required)")
	f.IntVarP(&o.N, "count", "n", 100, "number `N` of sentences or documents to choose")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE`, or to this folder for brat (default standard output)")
	f.BoolVar(&o.json, "json", false, "write one JSON object per sentence, with text and score")
	groupFlags(c, "Basic flags")
	f.StringVar(&o.Strategy, "strategy", trellis.SmallestMargin, "`NAME` of the strategy: "+cli.OrList(trellis.SelectStrategies()))
	f.BoolVar(&o.PerToken, "per-token", false, "take the root of degree T of the probability of T labels, so that long "+
		"sentences have no advantage")
	f.Float64Var(&o.Diversity, "diversity", 0, "subtract `X` times the overlap with sentences already chosen from the score")
	f.StringArrayVar(&o.known, "train", nil, "`FILE` with sentences that are already labelled; repeatable")
	f.Float64Var(&o.Duplicates, "duplicates", 0.8, "overlap `X` from which sentences are near-duplicates: the share of the "+
		"different words of either that are in both")
	f.IntVar(&o.Threads, "threads", 0, "number `N` of threads (default one per core)")
	groupFlags(c, "Choice")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training)")
	f.BoolVar(&o.Text, "text", false, "read plain text (default as detected)")
	f.StringVar(&o.Tokenizer, "tokenizer", "", "`NAME` of the tokenizer for plain text, or a file of train-tokenizer (default that "+
		"of the model, else rules)")
	groupFlags(c, "Input")
	f.SortFlags = false
	required(c, "model")
	complete(c, "strategy", trellis.SelectStrategies()...)
	return c
}

func (a *app) selectSentences(cmd *cobra.Command, o *selectFlags, files []string) error {
	if err := o.Check(); err != nil {
		return err
	}
	inputs := append(a.reading(append(files, o.known...)), use("--model", o.model))
	if err := distinct([]safefile.Use{use("--output", o.output)}, inputs); err != nil {
		return err
	}
	ctx := cmd.Context()
	m, err := openModel(ctx, o.model)
	if err != nil {
		return err
	}
	defer m.Close()
	data := a.data(files)
	if !o.Text && !cmd.Flags().Changed("format") && o.Form == "" {
		if o.Text, data, err = m.LooksLikeText(ctx, data); err != nil {
			return err
		}
	}
	o.Known.Paths, o.Warn = o.known, a.warn
	r, err := m.Select(ctx, data, o.SelectOptions)
	if err != nil {
		return err
	}
	if err := a.writeSelection(ctx, o, r); err != nil {
		return err
	}
	a.note(fmt.Sprintf("chose %d of %d; left out %d near-duplicates", len(r.Chosen), r.Pool, r.Duplicates))
	return nil
}

func (a *app) writeSelection(ctx context.Context, o *selectFlags, r *trellis.Selection) error {
	switch {
	case o.json:
		return a.writeOutput(ctx, o.output, r.WriteJSONLines)
	case isFolder(o.output):
		return r.Write(folderOutput(o.output), safefile.In(o.output), o.Documents)
	}
	return a.writeOutput(ctx, o.output, func(w io.Writer) error { return r.Write(w, nil, o.Documents) })
}
