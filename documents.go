package trellis

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// documentBlock is the number of documents that are labelled at a time.
const documentBlock = 16

// readDocuments reads the next documents of an input, or returns io.EOF.
func readDocuments(in *input.Input) ([]*standoff.Document, error) {
	n := documentBlock
	if in.Live {
		n = 1
	}
	var list []*standoff.Document
	for len(list) < n {
		d := new(standoff.Document)
		err := in.NextDocument(d)
		if errors.Is(err, io.EOF) && len(list) > 0 {
			return list, nil
		} else if err != nil {
			return list, err
		}
		list = append(list, d)
	}
	return list, nil
}

// documents replaces the spans of the documents of a block by those that the model predicts.
func (l *labeller) documents(b *block) error {
	aligner := standoff.Aligner{Tokenizer: b.in.Tokenizer()}
	for k, d := range b.documents {
		plain := standoff.Document{Text: d.Text, Tokens: d.Tokens}
		sentences, err := aligner.Align(&plain)
		if err != nil {
			return err
		}
		for k := range sentences {
			l.total.add(1, len(sentences[k].Tokens))
		}
		if l.o.to != nil {
			made, err := l.labelled(d, sentences)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", d.File, d.Line, err)
			}
			l.made = append(l.made, made)
			continue
		}
		read, err := l.inContext(sentences)
		if err != nil {
			return err
		}
		var spans []standoff.Span
		for i, s := range sentences {
			list, err := l.tagger.Label(read[i], nil)
			if err != nil {
				b.documents = b.documents[:k]
				return fmt.Errorf("%s:%d: %w", d.File, d.Line, err)
			}
			l.names = l.spell.Read(l.names[:0], list[0].Labels)
			spans = standoff.TokenSpans(spans, s.Tokens, l.names)
		}
		d.Spans = spans
	}
	return nil
}

// inContext returns the sentences of a document as the tagger reads them.
func (l *labeller) inContext(sentences []standoff.Sentence) ([]model.Sentence, error) {
	read := make([]model.Sentence, len(sentences))
	for k, s := range sentences {
		read[k].Columns = tokens(s.Tokens)
	}
	return read, model.SetContext(l.tagger, read)
}

// tokens presents the tokens of a text in every column.
type tokens []text.Token

func (s tokens) Len() int              { return len(s) }
func (s tokens) Field(t, _ int) string { return s[t].Text }
func (s tokens) Columns() int          { return math.MaxInt }

// A documentWriter writes documents in one format after another.
type documentWriter struct {
	w      io.Writer
	create func(name string) (io.WriteCloser, error) // for brat
	o      standoff.Options

	to     standoff.Writer
	format standoff.Format
}

// write writes a document.
func (x *documentWriter) write(f standoff.Format, d *standoff.Document) error {
	if x.to == nil || f != x.format {
		if err := x.close(); err != nil {
			return err
		}
		o := x.o
		o.Format, x.format = f, f
		switch {
		case f != standoff.Brat:
			var err error
			if x.to, err = standoff.NewWriter(x.w, o); err != nil {
				return err
			}
		case x.create == nil:
			return model.Refuse("output", "brat has two files for each document; name a folder with {output}")
		default:
			x.to = standoff.NewBratWriter(x.create, o)
		}
	}
	return x.to.Write(d)
}

// close ends the output.
func (x *documentWriter) close() error {
	if x.to == nil {
		return nil
	}
	to := x.to
	x.to = nil
	return to.Close()
}

// speller returns a reader of the labels of a model.
func speller(m model.Labeller) annotation.Speller {
	return annotation.Speller{Spelling: m.Metadata().Spelling}
}

// checkDocuments returns an error for an option that documents cannot hold.
func (o *FileOptions) checkDocuments(in *input.Input) error {
	whole := o.to != nil
	for _, x := range []struct {
		set    bool
		option string
	}{
		{o.NBest > 0 && !whole, "nbest"}, {o.Probabilities && !whole, "probs"}, {o.Spans && !whole, "span-probs"}, {o.Fixed, "fixed"}, {o.tool() != "", "output-format"},
	} {
		if x.set {
			return in.AtStart(model.Refuse(x.option, "{%s}: documents of %s hold spans only", x.option, in.Documents()))
		}
	}
	if in.Documents() == standoff.Brat && o.Create == nil && !whole {
		return model.Refuse("output", "%s: brat has two files for each document; name a folder with {output}", in.Name)
	}
	return nil
}
