package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

// An input is a file of sentences, of columns or of attributes.
type input struct {
	*source
	format corpus.Format
	layout corpus.Layout // of columns

	rows  *corpus.Reader
	items *attrfile.Reader
	odd   attrfile.Warnings // of the first sentence of attributes
	first *sentence         // the one that was read to see that there is one, until next gives it out
	line  int               // where it starts
	rest  *sentence         // what stands behind the last one, read already, until next gives it out; or nil
}

// A sentence is one of an input: rows or items, as the input's format says.
type sentence struct {
	rows  corpus.Sentence
	items attrfile.Items
}

// errNoSentence is of inputs that are empty, or hold blanks and comments only.
var errNoSentence = errors.New("no sentence in it")

// A source is a file to read from, or standard input.
type source struct {
	io.Reader
	name string
	file io.Closer // nil for standard input
	live bool      // somebody may be waiting for each sentence: a pipe, a terminal
}

// source opens a file, or standard input by the name "-". It ends with ctx.
func (a *app) source(ctx context.Context, name string) (*source, error) {
	src := &source{name: name}
	r := a.stdin
	if name == "-" {
		src.name = "stdin"
	} else {
		f, err := safefile.Wait(ctx, name, func() (*os.File, error) { return openFile(name) })
		if err != nil {
			return nil, err
		}
		src.file, r = f, f
	}
	src.live = !regular(r)
	src.Reader = newInterruptible(ctx, r)
	return src, nil
}

func (s *source) close() {
	if s.file != nil {
		_ = s.file.Close() // only read from
	}
}

// open opens a source of sentences and reads the first one.
func (a *app) open(ctx context.Context, name string, format corpus.Format) (*input, error) {
	src, err := a.source(ctx, name)
	if err != nil {
		return nil, err
	}
	return openSource(src, format)
}

// openSource reads the first sentence of src.
func openSource(src *source, format corpus.Format) (*input, error) {
	in := &input{source: src, format: format}
	r := io.Reader(src)
	if format == corpus.FormatAuto {
		in.format, r = corpus.Detect(r, in.name)
	}
	if in.format == corpus.CRFsuite {
		in.items = attrfile.NewReader(r, in.name)
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
		in.line, in.odd = s.items.Line(0), in.items.Warnings()
		return nil
	}
	in.line = s.rows.Line(0)
	var err error
	in.layout, err = in.rows.Layout()
	return err
}

// next reads the next sentence. At io.EOF, s.rows holds what stands behind the last one.
func (in *input) next(s *sentence) error {
	if in.first != nil {
		*s, in.first = *in.first, nil
		return nil
	}
	if in.rest != nil {
		*s, in.rest = *in.rest, nil
		return io.EOF
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

// warn passes on what was odd in the attributes that were read.
func (in *input) warn(tell func(string)) {
	if in.items == nil {
		return
	}
	for _, text := range inputs.Oddities(in.name, in.items.Warnings()) {
		tell(text)
	}
}
