package input

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// ErrNoSentence is the error of inputs that are empty, or hold blank lines and comments only.
var ErrNoSentence = errors.New("no sentence in it")

// An Input is sentences of columns or of ready-made attributes, from a file or from memory.
type Input struct {
	Name   string
	Live   bool // somebody may be waiting for each sentence
	Format corpus.Format
	Layout corpus.Layout // of columns

	raw   *Raw               // nil for sentences in memory
	rows  *corpus.Reader     // nil for attributes and for sentences in memory
	items *attrfile.Reader   // nil for columns
	list  []*corpus.Sentence // in memory, that are left

	first    *Sentence // which was read to see that there is one, until Next or First returns it
	line     int       // where it starts
	rest     *Sentence // what stands behind the last one, which Sample has read, until Next returns it
	warnings attrfile.Warnings
}

// A Sentence is one of an input: rows or items, as the format of the input says.
type Sentence struct {
	Rows  corpus.Sentence
	Items attrfile.Items
}

// Len returns the number of tokens.
func (s *Sentence) Len() int { return s.Rows.Len() + len(s.Items.Labels) }

// Open opens a file, or standard input, and reads its first sentence. An input without one is ErrNoSentence.
func Open(ctx context.Context, name string, stdin io.Reader, format corpus.Format) (*Input, error) {
	raw, err := OpenRaw(ctx, name, stdin)
	if err != nil {
		return nil, err
	}
	return New(raw, format)
}

// New reads the first sentence of raw, which the input closes.
func New(raw *Raw, format corpus.Format) (*Input, error) {
	in := &Input{Name: raw.Name, Live: raw.Live, Format: format, raw: raw}
	r := io.Reader(raw)
	if format == corpus.FormatAuto {
		in.Format, r = corpus.Detect(r, in.Name)
	}
	if in.Format == corpus.CRFsuite {
		in.items = attrfile.NewReader(r, in.Name)
	} else {
		in.rows = corpus.NewReader(r, in.Name, corpus.Options{Format: in.Format})
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
	in.line = s.Rows.Line(0)
	if in.rows == nil {
		return nil
	}
	var err error
	in.Layout, err = in.rows.Layout()
	return err
}

// HasItems reports whether the sentences bring ready-made attributes along instead of columns.
func (in *Input) HasItems() bool { return in.items != nil }

// InMemory reports whether the sentences are in memory, so that there are no blocks of them.
func (in *Input) InMemory() bool { return in.raw == nil }

// First returns the first sentence, and the warnings about it, unless Next has returned it already.
func (in *Input) First() (*Sentence, attrfile.Warnings) {
	s := in.first
	in.first = nil
	return s, in.warnings
}

// Next reads the next sentence. At io.EOF, s.Rows holds what stands behind the last one.
func (in *Input) Next(s *Sentence) error {
	switch {
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

// Sample reads up to n sentences, each in memory of its own. If they are all, the next call of Next returns io.EOF and
// what stands behind them.
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

// Block reads sentences without parsing them: about size bytes, or what there is where size is 0.
func (in *Input) Block(b *corpus.Block, size int) error {
	if in.items != nil {
		return in.items.Block(b, size)
	}
	return in.rows.Block(b, size)
}

// Labels returns the labels of s, column col or those of the items, in the memory of dst.
func (in *Input) Labels(dst []string, s *Sentence, col int) []string {
	if in.items != nil {
		return s.Items.Labels
	}
	return s.Rows.Column(dst, col)
}

// At adds the position of token t of s to an error.
func (in *Input) At(s *Sentence, t int, err error) error {
	e := &corpus.ParseError{File: in.Name, Err: err}
	if in.items != nil {
		e.Line = s.Items.Line(t)
	} else {
		e.Line = s.Rows.Line(t)
	}
	return e
}

// AtStart adds the position of the first token to an error: what is wrong with the columns shows there.
func (in *Input) AtStart(err error) error {
	return &corpus.ParseError{File: in.Name, Line: in.line, Err: err}
}

// Close closes the file.
func (in *Input) Close() {
	if in.raw != nil {
		in.raw.Close()
	}
}

// Warn passes the warnings about the attributes read so far to warn, unless it is nil.
func (in *Input) Warn(warn func(string)) {
	if warn == nil || in.items == nil {
		return
	}
	for _, text := range Oddities(in.Name, in.items.Warnings()) {
		warn(text)
	}
}

// Oddities puts warnings about an input of attributes into words, each after its name.
func Oddities(name string, w attrfile.Warnings) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, name+": "+fmt.Sprintf(format, args...)) }
	if w.CRLF > 0 || w.BOM > 0 {
		say("line ends of CR LF or a byte order mark are skipped; CRFsuite takes them for parts of names")
	}
	if w.Blank > 0 {
		say("%d lines are empty but for a CR and end sentences; CRFsuite takes them for tokens", w.Blank)
	}
	if w.Unended {
		say("the last line has no end; CRFsuite would never finish reading it")
	}
	if w.Values > 0 {
		say("%d values are not numbers as a whole and count as what they start with, or 0 (line %d is the first that is odd)", w.Values, w.Line)
	}
	if w.Colons > 0 {
		say("%d colons lack a backslash and cut names short (line %d is the first that is odd)", w.Colons, w.Line)
	}
	return list
}
