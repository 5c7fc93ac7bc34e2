package corpus

import (
	"bytes"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// Options override what a Reader detects from the first sentence.
type Options struct {
	Format  Format // FormatAuto distinguishes CoNLL, CoNLLU and CRFsuite
	Tabs    bool   // single tabs separate the fields of CoNLL rows, even if the first row has none
	Columns int    // number of columns of CoNLL rows; 0 takes it from the first row
	// Skip receives the errors of malformed rows, which the reader then skips. If it is nil, the
	// first such row ends the input with its error.
	Skip func(err error)
}

// A Reader reads sentences in CoNLL columns or CoNLL-U. It reads no further than the sentences that
// it returns, so it works between two pipes.
type Reader struct {
	lines  lines.Reader
	opts   Options
	layout Layout
	id     int    // index of the ID column in CoNLL-U, or -1
	looked bool   // layout is known
	block  string // all bytes, if they come from a [Block]
	err    error  // result of every further Read
}

// NewReader returns a reader of r. Errors contain name.
func NewReader(r io.Reader, name string, opts Options) *Reader {
	return &Reader{lines: lines.New(r, name, place), opts: opts}
}

// Layout determines the columns. It reads no further than the first sentence.
func (r *Reader) Layout() (Layout, error) {
	r.look()
	if r.err != nil && r.err != io.EOF {
		return Layout{}, r.err
	}
	return r.layout, nil
}

// Read reads the next sentence that has tokens into s. At the end of the input, it returns io.EOF.
// s then has no tokens, but holds the text after the last sentence. A [Writer] that also gets this
// s reproduces the input to the last byte. After any other error s is empty.
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
	start := int32(0) // start of the line in the text of the sentence
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
		fields := len(s.fields)
		kind, err := r.row(s, text, start)
		switch {
		case err != nil && r.opts.Skip != nil:
			r.opts.Skip(err)
			s.fields, kind = s.fields[:fields], otherLine
		case err != nil:
			return err
		}
		if kind == documentLine && s.Len() > 0 {
			r.lines.Unread()
			return nil
		}
		switch {
		case kind <= documentLine && s.Len() == 0:
			s.lines = s.lines[:0] // so far, these lines only precede the sentence
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

// row returns the kind of a line and appends the fields of a token to s.fields. start is the
// position of the line in the text of the sentence.
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

// trim removes blanks at the end of a row from its fields, s.fields[n:], and returns the remaining
// fields. It removes surplus blank fields and trailing spaces of the last field. Rows separated by
// blanks have neither.
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

// look determines the layout. next reports errors of the input later.
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
		// All lines may be comments, but the number of columns decides.
		first, _, _ := bytes.Cut(head, []byte("\n"))
		r.decide(lines.CutEnd(first))
	}
	var s Sentence
	probe := Reader{layout: r.layout, lines: lines.Of(head, r.lines.Limit, place), looked: true}
	if err := probe.Read(&s); err == nil {
		r.layout.Numbered = isNumbered(&s)
	}
}

// decide sets the separator and the number of columns from the first row.
func (r *Reader) decide(row []byte) {
	r.layout.Tabs = r.opts.Tabs || bytes.IndexByte(row, '\t') >= 0
	r.layout.Columns = r.opts.Columns
	if r.layout.Columns <= 0 {
		r.layout.Columns = len(split(nil, row, 0, r.layout.Tabs))
	}
}

// narrow drops blank fields at the end of the first row if another row does not have them.
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

// isNumbered reports whether the first column counts 1, 2, 3 ... A single row with two columns does
// not count, because its word may be the number 1.
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

// mayBeComment reports whether a CoNLL line is a comment unless its columns make it a token.
func mayBeComment(line []byte) bool {
	return len(line) > 0 && line[0] == '#' && (len(line) == 1 || line[1] == ' ' || line[1] == '\t')
}
