package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// convertFlags holds the flags of tagger convert.
type convertFlags struct {
	output string
	trellis.ConvertOptions
}

func (a *app) convertCommand() *cobra.Command {
	var o convertFlags
	c := &cobra.Command{
		Use:   "convert [FILE...] [flags]",
		Short: "Rewrite files: label schemes, columns, and formats of annotation tools",
		Example: `  tagger convert --scheme bioes ner.conll > ner.bioes.conll
  tagger convert --columns 1,4,3 --separator tab old.conll > new.conll
  tagger convert --to conllu --columns form=1,upos=2,misc.NE=3 ner.conll > ner.conllu
  tagger convert --to conll --columns form,upos,misc.NE ner.conllu > ner.conll
  tagger convert --to doccano ner.conll > ner.jsonl
  tagger convert --to conll --align strict ner.jsonl > ner.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.convert(cmd.Context(), &o, args)
		},
	}
	outputs := append([]string{"conll", "conllu"}, documentFormats...)
	f := c.Flags()
	f.StringVar(&o.To, "to", "", "output `FORMAT`: "+cli.OrList(outputs)+" (default as the input)")
	f.StringSliceVar(&o.Columns, "columns", nil, "`LIST` of columns to write, in this order; NAME=COLUMN with --to "+
		"conllu; misc.KEY is an entry of MISC")
	f.StringVar(&o.Separator, "separator", "", "`NAME` of the column separator in CoNLL: tab or space (default as "+
		"the input, tab for CoNLL-U input)")
	f.StringVar(&o.Scheme, "scheme", "", "rewrite span labels in this `SCHEME`: iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the span labels, or misc.KEY; several with commas for overlapping spans of documents ("+
		"default the last column with "+
		"span labels in CoNLL, misc.NE in CoNLL-U)")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE`, once everything is converted; a folder for brat (default "+
		"standard output)")
	groupFlags(c, "Basic flags")
	addFormats(c, &o.Format, &o.Documents, "conll", "conllu")
	addOffsets(c, &o.Documents.Unit, "offsets", offsetsUsage)
	addOffsets(c, &o.Unit, "to-offsets", "`UNIT` of the offsets in documents that are written (default that of the format)")
	f.StringVar(&o.Tokenizer, "tokenizer", "", "`NAME` of the tokenizer for documents, such as space or rules:en,hyphens, or the file of a learned one (default rules)")
	groupFlags(c, "Input")
	f.SortFlags = false
	complete(c, "to", outputs...)
	complete(c, "separator", "tab", "space")
	complete(c, "scheme", "iob1", "bio", "bioes", "io", "ioe1", "ioe2", "bilou", "bmes")
	return c
}

func (a *app) convert(ctx context.Context, o *convertFlags, files []string) error {
	data := a.data(files)
	if err := a.distinctOutput(o.output, data); err != nil {
		return err
	}
	o.Warn = a.warn
	if o.To == "brat" && o.output != "" && o.output != "-" {
		o.Create = safefile.In(o.output)
		return trellis.Convert(ctx, a.stdout, data, o.ConvertOptions)
	}
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		return trellis.Convert(ctx, w, data, o.ConvertOptions)
	})
}
