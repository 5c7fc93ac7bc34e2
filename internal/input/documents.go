package input

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Options say how inputs are read. With the zero value, the content decides.
type Options struct {
	Format corpus.Format // of rows; if it is set, inputs are not documents
	// Documents says how documents with spans are read and aligned to tokens. If its Format is set,
	// all inputs have that format.
	Documents standoff.Options
	Skip      func(err error) // as in [corpus.Options]; nil means that a malformed row is an error
	// Labelled leaves out documents that are not labelled.
	Labelled bool
	// Tokenizer returns the tokenizer of documents if Documents has none. It is called for inputs
	// of documents only; nil means the default of package text.
	Tokenizer func() (text.Tokenizer, error)
}

// documents reads documents, and their sentences as rows: the word, and a column of labels for each
// layer.
type documents struct {
	reader  standoff.Reader
	aligner standoff.Aligner
	report  standoff.Report
	name    string // of the input
	folder  string // of brat files

	labelled bool // leave out documents that are not

	starting bool                 // the first sentence is being searched
	kept     []*standoff.Document // those read before the first sentence
	doc      *standoff.Document   // the current one
	rest     []standoff.Sentence  // of the current document
	passed   int                  // its sentences before
}

// A source is where a sentence is from.
type source struct {
	doc *standoff.Document
	standoff.Sentence
	number int // of the sentence in the document, from 1, or 0 for the only one
}

// ID returns the ID of a sentence of a document, or "". If the document has several sentences, the
// ID ends in the number of the sentence.
func (s *Sentence) ID() string {
	switch {
	case s.source == nil || s.source.doc.ID == "":
		return ""
	case s.source.number == 0:
		return s.source.doc.ID
	}
	return fmt.Sprintf("%s-%d", s.source.doc.ID, s.source.number)
}

// Text returns the text of a sentence of a document on one line. It is not ok if only tokens are
// known.
func (s *Sentence) Text() (text string, ok bool) {
	if s.source == nil || s.source.doc.Tokens != nil {
		return "", false
	}
	return strings.Join(strings.Fields(s.source.doc.Text[s.source.Start.Byte:s.source.End.Byte]), " "), true
}

// Joined reports whether the text has no space between token t and the next one.
func (s *Sentence) Joined(t int) bool {
	if _, ok := s.Text(); !ok || t+1 >= len(s.source.Tokens) {
		return false
	}
	return s.source.Tokens[t].End == s.source.Tokens[t+1].Start
}

// setDocuments makes in an input of documents.
func (in *Input) setDocuments(reader standoff.Reader, o Options) (err error) {
	aligner := o.Documents.Aligner
	if aligner.Tokenizer == nil && o.Tokenizer != nil {
		if aligner.Tokenizer, err = o.Tokenizer(); err != nil {
			return err
		}
	}
	in.docs = &documents{name: in.Name, reader: reader, aligner: aligner, labelled: o.Labelled}
	in.docs.aligner.Report = &in.docs.report
	columns := 1 + max(aligner.Layers, 1)
	in.Format, in.Layout = corpus.CoNLL, corpus.Layout{Format: corpus.CoNLL, Columns: columns, Tabs: true}
	return nil
}

// Tokenizer returns the tokenizer of documents. It is nil for the default of package text.
func (in *Input) Tokenizer() text.Tokenizer { return in.docs.aligner.Tokenizer }

// detectDocuments returns a reader of documents if an input has any. Otherwise it returns nil and a
// reader of all of the input.
func detectDocuments(raw *Raw, o Options) (standoff.Reader, io.Reader, error) {
	from := io.Reader(raw)
	d := o.Documents
	if d.Format == standoff.FormatAuto {
		if o.Format != corpus.FormatAuto {
			return nil, from, nil
		}
		buffered := bufio.NewReader(raw)
		from = buffered
		if !maybeDocuments(buffered) {
			return nil, from, nil
		}
		if d.Format, from = standoff.Detect(buffered); d.Format == standoff.FormatAuto || d.Format == standoff.Brat {
			return nil, from, nil
		}
	}
	reader, err := standoff.NewReader(from, raw.Name, d)
	return reader, from, err
}

// maybeDocuments reports whether an input may start with JSON or XML. It does not wait for more
// than two bytes, because the writer of a pipe may wait for an answer.
func maybeDocuments(r *bufio.Reader) bool {
	if _, err := r.Peek(2); err != nil {
		return false
	}
	head, _ := r.Peek(r.Buffered())
	text := strings.TrimPrefix(string(head[:min(len(head), 64)]), "\ufeff")
	switch {
	case text == "":
		return false
	case text[0] == '<':
		next, _ := utf8.DecodeRuneInString(text[1:])
		return unicode.IsLetter(next) || strings.ContainsRune("?!_:", next)
	case text[0] != '{' && text[0] != '[':
		return false
	}
	text = strings.TrimLeft(text[1:], " \t\r\n")
	return text == "" || strings.ContainsRune(`"[{`, rune(text[0]))
}

// openBrat opens a folder of brat files, or one pair of them by the name of either file. It returns
// nil for other inputs.
func openBrat(ctx context.Context, name string, o Options) (*Input, error) {
	format := o.Documents.Format
	if format != standoff.Brat && (format != standoff.FormatAuto || o.Format != corpus.FormatAuto) || name == Stdin {
		return nil, nil
	}
	in := &Input{Name: name}
	folder, files := name, fs.FS(nil)
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		files = os.DirFS(name)
	} else {
		base, extension := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
		if extension == ".txt" || extension == ".ann" {
			is, err := isBrat(ctx, base)
			if err != nil {
				return nil, err
			}
			if is || format == standoff.Brat {
				folder = filepath.Dir(name)
				files = pair{os.DirFS(folder), []string{filepath.Base(base) + ".ann", filepath.Base(base) + ".txt"}}
			}
		}
	}
	if files == nil {
		if format == standoff.Brat {
			return nil, fmt.Errorf("%s: expected a folder of brat files, or a .txt or .ann file", name)
		}
		return nil, nil
	}
	reader, err := standoff.NewBratReader(files, o.Documents)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := in.setDocuments(reader, o); err != nil {
		return nil, err
	}
	in.docs.folder = folder
	if err = in.start(); errors.Is(err, ErrNoSentence) && format == standoff.FormatAuto && folder == name {
		return nil, fmt.Errorf("%s: is a directory without documents of brat", name)
	}
	return in, err
}

// IsBrat reports whether a file or folder is read as documents of brat, if the user sets no format.
func IsBrat(ctx context.Context, name string) (bool, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return true, nil
	}
	base, extension := strings.TrimSuffix(name, filepath.Ext(name)), filepath.Ext(name)
	if extension != ".txt" && extension != ".ann" {
		return false, nil
	}
	return isBrat(ctx, base)
}

// isBrat reports whether a text and its annotations exist. Annotations that are not empty must
// start like those of brat.
func isBrat(ctx context.Context, base string) (bool, error) {
	info, err := os.Stat(base + ".ann")
	if err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	if info, err = os.Stat(base + ".txt"); err != nil || !info.Mode().IsRegular() {
		return false, nil
	}
	f, err := safefile.Wait(ctx, base+".ann", func() (*os.File, error) { return OpenFile(base + ".ann") })
	if err != nil {
		return false, err
	}
	defer f.Close()
	first, err := bufio.NewReader(f).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return false, named(base+".ann", err)
	}
	id, _, tab := strings.Cut(first, "\t")
	return first == "" || tab && len(id) > 0 && strings.ContainsRune("TREAMN#*", rune(id[0])), nil
}

// A pair shows only some files of a folder.
type pair struct {
	fs.FS
	names []string
}

// ReadDir implements [fs.ReadDirFS].
func (p pair) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(p.FS, name)
	return slices.DeleteFunc(list, func(e fs.DirEntry) bool { return !slices.Contains(p.names, e.Name()) }), err
}

// next reads the next sentence.
func (x *documents) next(s *Sentence) error {
	for len(x.rest) == 0 {
		d := new(standoff.Document)
		err := x.read(d)
		if err != nil {
			s.Rows = corpus.Sentence{}
			return err
		}
		if x.starting {
			x.kept = append(x.kept, d)
		}
		if x.labelled && d.Unlabelled {
			continue
		}
		if x.rest, err = x.aligner.Align(d); err != nil {
			return err
		}
		x.doc, x.passed = d, 0
	}
	rows, err := x.rest[0].Corpus()
	if err != nil {
		return &corpus.ParseError{File: x.name, Line: x.doc.Line, Err: err}
	}
	from := &source{doc: x.doc, Sentence: x.rest[0]}
	x.rest = x.rest[1:]
	if x.passed++; x.passed+len(x.rest) > 1 {
		from.number = x.passed
	}
	s.Rows, s.line, s.source = *rows, x.doc.Line, from
	return nil
}

// read reads the next document.
func (x *documents) read(d *standoff.Document) error {
	err := x.reader.Read(d)
	if x.folder == "" {
		return err
	}
	if e, ok := errors.AsType[*corpus.ParseError](err); ok {
		e.File = filepath.Join(x.folder, e.File)
	}
	if d.File != "" {
		d.File = filepath.Join(x.folder, d.File)
	}
	return err
}

// Documents returns the format of the documents in the input. It returns standoff.FormatAuto for
// other inputs.
func (in *Input) Documents() standoff.Format {
	if in.docs == nil {
		return standoff.FormatAuto
	}
	return in.docs.reader.Format()
}

// NextDocument reads the next document of an input of documents. Do not mix it with Next.
func (in *Input) NextDocument(d *standoff.Document) error {
	if x := in.docs; len(x.kept) > 0 {
		*d, x.kept = *x.kept[0], x.kept[1:]
		return nil
	}
	return in.docs.read(d)
}

// changesShown is the number of changed spans of an input that warnings list one by one.
const changesShown = 5

// Changes describes the spans that the labels of tokens do not show as the documents have them: the
// first ones one by one, and the number of each kind.
func Changes(name string, report *standoff.Report) []string {
	var list []string
	for _, c := range report.Changes[:min(len(report.Changes), changesShown)] {
		list = append(list, c.String())
	}
	if len(report.Changes) > changesShown || report.Joined > 0 {
		list = append(list, name+": "+report.String())
	}
	return list
}

// Lost describes what a document has no place for.
func (in *Input) Lost() []string {
	if in.docs == nil || len(in.docs.reader.Lost()) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s: not read as written: %s", in.Name, in.docs.reader.Lost())}
}
