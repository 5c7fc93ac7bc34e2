package trellis

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// checkTo sets the output format.
func (c *conversion) checkTo() (err error) {
	o := c.o
	if c.to, err = corpus.ParseFormat(o.To); err == nil && (c.to == corpus.CoNLL || c.to == corpus.CoNLLU) {
		return nil
	}
	formats := slices.DeleteFunc(recipe.Choices("format"), func(name string) bool { return name == "auto" || name == "crfsuite" })
	form, err := standoff.ParseFormat(o.To)
	switch {
	case err != nil || form == standoff.FormatAuto:
		return model.Refuse("to", "{to} %s: want %s", o.To, strings.Join(formats, ", "))
	case len(o.Columns) > 0:
		return model.Refuse("columns", "{columns}: documents of %s have no columns", form)
	case o.Separator != "":
		return model.Refuse("separator", "{separator}: documents of %s have no columns", form)
	case o.Scheme != "" && form != standoff.HuggingFace:
		return model.Refuse("scheme", "{scheme}: documents of %s have no label scheme", form)
	case o.Scheme != "":
		return model.Refuse("scheme", "{scheme}: documents of huggingface are written in bio")
	case form == standoff.Brat && o.Create == nil:
		return model.Refuse("output", "{to} brat: name a folder with {output}, because brat has two files for each document")
	}
	c.form, c.docs = form, &documentWriter{w: c.w, create: o.Create, o: o.Documents}
	c.docs.o.Aligner.Report = &c.aligned
	c.docs.o.Unit, c.docs.o.TextKey, c.docs.o.TagsKey = o.Unit, "", "" // those of o.Documents are of the input
	return nil
}

// toDocuments writes an input as documents.
func (c *conversion) toDocuments() error {
	if c.in.Documents() == standoff.FormatAuto {
		return c.rowsToDocuments()
	}
	var d standoff.Document
	for {
		if err := c.in.NextDocument(&d); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		if err := c.docs.write(c.form, &d); err != nil {
			return err
		}
	}
	if c.o.Warn != nil {
		for _, warning := range append(input.Changes(c.in.Name, &c.aligned), c.in.Lost()...) {
			c.o.Warn(warning)
		}
	}
	c.aligned = standoff.Report{}
	return nil
}

// A layerOfLabels is a column of spans.
type layerOfLabels struct {
	corpus.Value
	read annotation.Speller
}

// rowsToDocuments writes each sentence as a document.
func (c *conversion) rowsToDocuments() error {
	first, err := c.in.Sample(recipe.SampleSize)
	if err != nil {
		return err
	}
	layers, err := c.layers(first)
	if err != nil {
		return err
	}
	form, err := c.in.Layout.Form("")
	if err != nil {
		return c.in.AtStart(err)
	}
	var d standoff.Document
	s := new(input.Sentence)
	for k := 0; ; k++ {
		if k < len(first) {
			s = first[k]
		} else if err := c.in.Next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		labels := make([][]string, len(layers))
		for k := range layers {
			c.old = layers[k].Value.Read(c.old, &s.Rows)
			labels[k] = layers[k].read.Read(nil, c.old)
		}
		d = standoff.Document{}
		if c.form != standoff.Brat { // which names files by the ID
			d.ID = text.Comment(&s.Rows, "sent_id")
		}
		if c.form == standoff.HuggingFace {
			d.SetTokens(s.Rows.Column(nil, form), labels...)
		} else {
			d.SetSentence(&s.Rows, &c.in.Layout, form, labels...)
		}
		if err := c.docs.write(c.form, &d); err != nil {
			return c.in.At(s, 0, err)
		}
	}
}

// layers finds the columns of spans.
func (c *conversion) layers(list []*input.Sentence) ([]layerOfLabels, error) {
	var values []corpus.Value
	if c.o.Label == "" {
		v, err := c.findLabel(list)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	} else {
		for spec := range strings.SplitSeq(c.o.Label, ",") {
			v, err := c.value(spec)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
	}
	var layers []layerOfLabels
	for _, v := range values {
		var found annotation.SpellingDetector
		for _, s := range list {
			c.old = v.Read(c.old, &s.Rows)
			found.Add(c.old)
		}
		scheme, spelling := found.Result()
		if scheme == structured.Plain && len(values) == 1 {
			return nil, c.noSpans(v)
		}
		layers = append(layers, layerOfLabels{v, annotation.Speller{Spelling: spelling}})
	}
	return layers, nil
}
