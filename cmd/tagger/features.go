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
	inputs "github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
	labelling "github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/model"
)

// featuresFlags are the command line of tagger features.
type featuresFlags struct {
	model, features, format, output string
	columnFlags
	dump []string
	show bool
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
	t, err := loadTemplates(o.features)
	if t != nil || err != nil {
		return t, err
	}
	if len(files) == 0 {
		return nil, wrongUsage("--show: name a FILE that auto can look at, or a preset with --features")
	}
	read, err := o.dataFlags()
	if err != nil {
		return nil, err
	}
	in, err := a.open(ctx, files[0], read.format)
	if err != nil {
		return nil, err
	}
	defer in.close()
	d := new(data)
	if _, err := d.begin(in, read); err != nil {
		return nil, err
	}
	a.noteChoice(d)
	if d.source == nil {
		return nil, in.atStart(errNoTemplates)
	}
	return d.source, nil
}

// errNoTemplates is of files that bring their attributes along.
var errNoTemplates = errors.New("attributes: there are no templates")

// dataFlags say what is read, and how: as in train.
func (o *featuresFlags) dataFlags() (dataFlags, error) {
	format, err := parseFormat(o.format)
	if err != nil {
		return dataFlags{}, err
	}
	t, err := loadTemplates(o.features)
	return dataFlags{columnFlags: o.columnFlags, format: format, templates: t}, err
}

// noteChoice tells which templates auto picked.
func (a *app) noteChoice(d *data) {
	if d.chosen != "" {
		a.note(d.chosen)
	}
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
// what the labels tell of words is counted in all of them.
func (a *app) dumpPicked(ctx context.Context, o *featuresFlags, files []string, to io.Writer) error {
	read, err := o.dataFlags()
	if err != nil {
		return err
	}
	d := new(data)
	var w *attributeWriter
	return a.readTraining(ctx, d, files, read, func(string) {}, func(s *sentence, labels []string) error {
		if w == nil {
			a.noteChoice(d)
			if d.source == nil {
				return errNoTemplates
			}
			program, err := d.input.Program()
			if err != nil {
				return err
			}
			w = a.attributeWriter(program, d.input.Templates.Name(), to)
		}
		return w.write(d.without(&s.rows, labels), labels)
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
