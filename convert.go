package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// DocumentOptions say how documents of annotation tools are read and written.
type DocumentOptions = standoff.Options

// ConvertOptions are the options of [Convert]. Set at least one of To, Columns, Separator and
// Scheme.
type ConvertOptions struct {
	Format corpus.Format // of the input: FormatAuto, CoNLL or CoNLLU
	// Documents says how documents of annotation tools are read and written.
	Documents DocumentOptions

	Unit standoff.Unit // of the offsets in the output, if it is not that of the format

	To string // output format: conll, conllu, or a format of package standoff; "" means as in the input
	// Tokenizer splits documents into tokens, as for OpenTokenizer. "" means Documents.Aligner.
	Tokenizer string
	// Create opens a file of the output for brat, which has two files for each document.
	Create    func(name string) (io.WriteCloser, error)
	Columns   []string     // columns to write, in order: COLUMN, or NAME=COLUMN for CoNLL-U; misc.KEY is a key in MISC
	Separator string       // between the columns of CoNLL: tab or space; "" means as in the input
	Scheme    string       // of the span labels in the output: iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes
	Label     string       // column of the span labels, or misc.KEY; several with commas for overlapping spans of documents; "" means the last that encodes spans, or misc.NE
	Warn      func(string) // receives what Convert repaired or dropped; may be nil
}

// Convert rewrites labelled files into w, with other columns, in another format or with another
// label scheme. What the options do not change stays byte for byte. Options that contradict each
// other are an [*OptionError].
func Convert(ctx context.Context, w io.Writer, data Source, o ConvertOptions) error {
	c := &conversion{o: &o, w: w, rows: corpus.NewWriter(w)}
	if err := c.check(); err != nil {
		return err
	}
	from := input.Options{Format: o.Format, Documents: o.Documents}
	if err := input.Each(ctx, data, from, c.file); err != nil || c.docs == nil {
		return err
	}
	return c.docs.close()
}

// A conversion rewrites files, one after another.
type conversion struct {
	o    *ConvertOptions
	to   corpus.Format   // FormatAuto means the format of the file
	docs *documentWriter // nil unless documents are written
	form standoff.Format
	into structured.Scheme

	w    io.Writer
	rows *corpus.Writer

	// The current file.
	in       *input.Input
	label    corpus.Value // where the labels are, if the scheme changes
	labels   annotation.Converter
	read     annotation.Speller // reads the labels of the input
	write    annotation.Speller // writes those of the output
	repaired int                // number of ill-formed labels
	joined   int                // number of spans merged with their neighbour
	dropped  int                // number of lines that CoNLL cannot hold
	render   *renderer

	old, new []string
	spans    []annotation.Span
	aligned  standoff.Report // of documents that are split into tokens to write them
}

// check returns a *model.OptionError for an option that is out of range or contradicts another.
func (c *conversion) check() (err error) {
	o := c.o
	if o.Tokenizer != "" {
		if o.Documents.Aligner.Tokenizer, err = OpenTokenizer(o.Tokenizer); err != nil {
			return err
		}
	}
	if o.To != "" {
		if err := c.checkTo(); err != nil {
			return err
		}
	}
	if o.Scheme != "" {
		if c.into, c.write.Spelling, err = annotation.ParseScheme(o.Scheme); err != nil || c.into == structured.Plain {
			return model.Refuse("scheme", "{scheme} %s: want iob1, bio, bioes, io, ioe1, ioe2, bilou or bmes", o.Scheme)
		}
	}
	switch {
	case o.Format == corpus.CRFsuite:
		return model.Refuse("format", "{format} crfsuite: want conll or conllu; attribute files have no columns")
	case o.To == "" && len(o.Columns) == 0 && o.Separator == "" && o.Scheme == "":
		return model.Refuse("to", "nothing to change: set {to}, {columns}, {separator} or {scheme}")
	case o.Separator != "" && o.Separator != "tab" && o.Separator != "space":
		return model.Refuse("separator", "{separator} %s: want tab or space", o.Separator)
	case o.Separator == "space" && c.to == corpus.CoNLLU:
		return model.Refuse("separator", "{separator} space: columns of CoNLL-U are separated by tabs")
	case o.Unit != standoff.UnitAuto && c.docs == nil:
		return model.Refuse("to-offsets", "{to-offsets} %s needs {to} with a format that has offsets, such as doccano", o.Unit)
	case o.Label != "" && o.Scheme == "" && c.docs == nil:
		return model.Refuse("label", "{label} is the column that {scheme} changes: set {scheme} too")
	}
	return nil
}

func (c *conversion) file(in *input.Input) error {
	if in.HasItems() {
		return in.AtStart(errors.New("attribute files have no columns"))
	}
	c.in, c.repaired, c.joined, c.dropped = in, 0, 0, 0
	if c.docs != nil {
		return c.toDocuments()
	}
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
	c.warn()
	in.Warn(c.o.Warn)
	return nil
}

func rowsOf(list []*input.Sentence) (rows []*corpus.Sentence) {
	for _, s := range list {
		rows = append(rows, &s.Rows)
	}
	return rows
}

// findLabels finds the labels to convert and their scheme.
func (c *conversion) findLabels(list []*input.Sentence) (err error) {
	if c.label, err = c.findLabel(list); err != nil {
		return err
	}
	var d annotation.SpellingDetector
	for _, s := range list {
		c.old = c.label.Read(c.old, &s.Rows)
		d.Add(c.old)
	}
	var scheme structured.Scheme
	if scheme, c.read.Spelling = d.Result(); scheme == structured.Plain {
		return c.noSpans(c.label)
	}
	c.labels = annotation.Converter{From: scheme, To: c.into}
	return nil
}

func (c *conversion) noSpans(v corpus.Value) error {
	return c.in.AtStart(fmt.Errorf("the labels of column %s encode no spans", v))
}

func (c *conversion) findLabel(list []*input.Sentence) (corpus.Value, error) {
	if c.o.Label != "" {
		return c.value(c.o.Label)
	}
	if c.in.Format == corpus.CoNLL {
		if k := recipe.SpansIn(rowsOf(list), c.in.Layout.Columns); k >= 0 {
			return corpus.Value{Column: k}, nil
		}
	} else if v, err := c.in.Layout.Value(corpus.SpanValue); err == nil {
		for _, s := range list {
			if c.old = v.Read(c.old, &s.Rows); slices.ContainsFunc(c.old, func(label string) bool { return label != "O" }) {
				return v, nil
			}
		}
	}
	return corpus.Value{}, c.in.AtStart(model.Refuse("label", "no column encodes spans; name the label column with {label}"))
}

// sentence writes s, or the lines after the last sentence.
func (c *conversion) sentence(s *input.Sentence) error {
	if c.o.Scheme != "" {
		c.convertLabels(&s.Rows)
	}
	if c.render != nil {
		return c.render.write(s)
	}
	var e corpus.Edit
	if c.o.Scheme != "" && s.Rows.Len() > 0 {
		e.Column, e.Replace = c.label.Column, c.label.Replace(&s.Rows, c.new)
	}
	return c.rows.WriteEdited(&s.Rows, e)
}

func (c *conversion) convertLabels(s *corpus.Sentence) {
	c.old = c.label.Read(c.old, s)
	var repaired int
	c.old = c.read.Read(c.old[:0], c.old)
	c.new, repaired = c.labels.Convert(c.new[:0], c.old)
	c.repaired += repaired
	if c.into == structured.IO {
		c.spans = annotation.AppendSpans(c.spans[:0], c.old)
		c.joined += len(c.spans)
		c.spans = annotation.AppendSpans(c.spans[:0], c.new)
		c.joined -= len(c.spans)
	}
	c.new = c.write.Write(c.new[:0], c.new)
}

// warn reports about repaired labels, merged spans and dropped lines.
func (c *conversion) warn() {
	for _, note := range []struct {
		n    int
		text string
	}{
		{c.repaired, fmt.Sprintf("labels are ill-formed in %s; they are read as conlleval reads them", c.labels.From)},
		{c.joined, "spans were merged with the preceding span of the same type, because io cannot separate them"},
		{c.dropped, "multiword ranges and empty nodes were left out"},
	} {
		if note.n > 0 && c.o.Warn != nil {
			c.o.Warn(fmt.Sprintf("%s: %d %s", c.in.Name, note.n, note.text))
		}
	}
}

// value resolves COLUMN or misc.KEY.
func (c *conversion) value(spec string) (corpus.Value, error) {
	v, err := c.in.Layout.Value(spec)
	if err != nil {
		return v, c.in.AtStart(err)
	}
	return v, nil
}
