package trellis

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// A poolUnit is a sentence or document to choose or not.
type poolUnit struct {
	sentences []model.Sentence
	words     []string
	file      string
	line      int
	index     int
	score     float64

	// One of these is the unit as it was read.
	rows     *input.Sentence
	layout   *corpus.Layout // of rows
	document *standoff.Document
	format   standoff.Format // of document
	plain    string
}

// at adds the position of the unit to an error.
func (u *poolUnit) at(err error) error {
	if errors.Is(err, model.ErrChanged) {
		return err
	}
	return &corpus.ParseError{File: u.file, Line: u.line, Err: err}
}

// text returns the text of the unit, or its words.
func (u *poolUnit) text() string {
	switch {
	case u.document != nil:
		return u.document.Text
	case u.rows == nil:
		return u.plain
	}
	return strings.Join(u.words, " ")
}

// readPool reads the units of a source.
func (m *Model) readPool(ctx context.Context, source Source, o *SelectOptions) ([]*poolUnit, error) {
	if o.Text {
		return m.readPlain(ctx, source, o)
	}
	from := reading(m.labeller, o.Format, o.Documents)
	var units []*poolUnit
	err := eachInput(ctx, source, from, func(in *input.Input) error {
		if in.HasItems() {
			return in.AtStart(unfit("an attribute file; expected columns, documents or plain text"))
		}
		f, err := newFit(m.labeller, in, "", o.Form)
		if err != nil {
			return err
		}
		for {
			u, err := nextUnit(in, f, from.Documents)
			if errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return err
			}
			u.index = len(units)
			units = append(units, u)
		}
		in.Warn(o.Warn)
		warnAll(o.Warn, f.doubts)
		return nil
	})
	return units, err
}

// nextUnit reads the next sentence or document.
func nextUnit(in *input.Input, f *fit, o standoff.Options) (*poolUnit, error) {
	u := &poolUnit{file: in.Name}
	if format := in.Documents(); format != standoff.FormatAuto {
		u.document, u.format = new(standoff.Document), format
		if err := in.NextDocument(u.document); err != nil {
			return nil, err
		}
		u.file, u.line = u.document.File, u.document.Line
		aligner := standoff.Aligner{Tokenizer: o.Aligner.Tokenizer}
		list, err := aligner.Align(&standoff.Document{Text: u.document.Text, Tokens: u.document.Tokens})
		if err != nil {
			return nil, err
		}
		for _, s := range list {
			u.addTokens(s.Tokens)
		}
		return u, nil
	}
	s := new(input.Sentence)
	if err := in.Next(s); err != nil {
		return nil, err
	}
	u.rows, u.layout, u.line = s, &in.Layout, s.Line(0)
	u.sentences = []model.Sentence{f.Sentence(s)}
	u.words = s.Rows.Column(nil, f.form)
	return u, nil
}

// addTokens adds a sentence of tokens.
func (u *poolUnit) addTokens(list []text.Token) {
	u.sentences = append(u.sentences, model.Sentence{Columns: tokens(list)})
	for _, t := range list {
		u.words = append(u.words, t.Text)
	}
}

// readPlain reads the sentences of plain text.
func (m *Model) readPlain(ctx context.Context, source Source, o *SelectOptions) ([]*poolUnit, error) {
	if err := model.CheckWords(m.labeller); err != nil {
		return nil, m.about(err)
	}
	t, err := m.Tokenizer(o.Tokenizer)
	if err != nil {
		return nil, err
	}
	var units []*poolUnit
	for _, path := range source.Paths {
		w := &pooling{file: path}
		one := Source{Paths: []string{path}, Stdin: source.Stdin}
		if err := SplitTextFiles(ctx, w, t, one, o.Threads); err != nil {
			return nil, err
		}
		units = append(units, w.units...)
	}
	for k, u := range units {
		u.index = k
	}
	return units, nil
}

// A pooling collects the sentences of documents.
type pooling struct {
	file  string
	units []*poolUnit
}

// Write implements [DocumentWriter].
func (p *pooling) Write(d *Document) error {
	all := strings.Clone(d.Text)
	for _, s := range d.Sentences {
		u := &poolUnit{file: p.file, plain: strings.Join(strings.Fields(all[s.Start.Byte:s.End.Byte]), " ")}
		list := make([]text.Token, len(s.Tokens))
		copy(list, s.Tokens)
		u.addTokens(list)
		p.units = append(p.units, u)
	}
	return nil
}
