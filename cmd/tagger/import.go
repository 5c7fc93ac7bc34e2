package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
)

// importFlags holds the flags of tagger import.
type importFlags struct {
	output, scheme string
	saveFlags
}

func (a *app) importCommand() *cobra.Command {
	var o importFlags
	c := &cobra.Command{
		Use:   "import MODEL --output OUT [flags]",
		Short: "Convert a CRFsuite, CRF++ or Wapiti model to a trellis model",
		Example: `  tagger import ner.crfsuite --output ner.model
  tagger import chunk.crfpp -o chunk.model --weights float32 --strip
  tagger import ner.wapiti -o ner.model --scheme bio`,
		Args: needModel,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importModel(cmd.Context(), &o, args[0])
		},
	}
	f := c.Flags()
	f.StringVarP(&o.output, "output", "o", "", "write the model to this `FILE` (required)")
	f.StringVar(&o.scheme, "scheme", "plain", "span `SCHEME` that predictions must follow: iob1, bio or bioes; "+
		"plain allows all sequences, as the other tools do")
	o.saveFlags.register(c)
	weights := c.Flag("weights")
	weights.DefValue = "float64"
	o.weights = weights.DefValue
	f.SortFlags = false
	required(c, "output")
	complete(c, "scheme", "plain", "iob1", "bio", "bioes")
	return c
}

func (a *app) importModel(ctx context.Context, o *importFlags, path string) error {
	if err := checkModelOutput(o.output, a.reading([]string{path})); err != nil {
		return err
	}
	m, notes, err := trellis.Import(path, trellis.ImportOptions{Scheme: o.scheme, Weights: o.weights, Strip: o.strip})
	if err != nil {
		return err
	}
	if err := saveModel(ctx, m, o.output); err != nil {
		return err
	}
	for _, note := range notes {
		a.warn(path + ": " + note)
	}
	reads := "CRFsuite attribute files"
	if in := m.Labeller().Input(); in.Templates != nil {
		reads = fmt.Sprintf("files with at least %d columns, by the templates of the model", in.Columns)
	}
	d, err := m.Describe(0)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s: %d labels, %d attributes, %d features of %s; reads %s\n",
		o.output, len(d.Labels), d.Attributes, d.Features, m.Labeller().Metadata().Tool, reads)
	return err
}
