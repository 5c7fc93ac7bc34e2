package corpus

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// Separator says what stands between the fields of a CoNLL row.
type Separator int

const (
	// SeparatorAuto is Tabs if the first row holds a tab, else Blanks.
	SeparatorAuto Separator = iota
	// Tabs separates fields by single tabs.
	Tabs
	// Blanks separates fields by runs of spaces and tabs, as CRF++ and Wapiti do.
	Blanks
)

// Options tell a Reader what it would else find out from the first sentence.
type Options struct {
	Format    Format    // FormatAuto tells CoNLL, CoNLLU and CRFsuite apart
	Separator Separator // of CoNLL rows
	Columns   int       // number of columns of CoNLL rows; 0: that of the first row
}

// A Reader reads sentences of CoNLL columns or CoNLL-U. It needs no more of its input than the
// sentences it has given out, so it can stand between two pipes.
type Reader struct {
	lines  lineReader
	opts   Options
	layout Layout
	id     int  // index of the ID column in CoNLL-U, or -1
	looked bool // layout is known
	buf    []byte
	err    error // what every further Read returns
}

// NewReader returns a reader of r. name stands for the input in errors.
func NewReader(r io.Reader, name string, opts Options) *Reader {
	return &Reader{lines: newLineReader(r, name), opts: opts}
}

// Layout reads as far as the first sentence, and no further, to tell the columns.
func (r *Reader) Layout() (Layout, error) {
	r.look()
	if r.err != nil && r.err != io.EOF {
		return Layout{}, r.err
	}
	return r.layout, nil
}

// Read reads the next sentence that has tokens into s. At the end of the input it returns io.EOF,
// and s, without tokens, holds what stood behind the last sentence: a [Writer] that is given it too
// writes the input back to the last byte. After any other error s is empty.
func (r *Reader) Read(s *Sentence) error {
	s.reset()
	r.look()
	if r.err != nil {
		return r.err
	}
	s.format, s.bom = r.layout.Format, r.lines.bom && r.lines.number == 0
	r.buf = r.buf[:0]
	r.err = r.read(s)
	s.columns, s.tabs = r.layout.Columns, r.layout.Tabs
	if r.err != nil && r.err != io.EOF {
		s.reset()
		return r.err
	}
	s.text = string(r.buf)
	return r.err
}

func (r *Reader) read(s *Sentence) error {
	for {
		raw, err := r.lines.next()
		if err == io.EOF && s.Len() > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.lines.checkSize(len(r.buf) + len(raw)); err != nil {
			return err
		}
		text := cutEnd(raw)
		start := int32(len(r.buf))
		kind, err := r.row(s, text, start)
		if err != nil {
			return err
		}
		if kind == documentLine && s.Len() > 0 {
			r.lines.unread()
			return nil
		}
		r.buf = append(r.buf, raw...)
		if kind <= documentLine && s.Len() == 0 {
			s.lines = s.lines[:0] // so far, these lines only stand before the sentence
			continue
		}
		if len(s.lines) == 0 {
			s.first = r.lines.number
		}
		if kind == tokenLine {
			s.rows = append(s.rows, int32(len(s.lines)))
		}
		s.lines = append(s.lines, line{start, start + int32(len(text)), int32(len(r.buf)), kind})
		if kind == blankLine {
			return nil
		}
	}
}

// row tells what the line is, and appends the fields of a token to s.fields. start is where the
// line will stand in the sentence.
func (r *Reader) row(s *Sentence, text []byte, start int32) (lineKind, error) {
	if isBlank(text) {
		return blankLine, nil
	}
	if r.layout.Format == CoNLLU {
		return r.conlluRow(s, text, start)
	}
	if isDocument(text) {
		return documentLine, nil
	}
	comment := mayBeComment(text)
	if r.layout.Columns == 0 {
		if comment {
			return commentLine, nil
		}
		r.decide(text)
	}
	n := len(s.fields)
	s.fields = split(s.fields, text, start, r.layout.Tabs)
	fields := s.fields[n:]
	switch {
	case comment && (len(fields) != r.layout.Columns || slices.ContainsFunc(fields, field.empty)):
		s.fields = s.fields[:n]
		return commentLine, nil
	case len(fields) != r.layout.Columns:
		return 0, r.lines.fail(0, ColumnsError{len(fields), r.layout.Columns})
	}
	return tokenLine, nil
}

// look finds the layout out. Errors of the input come later, when next meets them.
func (r *Reader) look() {
	if r.looked {
		return
	}
	r.looked = true
	if err := lookAhead(&r.lines); err != nil && len(r.lines.head) == 0 {
		r.err = r.lines.wrap(err)
		return
	}
	r.layout.Format = r.opts.Format
	if r.opts.Format == FormatAuto {
		r.layout.Format = sniff(r.lines.head)
	}
	switch r.layout.Format {
	case CoNLLU:
		r.nameColumns()
		return
	case CRFsuite:
		r.err = ErrAttributes
		if r.lines.name != "" {
			r.err = fmt.Errorf("%s: %w", r.lines.name, ErrAttributes)
		}
		return
	}
	for line := range bytes.Lines(r.lines.head) {
		if line = cutEnd(line); !isBlank(line) && !isDocument(line) && !mayBeComment(line) {
			r.decide(line)
			break
		}
	}
	if r.layout.Columns == 0 && r.opts.Columns > 0 {
		// All lines may be comments, but the number of columns tells.
		head, _, _ := bytes.Cut(r.lines.head, []byte("\n"))
		r.decide(cutEnd(head))
	}
	var s Sentence
	probe := Reader{layout: r.layout, lines: lineReader{head: r.lines.head, limit: r.lines.limit, err: io.EOF}, looked: true}
	if err := probe.Read(&s); err == nil {
		r.layout.Numbered = isNumbered(&s)
	}
}

// decide takes separator and number of columns from the first row.
func (r *Reader) decide(row []byte) {
	r.layout.Tabs = r.opts.Separator == Tabs ||
		r.opts.Separator == SeparatorAuto && bytes.IndexByte(row, '\t') >= 0
	r.layout.Columns = r.opts.Columns
	if r.layout.Columns <= 0 {
		r.layout.Columns = len(split(nil, row, 0, r.layout.Tabs))
	}
}

// isNumbered reports whether the first column counts 1, 2, 3 ...; a single row of two columns may
// as well be the word 1.
func isNumbered(s *Sentence) bool {
	for t := range s.Len() {
		if s.Field(t, 0) != strconv.Itoa(t+1) {
			return false
		}
	}
	return s.Columns() >= 2 && (s.Len() >= 2 || s.Columns() >= 3)
}

// split appends the fields of text, which stands at start, to dst.
func split(dst []field, text []byte, start int32, tabs bool) []field {
	n := int32(len(text))
	if tabs {
		for from := int32(0); ; {
			i := bytes.IndexByte(text[from:], '\t')
			if i < 0 {
				return append(dst, field{start + from, start + n})
			}
			dst = append(dst, field{start + from, start + from + int32(i)})
			from += int32(i) + 1
		}
	}
	from := int32(-1) // where the field began, if in one
	for i, c := range text {
		blank := c == ' ' || c == '\t'
		if blank && from >= 0 {
			dst = append(dst, field{start + from, start + int32(i)})
			from = -1
		} else if !blank && from < 0 {
			from = int32(i)
		}
	}
	if from >= 0 {
		dst = append(dst, field{start + from, start + n})
	}
	return dst
}

func (f field) empty() bool { return f.start == f.end }

// isDocument reports whether the first field of line is -DOCSTART-.
func isDocument(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("-DOCSTART-"))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t')
}

// mayBeComment reports whether a CoNLL line is a comment if its columns do not make it a token.
func mayBeComment(line []byte) bool {
	return len(line) > 0 && line[0] == '#' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t')
}
