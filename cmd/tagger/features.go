package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// featuresFlags are the command line of tagger features.
type featuresFlags struct{ model, format, label, form, output string }

func (a *app) featuresCommand() *cobra.Command {
	var o featuresFlags
	c := &cobra.Command{
		Use:   "features --model MODEL [FILE...] [flags]",
		Short: "Write the attributes of sentences as CRFsuite reads them",
		Long:  featuresHelp,
		Example: `  tagger features --model ner.model test.conll > test.crfsuite
  tagger features --model ner.model --output train.crfsuite train.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.features(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` with the templates (required)")
	f.StringVar(&o.output, "output", "", "`file` to write to (default standard output)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll or conllu")
	f.StringVar(&o.label, "label", "", "`column` of the labels (default that of training)")
	f.StringVar(&o.form, "form", "", "`column` of the words (default that of training)")
	f.SortFlags = false
	if err := c.MarkFlagRequired("model"); err != nil {
		panic(err)
	}
	complete(c, "format", "auto", "conll", "conllu")
	return c
}

func (a *app) features(ctx context.Context, o *featuresFlags, files []string) error {
	if len(files) == 0 {
		files = []string{"-"}
	}
	m, err := loadModel(o.model)
	if err != nil {
		return err
	}
	if m.Input().Templates == nil {
		return fmt.Errorf("%s: the model has no templates: it reads attribute files", o.model)
	}
	program, err := m.Input().Program()
	if err != nil {
		return err
	}
	if program.HasBigrams() {
		a.note(o.model + ": attributes of label pairs are left out: CRFsuite has no place for them")
	}
	write := func(w io.Writer) error {
		buffered := bufio.NewWriter(w)
		for _, name := range files {
			if err := a.writeFeatures(ctx, o, m, program.NewExtractor(), name, buffered); err != nil {
				return errors.Join(buffered.Flush(), err)
			}
		}
		return buffered.Flush()
	}
	if o.output == "" || o.output == "-" {
		return write(a.stdout)
	}
	return safefile.Write(o.output, write)
}

// writeFeatures writes the attributes of one file.
func (a *app) writeFeatures(ctx context.Context, o *featuresFlags, m *crf.Model, e *features.Extractor, name string, to io.Writer) error {
	format, err := formatFor(m, o.format)
	if err != nil {
		return err
	}
	in, err := a.open(ctx, name, format)
	if err != nil {
		return err
	}
	defer in.close()
	f, err := fitInput(m, in, o.label, o.form)
	if err != nil {
		return err
	}
	w := corpus.NewAttributeWriter(to)
	s, items := new(sentence), corpus.Items{Weight: 1}
	for {
		if err := in.next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		f.items(&items, e, s)
		if err := w.Write(&items); err != nil {
			return in.at(s, 0, err)
		}
	}
}

// items makes dst the attributes of s, with the labels of the file, or _.
func (f *fit) items(dst *corpus.Items, e *features.Extractor, s *sentence) {
	e.Reset(f.sequence(s))
	dst.Labels, dst.Attributes = dst.Labels[:0], dst.Attributes[:0]
	for t := range e.Len() {
		label := "_"
		if f.label >= 0 {
			label = s.rows.Field(t, f.label)
		}
		var attributes []corpus.Attribute
		for _, name := range e.Unigrams(t) {
			attributes = append(attributes, corpus.Attribute{Name: string(name), Value: 1})
		}
		for _, v := range e.Values(t) {
			attributes = append(attributes, corpus.Attribute{Name: string(v.Name), Value: v.Value})
		}
		dst.Labels, dst.Attributes = append(dst.Labels, label), append(dst.Attributes, attributes)
	}
}
