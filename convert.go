package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// ConvertOptions say what [Convert] changes. At least one of To, Columns, Separator and Scheme must be set.
type ConvertOptions struct {
	Format corpus.Format // of the files: FormatAuto, CoNLL or CoNLLU

	To        string       // format to write: conll or conllu; "": that of the file
	Columns   []string     // to write, in this order: COLUMN, or NAME=COLUMN for CoNLL-U; misc.KEY is a note of MISC
	Separator string       // of the columns of CoNLL: tab or space; "": that of the file
	Scheme    string       // in which labels of spans are written: iob1, bio, bioes or io
	Label     string       // column of these labels, or misc.KEY; "": the last that spells spans
	Warn      func(string) // hears of what was not carried over; may be nil
}

// Convert rewrites labelled files into w: with other columns, in another format, or with labels of another scheme. What
// the options leave out stays byte for byte. Options that contradict each other are an [*OptionError].
func Convert(ctx context.Context, w io.Writer, data Source, o ConvertOptions) error {
	c := &conversion{o: &o, w: w, rows: corpus.NewWriter(w)}
	if err := c.check(); err != nil {
		return err
	}
	return input.Each(ctx, data, o.Format, c.file)
}

// A conversion rewrites files, one after another.
type conversion struct {
	o    *ConvertOptions
	to   corpus.Format // FormatAuto: that of the file
	into structured.Scheme

	w    io.Writer
	rows *corpus.Writer

	// Of a file.
	in       *input.Input
	label    value // of the labels, where a scheme is asked for
	labels   annotation.Converter
	repaired int // labels that were ill-formed
	joined   int // spans that are one with their neighbour now
	dropped  int // lines that CoNLL has no place for
	render   *renderer

	old, new []string
	spans    []annotation.Span
}

// check returns a *model.OptionError for an option that is out of range or does not go with another.
func (c *conversion) check() (err error) {
	o := c.o
	if o.To != "" {
		if c.to, err = corpus.ParseFormat(o.To); err != nil || c.to != corpus.CoNLL && c.to != corpus.CoNLLU {
			return model.Refuse("to", "{to} %s: want conll or conllu", o.To)
		}
	}
	if o.Scheme != "" {
		if c.into, err = structured.ParseScheme(o.Scheme); err != nil || c.into == structured.Plain {
			return model.Refuse("scheme", "{scheme} %s: want iob1, bio, bioes or io", o.Scheme)
		}
	}
	switch {
	case o.Format == corpus.CRFsuite:
		return model.Refuse("format", "{format} crfsuite: want conll or conllu: attributes have no columns")
	case o.To == "" && len(o.Columns) == 0 && o.Separator == "" && o.Scheme == "":
		return model.Refuse("to", "say what to change: {to}, {columns}, {separator} or {scheme}")
	case o.Separator != "" && o.Separator != "tab" && o.Separator != "space":
		return model.Refuse("separator", "{separator} %s: want tab or space", o.Separator)
	case o.Separator == "space" && c.to == corpus.CoNLLU:
		return model.Refuse("separator", "{separator} space: columns of CoNLL-U are separated by tabs")
	case o.Label != "" && o.Scheme == "":
		return model.Refuse("label", "{label} says whose scheme is changed: name the {scheme}")
	}
	return nil
}

func (c *conversion) file(in *input.Input) error {
	if in.HasItems() {
		return in.AtStart(errors.New("attributes, which have no columns"))
	}
	c.in, c.repaired, c.joined, c.dropped = in, 0, 0, 0
	first, err := in.Sample(recipe.SampleSize)
	if err != nil {
		return err
	}
	if c.o.Scheme != "" {
		if err := c.findLabels(first); err != nil {
			return err
		}
	}
	if c.render, err = c.renderer(first); err != nil {
		return err
	}
	s := new(input.Sentence)
	for k := 0; ; k++ {
		if k < len(first) {
			s = first[k]
		} else if err = in.Next(s); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := c.sentence(s); err != nil {
			return err
		}
		if err != nil {
			break
		}
	}
	c.tell()
	return nil
}

func rowsOf(list []*input.Sentence) (rows []*corpus.Sentence) {
	for _, s := range list {
		rows = append(rows, &s.Rows)
	}
	return rows
}

// findLabels finds the labels whose scheme is changed, and the scheme that they are in.
func (c *conversion) findLabels(list []*input.Sentence) (err error) {
	if c.label, err = c.findLabel(list); err != nil {
		return err
	}
	var d annotation.SchemeDetector
	for _, s := range list {
		c.old = c.label.read(c.old, &s.Rows)
		d.Add(c.old)
	}
	if d.Scheme() == structured.Plain {
		return c.in.AtStart(fmt.Errorf("the labels of column %s spell no spans", c.label))
	}
	c.labels = annotation.Converter{From: d.Scheme(), To: c.into}
	return nil
}

func (c *conversion) findLabel(list []*input.Sentence) (value, error) {
	if c.o.Label != "" {
		return c.value(c.o.Label)
	}
	if c.in.Format == corpus.CoNLL {
		if k := recipe.SpansIn(rowsOf(list), c.in.Layout.Columns); k >= 0 {
			return value{column: k}, nil
		}
	}
	return value{}, c.in.AtStart(model.Refuse("label", "no column spells spans; name the column of the labels with {label}"))
}

// sentence writes s, or what stands behind the last one.
func (c *conversion) sentence(s *input.Sentence) error {
	if c.o.Scheme != "" {
		c.convertLabels(&s.Rows)
	}
	if c.render != nil {
		return c.render.write(s)
	}
	var e corpus.Edit
	if c.o.Scheme != "" && s.Rows.Len() > 0 {
		e.Column, e.Replace = c.label.column, c.label.replace(&s.Rows, c.new)
	}
	return c.rows.WriteEdited(&s.Rows, e)
}

func (c *conversion) convertLabels(s *corpus.Sentence) {
	c.old = c.label.read(c.old, s)
	var repaired int
	c.new, repaired = c.labels.Convert(c.new[:0], c.old)
	c.repaired += repaired
	if c.into == structured.IO {
		c.spans = annotation.AppendSpans(c.spans[:0], c.old)
		c.joined += len(c.spans)
		c.spans = annotation.AppendSpans(c.spans[:0], c.new)
		c.joined -= len(c.spans)
	}
}

// tell says what was not carried over as it was.
func (c *conversion) tell() {
	for _, note := range []struct {
		n    int
		text string
	}{
		{c.repaired, fmt.Sprintf("labels were ill-formed in %s, and were read as conlleval does", c.labels.From)},
		{c.joined, "spans became one with the span of the same type before them, from which io cannot tell them"},
		{c.dropped, "multiword ranges and empty nodes were left out"},
	} {
		if note.n > 0 && c.o.Warn != nil {
			c.o.Warn(fmt.Sprintf("%s: %d %s", c.in.Name, note.n, note.text))
		}
	}
}

// A value is where a token has something: a column, or a note in it.
type value struct {
	column int
	key    string // of a note KEY=... in MISC, "" for all of the column
}

const noteColumn = "misc"

// value resolves a column, or misc.KEY.
func (c *conversion) value(spec string) (value, error) {
	v := value{}
	name := spec
	if column, key, ok := strings.Cut(spec, "."); ok && strings.EqualFold(column, noteColumn) && key != "" && c.in.Format == corpus.CoNLLU {
		name, v.key = noteColumn, key
	}
	var err error
	if v.column, err = c.in.Layout.Column(name); err != nil {
		return v, c.in.AtStart(err)
	}
	return v, nil
}

func (v value) String() string {
	if v.key != "" {
		return noteColumn + "." + v.key
	}
	return fmt.Sprint(v.column + 1)
}

// read returns the values of all tokens. A token without the note has O.
func (v value) read(dst []string, s *corpus.Sentence) []string {
	if s.Len() == 0 {
		return dst[:0]
	}
	dst = s.Column(dst, v.column)
	if v.key == "" {
		return dst
	}
	for t, misc := range dst {
		dst[t] = "O"
		for note := range strings.SplitSeq(misc, "|") {
			if k, text, ok := strings.Cut(note, "="); ok && k == v.key {
				dst[t] = text
			}
		}
	}
	return dst
}

// replace returns the values of the column of v, with those of v replaced.
func (v value) replace(s *corpus.Sentence, values []string) []string {
	if v.key == "" {
		return values
	}
	column := s.Column(nil, v.column)
	for t, misc := range column {
		var notes []string
		for note := range strings.SplitSeq(misc, "|") {
			if k, _, ok := strings.Cut(note, "="); note != "_" && note != "" && !(ok && k == v.key) {
				notes = append(notes, note)
			}
		}
		if values[t] != "O" {
			notes = append(notes, v.key+"="+values[t])
		}
		column[t] = "_"
		if notes != nil {
			column[t] = strings.Join(notes, "|")
		}
	}
	return column
}
