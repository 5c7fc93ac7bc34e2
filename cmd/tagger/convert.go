package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// convertFlags are the command line of tagger convert.
type convertFlags struct {
	to, separator, scheme, label string
	columns                      []string
	format, output               string
}

func (a *app) convertCommand() *cobra.Command {
	var o convertFlags
	c := &cobra.Command{
		Use:   "convert [FILE...] [flags]",
		Short: "Rewrite files: other columns, another label scheme, CoNLL-U and back",
		Long:  convertHelp,
		Example: `  tagger convert --scheme bioes ner.conll > ner.bioes.conll
  tagger convert --columns 1,4,3 --separator tab old.conll > new.conll
  tagger convert --to conllu --columns form=1,upos=2,misc.NER=3 ner.conll > ner.conllu
  tagger convert --to conll --columns form,upos,misc.NER ner.conllu > ner.conll`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.convert(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.to, "to", "", "format to write: conll or conllu (default: that of the file)")
	f.StringSliceVar(&o.columns, "columns", nil, "`columns` to write, in that order; NAME=COLUMN for CoNLL-U; misc.KEY is a note of MISC")
	f.StringVar(&o.separator, "separator", "", "what separates columns of CoNLL: tab or space (default: that of the file, tab for CoNLL-U)")
	f.StringVar(&o.scheme, "scheme", "", "write labels of spans in this scheme: iob1, bio, bioes or io")
	f.StringVar(&o.label, "label", "", "`column` of these labels, or misc.KEY (default: the last that spells spans)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll or conllu")
	f.StringVar(&o.output, "output", "", "`file` to write to (default standard output)")
	f.SortFlags = false
	complete(c, "to", "conll", "conllu")
	complete(c, "separator", "tab", "space")
	complete(c, "scheme", "iob1", "bio", "bioes", "io")
	complete(c, "format", "auto", "conll", "conllu")
	return c
}

func (a *app) convert(ctx context.Context, o *convertFlags, files []string) error {
	format, err := parseFormat(o.format)
	if err != nil {
		return err
	}
	c := &conversion{app: a, o: o}
	if err := c.check(format); err != nil {
		return err
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	if err := distinct([]safefile.Use{a.writing("--output", o.output)}, a.reading(files)); err != nil {
		return err
	}
	write := func(w io.Writer) error {
		c.w = w
		c.rows = corpus.NewWriter(w)
		for _, name := range files {
			if err := c.file(ctx, name, format); err != nil {
				return err
			}
		}
		return nil
	}
	if o.output == "" || o.output == "-" {
		return write(a.stdout)
	}
	return safefile.WriteContext(ctx, o.output, write)
}

// A conversion rewrites files, one after another.
type conversion struct {
	app  *app
	o    *convertFlags
	to   corpus.Format // FormatAuto: that of the file
	into structured.Scheme

	w    io.Writer
	rows *corpus.Writer

	// Of a file.
	in       *input
	label    value // of the labels, where a scheme is asked for
	labels   annotation.Converter
	repaired int // labels that were ill-formed
	joined   int // spans that are one with their neighbour now
	dropped  int // lines that CoNLL has no place for
	render   *renderer

	old, new []string
	spans    []annotation.Span
}

// check reports wrong usage.
func (c *conversion) check(format corpus.Format) (err error) {
	o := c.o
	if o.to != "" {
		if c.to, err = corpus.ParseFormat(o.to); err != nil || c.to != corpus.CoNLL && c.to != corpus.CoNLLU {
			return wrongUsage("--to %s: want conll or conllu", o.to)
		}
	}
	if o.scheme != "" {
		if c.into, err = structured.ParseScheme(o.scheme); err != nil || c.into == structured.Plain {
			return wrongUsage("--scheme %s: want iob1, bio, bioes or io", o.scheme)
		}
	}
	switch {
	case format == corpus.CRFsuite:
		return wrongUsage("--format crfsuite: want conll or conllu: attributes have no columns")
	case o.to == "" && len(o.columns) == 0 && o.separator == "" && o.scheme == "":
		return wrongUsage("say what to change: --to, --columns, --separator or --scheme")
	case o.separator != "" && o.separator != "tab" && o.separator != "space":
		return wrongUsage("--separator %s: want tab or space", o.separator)
	case o.separator == "space" && c.to == corpus.CoNLLU:
		return wrongUsage("--separator space: columns of CoNLL-U are separated by tabs")
	case o.label != "" && o.scheme == "":
		return wrongUsage("--label says whose scheme is changed: name the --scheme")
	}
	return nil
}

func (c *conversion) file(ctx context.Context, name string, format corpus.Format) error {
	in, err := c.app.open(ctx, name, format)
	if err != nil {
		return err
	}
	defer in.close()
	if in.items != nil {
		return in.atStart(errors.New("attributes, which have no columns"))
	}
	c.in, c.repaired, c.joined, c.dropped = in, 0, 0, 0
	first, err := readSample(in)
	if err != nil {
		return err
	}
	if c.o.scheme != "" {
		if err := c.findLabels(first); err != nil {
			return err
		}
	}
	if c.render, err = c.renderer(first); err != nil {
		return err
	}
	s := new(sentence)
	for k := 0; ; k++ {
		if k < len(first) {
			s = first[k]
		} else if err = in.next(s); err != nil && !errors.Is(err, io.EOF) {
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

// readSample reads the first sentences of in.
func readSample(in *input) ([]*sentence, error) {
	var list []*sentence
	for len(list) < recipe.SampleSize {
		s := new(sentence)
		if err := in.next(s); errors.Is(err, io.EOF) {
			in.rest = s
			break
		} else if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func rowsOf(list []*sentence) (rows []*corpus.Sentence) {
	for _, s := range list {
		rows = append(rows, &s.rows)
	}
	return rows
}

// findLabels finds the labels whose scheme is changed, and the scheme that they are in.
func (c *conversion) findLabels(list []*sentence) (err error) {
	if c.label, err = c.findLabel(list); err != nil {
		return err
	}
	var d annotation.SchemeDetector
	for _, s := range list {
		c.old = c.label.read(c.old, &s.rows)
		d.Add(c.old)
	}
	if d.Scheme() == structured.Plain {
		return c.in.atStart(fmt.Errorf("the labels of column %s spell no spans", c.label))
	}
	c.labels = annotation.Converter{From: d.Scheme(), To: c.into}
	return nil
}

func (c *conversion) findLabel(list []*sentence) (value, error) {
	if c.o.label != "" {
		return c.value(c.o.label)
	}
	if c.in.format == corpus.CoNLL {
		if k := recipe.SpansIn(rowsOf(list), c.in.layout.Columns); k >= 0 {
			return value{column: k}, nil
		}
	}
	return value{}, c.in.atStart(errors.New("no column spells spans; name the column of the labels with --label"))
}

// sentence writes s, or what stands behind the last one.
func (c *conversion) sentence(s *sentence) error {
	if c.o.scheme != "" {
		c.convertLabels(&s.rows)
	}
	if c.render != nil {
		return c.render.write(s)
	}
	var e corpus.Edit
	if c.o.scheme != "" && s.rows.Len() > 0 {
		e.Column, e.Replace = c.label.column, c.label.replace(&s.rows, c.new)
	}
	return c.rows.WriteEdited(&s.rows, e)
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
		if note.n > 0 {
			c.app.warn(fmt.Sprintf("%s: %d %s", c.in.name, note.n, note.text))
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
	if column, key, ok := strings.Cut(spec, "."); ok && strings.EqualFold(column, noteColumn) && key != "" && c.in.format == corpus.CoNLLU {
		name, v.key = noteColumn, key
	}
	var err error
	if v.column, err = c.in.layout.Column(name); err != nil {
		return v, c.in.atStart(err)
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
