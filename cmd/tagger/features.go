package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/safefile"
	labelling "github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// featuresFlags are the command line of tagger features.
type featuresFlags struct {
	model, features, format, output string
	label, form, pos                string
	dump                            []string
	show                            bool
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
	f.StringVar(&o.features, "features", "auto", "templates: a preset, a `file`, or auto, which is what train picks for the first file")
	f.BoolVar(&o.show, "show", false, "print the templates")
	f.StringArrayVar(&o.dump, "dump", nil, "write the attributes of this `file`, as if named without the flag")
	f.StringVar(&o.output, "output", "", "`file` to write to (default standard output)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll or conllu")
	f.StringVar(&o.label, "label", "", "`column` of the labels (default that of training)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default that of training)")
	f.StringVar(&o.pos, "pos", "", "`column` of parts of speech, or none (default as in train; with --model that of training)")
	f.SortFlags = false
	complete(c, "format", "auto", "conll", "conllu")
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
	if len(files) == 0 && !o.show {
		files = []string{"-"}
	}
	inputs := append(a.reading(files), use("--model", o.model), use("--features", templateFile(o.features)))
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, inputs); err != nil {
		return err
	}
	if o.show {
		return a.showTemplates(cmd.Context(), o, files)
	}
	return o.write(cmd.Context(), a, func(w io.Writer) error {
		if o.model == "" {
			return a.dumpPicked(cmd.Context(), o, files, w)
		}
		return a.dumpModel(cmd.Context(), o, files, w)
	})
}

// write gives fill the place for the output.
func (o *featuresFlags) write(ctx context.Context, a *app, fill func(io.Writer) error) error {
	all := func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		return errors.Join(fill(buffered), buffered.Flush())
	}
	if o.output == "" || o.output == "-" {
		return all(a.stdout)
	}
	return safefile.WriteContext(ctx, o.output, all)
}

// showTemplates prints the templates.
func (a *app) showTemplates(ctx context.Context, o *featuresFlags, files []string) error {
	t, err := a.templates(ctx, o, files)
	if err != nil {
		return err
	}
	return o.write(ctx, a, func(w io.Writer) error {
		_, err := io.WriteString(w, t.Source())
		return err
	})
}

// templates are those of the model, of --features, or those that train would pick for the first file.
func (a *app) templates(ctx context.Context, o *featuresFlags, files []string) (*features.Templates, error) {
	if o.model != "" {
		m, err := templatesOf(ctx, o.model)
		if err != nil {
			return nil, err
		}
		return m.Labeller().Input().Templates, nil
	}
	if o.features != "auto" {
		return learning.LoadTemplates(o.features)
	}
	if len(files) == 0 {
		return nil, wrongUsage("--show: name a FILE that auto can look at, or a preset with --features")
	}
	d, err := a.look(ctx, o, files[:1])
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Templates(), nil
}

// look finds the columns of files, and the templates for them, as train does.
func (a *app) look(ctx context.Context, o *featuresFlags, files []string) (*learning.Data, error) {
	c := recipe.Config{Format: o.format, Label: o.label, Form: o.form, POS: o.pos, Features: o.features, Warn: a.warn}
	if _, err := parseFormat(o.format); err != nil {
		return nil, err
	}
	d, err := learning.Open(ctx, corpus.Source{Paths: files, Stdin: a.stdin}, c, nil, false)
	if err != nil {
		return nil, err
	}
	if d.Templates() == nil {
		d.Close()
		return nil, fmt.Errorf("%s: attributes: there are no templates", files[0])
	}
	if o.features == "auto" {
		a.note(d.Profile.Describe(d.Templates()))
	}
	return d, nil
}

// templatesOf opens a model that has templates.
func templatesOf(ctx context.Context, path string) (*trellis.Model, error) {
	m, err := openModel(ctx, path)
	if err == nil && m.Labeller().Input().Templates == nil {
		err = fmt.Errorf("%s: the model has no templates: it reads attribute files", path)
	}
	return m, err
}

// dumpPicked writes the attributes of files, as train sees them: columns and templates are picked by the first file, and
// the labels of words are counted in all of them.
func (a *app) dumpPicked(ctx context.Context, o *featuresFlags, files []string, to io.Writer) error {
	d, err := a.look(ctx, o, files)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Count(ctx); err != nil {
		return err
	}
	program, err := d.Input().Program()
	if err != nil {
		return err
	}
	w := a.attributeWriter(program, d.Input().Templates.Name(), to)
	return d.Each(ctx, func(s *inputs.Sentence, labels []string) error {
		return w.write(d.Columns(s, labels), labels)
	})
}

// dumpModel writes the attributes of files, as the model reads them.
func (a *app) dumpModel(ctx context.Context, o *featuresFlags, files []string, to io.Writer) error {
	opened, err := templatesOf(ctx, o.model)
	if err != nil {
		return err
	}
	m := opened.Labeller()
	program, err := m.Input().Program()
	if err != nil {
		return err
	}
	format, err := parseFormat(o.format)
	if err != nil {
		return err
	}
	w := a.attributeWriter(program, o.model, to)
	for _, name := range files {
		in, err := inputs.Open(ctx, name, a.stdin, labelling.FormatOf(m, format))
		if err != nil {
			return err
		}
		defer in.Close()
		f, err := labelling.NewFit(m, in, o.label, o.form)
		if err != nil {
			return err
		}
		if err := model.Guard(m, func() error { return w.rest(f, m.Metadata().Normalize, in) }); err != nil {
			return err
		}
	}
	return nil
}
