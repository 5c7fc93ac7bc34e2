package main

import (
	"errors"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus/attrfile"
	"github.com/trellis-nlp/trellis/features"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	labelling "github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/model"
)

// An attributeWriter writes what templates make of sentences.
type attributeWriter struct {
	extractor *features.Extractor
	to        *attrfile.Writer
	items     attrfile.Items
}

// attributeWriter notes what it has to leave out.
func (a *app) attributeWriter(p *features.Program, name string, to io.Writer) *attributeWriter {
	if p.HasBigrams() {
		a.note(name + ": attributes of label pairs are left out: CRFsuite has no place for them")
	}
	return &attributeWriter{extractor: p.NewExtractor(), to: attrfile.NewWriter(to), items: attrfile.Items{Weight: 1}}
}

// rest writes the sentences of in that are still to be read, with fields in the normal form of a model.
func (w *attributeWriter) rest(f *labelling.Fit, form model.NormalForm, in *inputs.Input) error {
	s := new(inputs.Sentence)
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
		if err := w.write(form.Sequence(f.Sentence(s).Columns), labels); err != nil {
			return in.At(s, 0, err)
		}
	}
}

// write writes a sentence with its labels.
func (w *attributeWriter) write(seq features.Sequence, labels []string) error {
	e, x := w.extractor, &w.items
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
	return w.to.Write(x)
}
