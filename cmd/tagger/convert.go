package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// convertFlags are the command line of tagger convert.
type convertFlags struct {
	output string
	trellis.ConvertOptions
}

func (a *app) convertCommand() *cobra.Command {
	var o convertFlags
	c := &cobra.Command{
		Use:   "convert [FILE...] [flags]",
		Short: "Rewrite files: other columns, another label scheme, CoNLL-U and back",
		Long:  convertHelp,
		Example: `  tagger convert --scheme bioes ner.conll > ner.bioes.conll
  tagger convert --columns 1,4,3 --separator tab old.conll > new.conll
  tagger convert --to conllu --columns form=1,upos=2,misc.NER=3 ner.conll > ner.conllu
  tagger convert --to conll --columns form,upos,misc.NER ner.conllu > ner.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.convert(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.To, "to", "", "format to write: conll or conllu (default: that of the file)")
	f.StringSliceVar(&o.Columns, "columns", nil, "`columns` to write, in that order; NAME=COLUMN for CoNLL-U; misc.KEY is a note of MISC")
	f.StringVar(&o.Separator, "separator", "", "what separates columns of CoNLL: tab or space (default: that of the file, tab for CoNLL-U)")
	f.StringVar(&o.Scheme, "scheme", "", "write labels of spans in this scheme: iob1, bio, bioes or io")
	f.StringVar(&o.Label, "label", "", "`column` of these labels, or misc.KEY (default: the last that spells spans)")
	addFormat(c, &o.Format, "format of the files: auto, conll or conllu", "conll", "conllu")
	f.StringVarP(&o.output, "output", "o", "", "`file` to write to (default standard output)")
	f.SortFlags = false
	complete(c, "to", "conll", "conllu")
	complete(c, "separator", "tab", "space")
	complete(c, "scheme", "iob1", "bio", "bioes", "io")
	return c
}

func (a *app) convert(ctx context.Context, o *convertFlags, files []string) error {
	data := a.data(files)
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, a.reading(data.Paths)); err != nil {
		return err
	}
	o.Warn = a.warn
	return a.writeOutput(ctx, o.output, func(w io.Writer) error {
		return trellis.Convert(ctx, w, data, o.ConvertOptions)
	})
}
