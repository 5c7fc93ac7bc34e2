package corpus

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/internal/lines"
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
	lines  lines.Reader
	opts   Options
	layout Layout
	id     int    // index of the ID column in CoNLL-U, or -1
	looked bool   // layout is known
	block  string // all bytes, where they are those of a [Block]
	err    error  // what every further Read returns
}

// NewReader returns a reader of r. name stands for the input in errors.
func NewReader(r io.Reader, name string, opts Options) *Reader {
	return &Reader{lines: lines.New(r, name, place), opts: opts}
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
	s.format, s.bom = r.layout.Format, r.lines.BOM && r.lines.Number == 0
	r.lines.Mark()
	r.err = r.read(s)
	s.columns, s.tabs = r.layout.Columns, r.layout.Tabs
	switch from, to := r.lines.Kept, r.lines.Pos; {
	case r.err != nil && r.err != io.EOF:
		s.reset()
	case r.block != "":
		s.text = r.block[from:to]
	default:
		s.text = string(r.lines.Chunk[from:to])
	}
	return r.err
}

func (r *Reader) read(s *Sentence) error {
	start := int32(0) // of the line, in the sentence
	for {
		start = r.plain(s, start)
		raw, err := r.lines.Next()
		if err == io.EOF && s.Len() > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		next := start + int32(len(raw))
		if err := r.lines.CheckSize(int(next)); err != nil {
			return err
		}
		text := lines.CutEnd(raw)
		kind, err := r.row(s, text, start)
		if err != nil {
			return err
		}
		if kind == documentLine && s.Len() > 0 {
			r.lines.Unread()
			return nil
		}
		switch {
		case kind <= documentLine && s.Len() == 0:
			s.lines = s.lines[:0] // so far, these lines only stand before the sentence
		default:
			if len(s.lines) == 0 {
				s.first = r.lines.Number
			}
			if kind == tokenLine {
				s.rows = append(s.rows, int32(len(s.lines)))
			}
			s.lines = append(s.lines, line{start, start + int32(len(text)), next, kind})
			if kind == blankLine {
				return nil
			}
		}
		start = next
	}
}

// row tells what the line is, and appends the fields of a token to s.fields. start is where the
// line will stand in the sentence.
func (r *Reader) row(s *Sentence, text []byte, start int32) (lineKind, error) {
	if lines.IsBlank(text) {
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
	if comment && (len(fields) != r.layout.Columns || anyBlank(fields, text, start)) {
		s.fields = s.fields[:n]
		return commentLine, nil
	}
	if fields = r.trim(s, n, text, start); len(fields) != r.layout.Columns {
		return 0, r.lines.Fail(0, ColumnsError{len(fields), r.layout.Columns})
	}
	return tokenLine, nil
}

// trim takes blanks at the end of a row out of its fields, s.fields[n:], and returns these: fields that are too many
// and blank, and spaces behind the last one. Where blanks separate fields there are no such.
func (r *Reader) trim(s *Sentence, n int, text []byte, start int32) []field {
	if !r.layout.Tabs {
		return s.fields[n:]
	}
	for len(s.fields)-n > r.layout.Columns && s.fields[len(s.fields)-1].isBlank(text, start) {
		s.fields = s.fields[:len(s.fields)-1]
	}
	last := &s.fields[len(s.fields)-1]
	for last.end > last.start && text[last.end-1-start] == ' ' {
		last.end--
	}
	return s.fields[n:]
}

// look finds the layout out. Errors of the input come later, when next meets them.
func (r *Reader) look() {
	if r.looked {
		return
	}
	r.looked = true
	head, err := lookAhead(&r.lines)
	if err != nil && err != io.EOF && len(head) == 0 {
		r.err = r.lines.Wrap(err)
		return
	}
	r.layout.Format = r.opts.Format
	if r.opts.Format == FormatAuto {
		r.layout.Format = sniff(head, r.lines.Name)
	}
	switch r.layout.Format {
	case CoNLLU:
		r.nameColumns(head)
		return
	case CRFsuite:
		r.err = ErrAttributes
		if r.lines.Name != "" {
			r.err = fmt.Errorf("%s: %w", r.lines.Name, ErrAttributes)
		}
		return
	}
	var first []byte
	for line := range bytes.Lines(head) {
		switch line = lines.CutEnd(line); {
		case lines.IsBlank(line) || isDocument(line) || mayBeComment(line):
		case first == nil:
			first = line
			r.decide(line)
		default:
			r.narrow(first, line)
		}
	}
	if r.layout.Columns == 0 && r.opts.Columns > 0 {
		// All lines may be comments, but the number of columns tells.
		first, _, _ := bytes.Cut(head, []byte("\n"))
		r.decide(lines.CutEnd(first))
	}
	var s Sentence
	probe := Reader{layout: r.layout, lines: lines.Of(head, r.lines.Limit, place), looked: true}
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

// narrow takes blank fields at the end of the first row for none if another row lacks them.
func (r *Reader) narrow(first, row []byte) {
	n := bytes.Count(row, []byte("\t")) + 1
	if !r.layout.Tabs || r.opts.Columns > 0 || n >= r.layout.Columns {
		return
	}
	fields := split(nil, first, 0, true)
	if lines.IsBlank(first[fields[n-1].end:]) {
		r.layout.Columns = n
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

// isDocument reports whether the first field of line is -DOCSTART-.
func isDocument(line []byte) bool {
	rest, ok := bytes.CutPrefix(line, []byte("-DOCSTART-"))
	return ok && (len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t')
}

// mayBeComment reports whether a CoNLL line is a comment if its columns do not make it a token.
func mayBeComment(line []byte) bool {
	return len(line) > 0 && line[0] == '#' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t')
}
