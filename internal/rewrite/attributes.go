package rewrite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// Templates returns the templates that training by c takes. It looks at the source only if c leaves them open.
func Templates(ctx context.Context, source corpus.Source, c recipe.Config) (*features.Templates, error) {
	if t, err := learning.LoadTemplates(c.Features); t != nil || err != nil {
		return t, err
	}
	d, err := look(ctx, source, c)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Templates(), nil
}

// look finds the columns of a source, and the templates for them, as training does. Of what training logs, it says only
// which templates it picked.
func look(ctx context.Context, source corpus.Source, c recipe.Config) (*learning.Data, error) {
	silent := c
	silent.Log = nil
	d, err := learning.Open(ctx, source, silent, nil, false)
	if err != nil {
		return nil, err
	}
	if d.Templates() == nil {
		d.Close()
		return nil, fmt.Errorf("%s: attributes: there are no templates", slices.Concat(source.Paths, []string{"sentences"})[0])
	}
	if c.Features == "" || c.Features == "auto" {
		c.Say(d.Profile.Describe(d.Templates()))
	}
	return d, nil
}

// PickedAttributes writes the attributes of a source as training by c sees them: its first sentences show columns and
// templates, and the labels of words are counted in all of it.
func PickedAttributes(ctx context.Context, w io.Writer, source corpus.Source, c recipe.Config) error {
	d, err := look(ctx, source, c)
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
	a := newAttributeWriter(w, program, d.Input().Templates.Name(), c.Log)
	return d.Each(ctx, func(s *input.Sentence, labels []string) error {
		return a.write(d.Columns(s, labels), labels)
	})
}

// ModelAttributes writes the attributes of a source as a model reads them. The format and the columns are the user's
// word on the files, or zero.
func ModelAttributes(ctx context.Context, w io.Writer, source corpus.Source, m model.Labeller, name string, format corpus.Format, label, form string, say func(string)) error {
	if m.Input().Templates == nil {
		return fmt.Errorf("%s: the model has no templates: it reads attribute files", name)
	}
	program, err := m.Input().Program()
	if err != nil {
		return err
	}
	a := newAttributeWriter(w, program, name, say)
	inputs := &input.Spool{Source: source, Format: tagging.FormatOf(m, format)}
	inputs.Stop()
	for k := range inputs.Len() {
		in, err := inputs.Open(ctx, k)
		if err != nil {
			return err
		}
		err = model.Guard(m, func() error { return a.rest(in, m, label, form) })
		in.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// An attributeWriter writes what templates make of sentences.
type attributeWriter struct {
	extractor *features.Extractor
	to        *attrfile.Writer
	items     attrfile.Items
}

// newAttributeWriter says what it has to leave out.
func newAttributeWriter(w io.Writer, p *features.Program, name string, say func(string)) *attributeWriter {
	if p.HasBigrams() && say != nil {
		say(name + ": attributes of label pairs are left out: CRFsuite has no place for them")
	}
	return &attributeWriter{extractor: p.NewExtractor(), to: attrfile.NewWriter(w), items: attrfile.Items{Weight: 1}}
}

// rest writes the sentences of in that are still to be read, as a model reads them.
func (a *attributeWriter) rest(in *input.Input, m model.Labeller, label, form string) error {
	f, err := tagging.NewFit(m, in, label, form)
	if err != nil {
		return err
	}
	s := new(input.Sentence)
	var labels []string
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		labels = slices.Grow(labels[:0], s.Len())[:s.Len()]
		for t := range labels {
			labels[t] = "_"
			if f.Label >= 0 {
				labels[t] = s.Rows.Field(t, f.Label)
			}
		}
		if err := a.write(m.Metadata().Normalize.Sequence(f.Sentence(s).Columns), labels); err != nil {
			return in.At(s, 0, err)
		}
	}
}

// write writes a sentence with its labels.
func (a *attributeWriter) write(seq features.Sequence, labels []string) error {
	e, x := a.extractor, &a.items
	e.Reset(seq)
	x.Labels, x.Attributes = append(x.Labels[:0], labels...), x.Attributes[:0]
	for t := range e.Len() {
		var attributes []attrfile.Attribute
		for _, name := range e.Unigrams(t) {
			attributes = append(attributes, attrfile.Attribute{Name: string(name), Value: 1})
		}
		for _, v := range e.Values(t) {
			attributes = append(attributes, attrfile.Attribute{Name: string(v.Name), Value: v.Value})
		}
		x.Attributes = append(x.Attributes, attributes)
	}
	return a.to.Write(x)
}
