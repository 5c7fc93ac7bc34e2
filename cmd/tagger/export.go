package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
)

// exportFlags holds the flags of tagger export.
type exportFlags struct{ output, to string }

func (a *app) exportCommand() *cobra.Command {
	var o exportFlags
	c := &cobra.Command{
		Use:     "export --to crfsuite MODEL --output OUT [flags]",
		Short:   "Convert a trellis model to a CRFsuite model",
		Example: `  tagger export --to crfsuite ner.model --output ner.crfsuite`,
		Args:    needModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.to != "crfsuite" {
				return wrongUsage("--to %s: want crfsuite", o.to)
			}
			return a.exportModel(cmd.Context(), &o, args[0])
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "`TOOL` that reads the model: crfsuite (required)")
	f.StringVarP(&o.output, "output", "o", "", "write the model to this `FILE` (required)")
	f.SortFlags = false
	required(c, "to", "output")
	complete(c, "to", "crfsuite")
	return c
}

func (a *app) exportModel(ctx context.Context, o *exportFlags, path string) error {
	if err := checkModelOutput(o.output, a.reading([]string{path})); err != nil {
		return err
	}
	m, err := openModel(ctx, path)
	if err != nil {
		return err
	}
	defer m.Close()
	x, err := m.ExportCRFsuite(o.output)
	if err != nil {
		return err
	}
	if x.Templates {
		a.note(path + ": CRFsuite models have no templates: write their attribute files with 'tagger features --model'")
	}
	if x.Grammar {
		a.note(path + ": CRFsuite may predict ill-formed spans, as 'tagger tag --no-constraints' does")
	}
	if x.Dictionary {
		a.note(path + ": CRFsuite models have no tag dictionary: all labels are possible for all words, as with " +
			"'tagger tag --no-dictionary'")
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %d labels, %d attributes, %d "+
		"features\n", o.output, x.Labels, x.Attributes, x.Features)
	return err
}
