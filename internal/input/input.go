package input

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// ErrNoSentence is the error of inputs that are empty or have only blank lines and comments.
var ErrNoSentence = errors.New("no sentence in it")

// An Input reads sentences of columns or of ready-made attributes, from a file or from memory. The
// sentences of documents have columns, too: the word, and the labels of each layer of spans.
type Input struct {
	Name   string
	Live   bool // someone may wait for each sentence, as with a pipe or terminal
	Format corpus.Format
	Layout corpus.Layout // in formats with columns

	raw   *Raw               // nil for sentences in memory
	rows  *corpus.Reader     // nil for attributes and for sentences in memory
	items *attrfile.Reader   // nil for columns
	docs  *documents         // nil for all but documents
	list  []*corpus.Sentence // remaining sentences in memory

	ahead    *ahead    // nil unless the input is read by document
	first    *Sentence // the first sentence, until Next or First returns it
	line     int       // of the first token
	rest     *Sentence // lines after the last sentence that Sample has read, until Next returns them
	warnings attrfile.Warnings
}

// A Sentence has rows or items, depending on the format of its input.
type Sentence struct {
	Rows  corpus.Sentence
	Items attrfile.Items

	line   int // of the document; 0 in files of rows
	source *source
}

// Len returns the number of tokens.
func (s *Sentence) Len() int { return s.Rows.Len() + len(s.Items.Labels) }

// Line returns the line of token t, or of its document.
func (s *Sentence) Line(t int) int {
	switch {
	case s.line > 0:
		return s.line
	case s.Items.Labels != nil:
		return s.Items.Line(t)
	}
	return s.Rows.Line(t)
}

// Document returns the line of the document that s is part of, or 0 in files of rows.
func (s *Sentence) Document() int { return s.line }

// Open opens a file or standard input and reads its first sentence. It returns ErrNoSentence if
// there is none.
func Open(ctx context.Context, name string, stdin io.Reader, o Options) (*Input, error) {
	if in, err := openBrat(ctx, name, o); in != nil || err != nil {
		return in, err
	}
	raw, err := OpenRaw(ctx, name, stdin)
	if err != nil {
		return nil, err
	}
	return New(raw, o)
}

// New returns an input that reads and closes raw. It reads the first sentence.
func New(raw *Raw, o Options) (*Input, error) {
	in := &Input{Name: raw.Name, Live: raw.Live, Format: o.Format, raw: raw}
	reader, r, err := detectDocuments(raw, o)
	if err != nil {
		in.Close()
		return nil, err
	}
	if reader == nil && o.Format == corpus.FormatAuto {
		in.Format, r = corpus.Detect(r, in.Name)
	}
	switch {
	case reader != nil:
		if err := in.setDocuments(reader, o); err != nil {
			in.Close()
			return nil, err
		}
	case in.Format == corpus.CRFsuite:
		in.items = attrfile.NewReader(r, in.Name)
	default:
		in.rows = corpus.NewReader(r, in.Name, corpus.Options{Format: in.Format, Skip: o.Skip})
	}
	if err := in.start(); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// OfSentences returns an input of sentences in memory. They must have the same number of columns.
func OfSentences(name string, list []*corpus.Sentence) (*Input, error) {
	in := &Input{Name: name, Format: corpus.CoNLL, list: list}
	for _, s := range list {
		if s.Columns() != list[0].Columns() {
			return nil, fmt.Errorf("%s: %w", name, corpus.ColumnsError{Found: s.Columns(), Expected: list[0].Columns()})
		}
	}
	if len(list) > 0 {
		in.Layout = corpus.Layout{Format: corpus.CoNLL, Columns: list[0].Columns(), Tabs: true}
	}
	return in, in.start()
}

// start reads the first sentence.
func (in *Input) start() error {
	s := new(Sentence)
	if in.docs != nil {
		in.docs.starting = true
		defer func() { in.docs.starting = false }()
	}
	if err := in.Next(s); errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", in.Name, ErrNoSentence)
	} else if err != nil {
		return err
	}
	in.first = s
	if in.items != nil {
		in.line, in.warnings = s.Items.Line(0), in.items.Warnings()
		return nil
	}
	in.line = s.Line(0)
	if in.rows == nil {
		return nil
	}
	var err error
	in.Layout, err = in.rows.Layout()
	return err
}

// HasItems reports whether the sentences have ready-made attributes instead of columns.
func (in *Input) HasItems() bool { return in.items != nil }

// InMemory reports whether the sentences are in memory, or made from documents. Such inputs have no
// blocks.
func (in *Input) InMemory() bool { return in.raw == nil || in.docs != nil }

// First returns the first sentence and the warnings about it. It returns nil if Next has already
// returned the sentence.
func (in *Input) First() (*Sentence, attrfile.Warnings) {
	s := in.first
	in.first = nil
	return s, in.warnings
}

// Next reads the next sentence. At io.EOF, s.Rows holds the lines after the last sentence.
func (in *Input) Next(s *Sentence) error {
	switch {
	case in.ahead != nil:
		return in.nextAhead(s)
	case in.first != nil:
		*s, in.first = *in.first, nil
		return nil
	case in.rest != nil:
		*s, in.rest = *in.rest, nil
		return io.EOF
	case in.items != nil:
		return in.items.Read(&s.Items)
	case in.rows != nil:
		return in.rows.Read(&s.Rows)
	case in.docs != nil:
		return in.docs.next(s)
	case len(in.list) == 0:
		s.Rows = corpus.Sentence{}
		return io.EOF
	}
	s.Rows, in.list = *in.list[0], in.list[1:]
	return nil
}

// Each passes every remaining sentence to use. The sentence is valid until use returns.
func (in *Input) Each(use func(s *Sentence) error) error {
	s := new(Sentence)
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := use(s); err != nil {
			return err
		}
	}
}

// Sample reads up to n sentences, each with its own memory. If there are no more, Next then returns
// io.EOF with the lines after the last sentence.
func (in *Input) Sample(n int) ([]*Sentence, error) {
	var list []*Sentence
	for len(list) < n {
		s := new(Sentence)
		if err := in.Next(s); errors.Is(err, io.EOF) {
			in.rest = s
			break
		} else if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// Block reads about size bytes of sentences without parsing them; size 0 means what is available.
func (in *Input) Block(b *corpus.Block, size int) error {
	if in.items != nil {
		return in.items.Block(b, size)
	}
	return in.rows.Block(b, size)
}

// Labels returns the labels of s, from their place in the rows or from the items. It may use the
// memory of dst.
func (in *Input) Labels(dst []string, s *Sentence, at corpus.Value) []string {
	if in.items != nil {
		return s.Items.Labels
	}
	return at.Read(dst, &s.Rows)
}

// At adds the position of token t of s to an error.
func (in *Input) At(s *Sentence, t int, err error) error {
	return &corpus.ParseError{File: in.Name, Line: s.Line(t), Err: err}
}

// AtStart adds the position of the first token to an error, for errors that concern all rows.
func (in *Input) AtStart(err error) error {
	return &corpus.ParseError{File: in.Name, Line: in.line, Err: err}
}

func (in *Input) Close() {
	if in.raw != nil {
		in.raw.Close()
	}
}

// Warn passes the warnings about attributes and documents read so far to warn, which may be nil.
func (in *Input) Warn(warn func(string)) {
	if warn == nil {
		return
	}
	if in.docs != nil {
		for _, text := range append(Changes(in.Name, &in.docs.report), in.Lost()...) {
			warn(text)
		}
	}
	if in.items == nil {
		return
	}
	for _, text := range Oddities(in.Name, in.items.Warnings()) {
		warn(text)
	}
}

// Oddities returns warnings about an attribute file as texts that start with its name.
func Oddities(name string, w attrfile.Warnings) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, name+": "+fmt.Sprintf(format, args...)) }
	if w.CRLF > 0 || w.BOM > 0 {
		say("skipping CR LF line ends or a byte order mark, which CRFsuite reads as parts of names")
	}
	if w.Blank > 0 {
		say("%d lines have only a CR; they end sentences here, but CRFsuite reads them as tokens", w.Blank)
	}
	if w.Unended {
		say("the last line has no line end; CRFsuite would hang on this file")
	}
	if w.Values > 0 {
		say("%d values are not numbers; each counts as its longest numeric prefix, or 0 (first in line %d)", w.Values, w.Line)
	}
	if w.Colons > 0 {
		say("%d colons are not escaped by a backslash and end the attribute name (first in line %d)", w.Colons, w.Line)
	}
	return list
}
