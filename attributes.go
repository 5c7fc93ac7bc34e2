package trellis

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
)

// Templates returns the templates that [Train] would use. It reads the first sentences of data only
// if c leaves the templates open.
func Templates(ctx context.Context, data Source, c Config) (*features.Templates, error) {
	if t, err := learning.LoadTemplates(c.Features); t != nil || err != nil {
		return t, err
	}
	d, err := look(ctx, data, c)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Templates(), nil
}

// look finds the columns of data and the templates for them, as training does. It logs the choice
// of templates and nothing else.
func look(ctx context.Context, data Source, c Config) (*learning.Data, error) {
	silent := c
	silent.Log = nil
	d, err := learning.Open(ctx, data, silent, nil, false)
	if err != nil {
		return nil, err
	}
	if d.Templates() == nil {
		d.Close()
		return nil, fmt.Errorf("%s: there are no templates for ready-made attributes", slices.Concat(data.Paths, []string{"sentences"})[0])
	}
	if c.Features == "" || c.Features == "auto" {
		c.Say(d.Profile.Describe(d.Templates()))
	}
	return d, nil
}

// WriteAttributes writes the attributes that [Train] would extract from data to w, as a CRFsuite
// attribute file: one line per token, with its label and its attributes. It passes to c.Log which
// templates it picked, and what such files cannot hold.
func WriteAttributes(ctx context.Context, w io.Writer, data Source, c Config) error {
	d, err := look(ctx, data, c)
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
	var spell annotation.Speller
	if reading, _ := annotation.ParseSupervision(c.Supervision); reading == annotation.Full { // else labels are fields of the file
		spell.Spelling = d.Profile.Spelling
	}
	var own []string
	return d.Each(ctx, func(s *input.Sentence, labels []string) error {
		own = spell.Write(own[:0], labels)
		return a.write(d.Columns(s, labels), own)
	})
}

// WriteAttributes writes the attributes that the model extracts from data to w, as a CRFsuite
// attribute file. A token without a label gets "_". WriteAttributes uses the options Format, Label,
// Form and Warn; it passes to Warn what such files cannot hold. It returns an error if the model
// reads ready-made attributes.
func (m *Model) WriteAttributes(ctx context.Context, w io.Writer, data Source, o FileOptions) error {
	l := m.labeller
	if l.Input().Templates == nil {
		return fmt.Errorf("%s: the model has no templates, because it was trained on attribute files", m.path)
	}
	program, err := l.Input().Program()
	if err != nil {
		return err
	}
	a := newAttributeWriter(w, program, m.path, o.Warn)
	from := reading(l, o.Format, o.Documents)
	return input.Each(ctx, data, from, func(in *input.Input) error {
		return model.Guard(l, func() error { return a.rest(in, l, o.Label, o.Form) })
	})
}

// An attributeWriter writes the attributes that templates extract from sentences.
type attributeWriter struct {
	extractor *features.Extractor
	to        *attrfile.Writer
	items     attrfile.Items
}

// newAttributeWriter also warns if the templates have label pairs, which it leaves out.
func newAttributeWriter(w io.Writer, p *features.Program, name string, say func(string)) *attributeWriter {
	if p.HasBigrams() && say != nil {
		say(name + ": leaving out the attributes of label pairs: CRFsuite files cannot hold them")
	}
	return &attributeWriter{extractor: p.NewExtractor(), to: attrfile.NewWriter(w), items: attrfile.Items{Weight: 1}}
}

// rest writes the remaining sentences of in, as a model reads them.
func (a *attributeWriter) rest(in *input.Input, m model.Labeller, label, form string) error {
	f, err := newFit(m, in, label, form)
	if err != nil {
		return err
	}
	var labels []string
	return in.Each(func(s *input.Sentence) error {
		if f.label.Column >= 0 {
			labels = f.label.Read(labels, &s.Rows)
		} else {
			labels = slices.Repeat([]string{"_"}, s.Len())
		}
		if err := a.write(m.Metadata().Normalize.Sequence(f.Sentence(s).Columns), labels); err != nil {
			return in.At(s, 0, err)
		}
		return nil
	})
}

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
