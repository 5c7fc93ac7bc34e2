package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/trellis-nlp/trellis/corpus"
)

// An input is a file of sentences, of columns or of attributes.
type input struct {
	name   string
	format corpus.Format
	layout corpus.Layout // of columns
	live   bool          // somebody may be waiting for each sentence: a pipe, a terminal

	file  io.Closer // nil for standard input
	rows  *corpus.Reader
	items *corpus.AttributeReader
	first *sentence // the one that was read to see that there is one, until next gives it out
	line  int       // where it starts
}

// A sentence is one of an input: rows or items, as the input's format says.
type sentence struct {
	rows  corpus.Sentence
	items corpus.Items
}

// errNoSentence is of inputs that are empty, or hold blanks and comments only.
var errNoSentence = errors.New("no sentence in it")

// open opens a file, or standard input by the name "-", and reads its first sentence.
func (a *app) open(ctx context.Context, name string, format corpus.Format) (*input, error) {
	in := &input{name: name, format: format}
	r := a.stdin
	if name == "-" {
		in.name = "stdin"
		in.live = !regular(r)
	} else {
		f, err := openFile(name)
		if err != nil {
			return nil, err
		}
		in.file, r = f, f
		in.live = !regular(f)
	}
	r = newInterruptible(ctx, r)
	if format == corpus.FormatAuto {
		in.format, r = corpus.Detect(r)
	}
	if in.format == corpus.CRFsuite {
		in.items = corpus.NewAttributeReader(r, in.name)
	} else {
		in.rows = corpus.NewReader(r, in.name, corpus.Options{Format: in.format})
	}
	if err := in.start(); err != nil {
		in.close()
		return nil, err
	}
	return in, nil
}

// start reads the first sentence.
func (in *input) start() error {
	s := new(sentence)
	if err := in.next(s); errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", in.name, errNoSentence)
	} else if err != nil {
		return err
	}
	in.first = s
	if in.items != nil {
		in.line = s.items.Line(0)
		return nil
	}
	in.line = s.rows.Line(0)
	var err error
	in.layout, err = in.rows.Layout()
	return err
}

func (in *input) close() {
	if in.file != nil {
		_ = in.file.Close() // only read from
	}
}

// next reads the next sentence. At io.EOF, s.rows holds what stands behind the last one.
func (in *input) next(s *sentence) error {
	if in.first != nil {
		*s, in.first = *in.first, nil
		return nil
	}
	if in.items != nil {
		return in.items.Read(&s.items)
	}
	return in.rows.Read(&s.rows)
}

// at positions an error at token t of s.
func (in *input) at(s *sentence, t int, err error) error {
	e := &corpus.ParseError{File: in.name, Err: err}
	if in.items != nil {
		e.Line = s.items.Line(t)
	} else {
		e.Line = s.rows.Line(t)
	}
	return e
}

// atStart positions an error at the first token: what is wrong with the columns shows there.
func (in *input) atStart(err error) error {
	return &corpus.ParseError{File: in.name, Line: in.line, Err: err}
}

// labels returns the labels of s: column col, or those of the items.
func (in *input) labels(dst []string, s *sentence, col int) []string {
	if in.items != nil {
		return s.items.Labels
	}
	return s.rows.Column(dst, col)
}

// openFile opens a file that is no directory. Its errors are of the form "name: what is wrong".
func openFile(name string) (*os.File, error) {
	f, err := os.Open(name)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if info, err := f.Stat(); err == nil && info.IsDir() {
		_ = f.Close()
		return nil, fmt.Errorf("%s: is a directory", name)
	}
	return f, nil
}

// regular tells whether r is a file on a disk, which nobody is still writing.
func regular(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// parseFormat reads the value of --format.
func parseFormat(name string) (corpus.Format, error) {
	f, err := corpus.ParseFormat(name)
	if err != nil {
		return f, wrongUsage("--format %s: want auto, conll, conllu or crfsuite", name)
	}
	return f, nil
}
