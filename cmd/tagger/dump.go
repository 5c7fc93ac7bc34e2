package main

import (
	"errors"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

// An attributeWriter writes what templates make of sentences.
type attributeWriter struct {
	extractor *features.Extractor
	to        *corpus.AttributeWriter
	items     corpus.Items
}

// attributeWriter notes what it has to leave out.
func (a *app) attributeWriter(p *features.Program, name string, to io.Writer) *attributeWriter {
	if p.HasBigrams() {
		a.note(name + ": attributes of label pairs are left out: CRFsuite has no place for them")
	}
	return &attributeWriter{extractor: p.NewExtractor(), to: corpus.NewAttributeWriter(to), items: corpus.Items{Weight: 1}}
}

// rest writes the sentences of in that are still to be read.
func (w *attributeWriter) rest(f *fit, in *input) error {
	s := new(sentence)
	for {
		if err := in.next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := w.write(f, in, s); err != nil {
			return err
		}
	}
}

// write writes s with the labels of the file, or _.
func (w *attributeWriter) write(f *fit, in *input, s *sentence) error {
	e, x := w.extractor, &w.items
	e.Reset(f.sequence(s))
	x.Labels, x.Attributes = x.Labels[:0], x.Attributes[:0]
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
		x.Labels, x.Attributes = append(x.Labels, label), append(x.Attributes, attributes)
	}
	if err := w.to.Write(x); err != nil {
		return in.at(s, 0, err)
	}
	return nil
}
