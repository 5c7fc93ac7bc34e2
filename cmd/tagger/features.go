package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// featuresFlags holds the flags of tagger features.
type featuresFlags struct {
	model, output       string
	c                   trellis.Config // without --model
	trellis.FileOptions                // with it
	dump                []string
	show                bool
}

func (a *app) featuresCommand() *cobra.Command {
	var o featuresFlags
	c := &cobra.Command{
		Use:   "features [FILE...] [flags]",
		Short: "Print templates, or write the attributes of sentences",
		Example: `  tagger features --show train.conll > templates.txt
  tagger features --show --features ner
  tagger features --features templates.txt --dump train.conll --output train.crfsuite
  tagger features --model ner.model test.conll > test.crfsuite`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.features(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.BoolVar(&o.show, "show", false, "print the templates")
	f.StringArrayVar(&o.dump, "dump", nil, "write the attributes of this `FILE`; the same as FILE without --dump")
	f.StringVarP(&o.output, "output", "o", "", "write to this `FILE`, once everything is done (default standard "+
		"output)")
	groupFlags(c, "Basic flags")
	f.StringVar(&o.model, "model", "", "`FILE` of a model whose templates are used (default those of --features)")
	f.StringVar(&o.c.Features, "features", "auto", "templates: a preset, a `FILE`, or auto, which picks as train "+
		"does, by the first input file")
	groupFlags(c, "Templates")
	addFormat(c, &o.Format, "conll", "conllu")
	f.StringVar(&o.Form, "form", "", "`COLUMN` with the words (default as in training)")
	f.StringVar(&o.Label, "label", "", "`COLUMN` with the labels (default as in training)")
	f.StringVar(&o.c.POS, "pos", "", "`COLUMN` with parts of speech, or none, without --model (default as in train)")
	groupFlags(c, "Input")
	f.SortFlags = false
	return c
}

func (a *app) features(cmd *cobra.Command, o *featuresFlags, files []string) error {
	changed := cmd.Flags().Changed
	for _, flag := range []string{"features", "pos"} {
		if o.model != "" && changed(flag) {
			return wrongUsage("--%s: not with --model, which has its own templates and columns", flag)
		}
	}
	if o.show && len(o.dump) > 0 {
		return wrongUsage("--show prints templates and --dump writes attributes: choose one")
	}
	files = append(files, o.dump...)
	data := a.data(files)
	if o.show {
		data.Paths = files
	}
	inputs := append(a.reading(data.Paths), use("--model", o.model), use("--features", templateFile(o.c.Features)))
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, inputs); err != nil {
		return err
	}
	o.c.Format, o.c.Label, o.c.Form = o.Format.String(), o.Label, o.Form
	o.c.Warn, o.c.Log, o.Warn = a.warn, a.note, a.note
	var m *trellis.Model
	if o.model != "" {
		var err error
		if m, err = openModel(cmd.Context(), o.model); err != nil {
			return err
		}
		defer m.Close()
	}
	fill := func(w io.Writer) error { return trellis.WriteAttributes(cmd.Context(), w, data, o.c) }
	if o.show {
		t, err := a.templates(cmd.Context(), o, m, data)
		if err != nil {
			return err
		}
		fill = func(w io.Writer) error {
			_, err := io.WriteString(w, t.Source())
			return err
		}
	} else if m != nil {
		fill = func(w io.Writer) error { return m.WriteAttributes(cmd.Context(), w, data, o.FileOptions) }
	}
	return a.writeOutput(cmd.Context(), o.output, func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		return errors.Join(fill(buffered), buffered.Flush())
	})
}

// templates returns the templates of the model or of --features, or those that train would pick for
// the first file.
func (a *app) templates(ctx context.Context, o *featuresFlags, m *trellis.Model, data trellis.Source) (*features.Templates, error) {
	switch {
	case m == nil && o.c.Features == "auto" && data.IsZero():
		return nil, wrongUsage("--show: name a FILE from which train would pick templates, or a preset with --features")
	case m == nil:
		data.Paths = data.Paths[:min(1, len(data.Paths))]
		return trellis.Templates(ctx, data, o.c)
	}
	if t := m.Labeller().Input().Templates; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%s: the model has no templates, because it was trained on attribute files", o.model)
}
