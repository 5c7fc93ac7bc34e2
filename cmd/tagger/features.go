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

// featuresFlags are the command line of tagger features.
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
		Short: "Print templates, or the attributes of sentences as CRFsuite reads them",
		Long:  featuresHelp,
		Example: `  tagger features --show train.conll > templates.txt
  tagger features --show --features ner
  tagger features --features templates.txt --dump train.conll --output train.crfsuite
  tagger features --model ner.model test.conll > test.crfsuite`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.features(cmd, &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` with the templates (default: those of --features)")
	f.StringVar(&o.c.Features, "features", "auto", "templates: a preset, a `file`, or auto, which is what train picks for the first file")
	f.BoolVar(&o.show, "show", false, "print the templates")
	f.StringArrayVar(&o.dump, "dump", nil, "write the attributes of this `file`, as if named without the flag")
	f.StringVarP(&o.output, "output", "o", "", "`file` to write to (default standard output)")
	addFormat(c, &o.Format, "format of the files: auto, conll or conllu", "conll", "conllu")
	f.StringVar(&o.Label, "label", "", "`column` of the labels (default that of training)")
	f.StringVar(&o.Form, "form", "", "`column` of the words (default that of training)")
	f.StringVar(&o.c.POS, "pos", "", "`column` of parts of speech, or none (default as in train; with --model that of training)")
	f.SortFlags = false
	return c
}

func (a *app) features(cmd *cobra.Command, o *featuresFlags, files []string) error {
	changed := cmd.Flags().Changed
	for _, flag := range []string{"features", "pos"} {
		if o.model != "" && changed(flag) {
			return wrongUsage("--%s: the model says what it reads", flag)
		}
	}
	if o.show && len(o.dump) > 0 {
		return wrongUsage("--show prints templates, --dump what they make of sentences: ask for one of them")
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

// templates are those of the model, of --features, or those that train would pick for the first file.
func (a *app) templates(ctx context.Context, o *featuresFlags, m *trellis.Model, data trellis.Source) (*features.Templates, error) {
	switch {
	case m == nil && o.c.Features == "auto" && data.IsZero():
		return nil, wrongUsage("--show: name a FILE that auto can look at, or a preset with --features")
	case m == nil:
		data.Paths = data.Paths[:min(1, len(data.Paths))]
		return trellis.Templates(ctx, data, o.c)
	}
	if t := m.Labeller().Input().Templates; t != nil {
		return t, nil
	}
	return nil, fmt.Errorf("%s: the model has no templates: it reads attribute files", o.model)
}
