package corpus

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// An Edit lists changes to a sentence that is written.
type Edit struct {
	// Append holds new last columns. Append[k][t] is the value for token t. The separator is that
	// of the sentence: a tab or one space. CoNLL-U allows no new columns.
	Append [][]string
	// Replace, unless nil, holds one value per token for column Column (from 0).
	Replace []string
	Column  int
	// More replaces additional columns.
	More []Replacement
	// Comments are lines before the sentence. The Writer puts "# " before each.
	Comments []string
	// Again omits the text before the sentence. Use it for a sentence that is written more than
	// once, as in n-best lists.
	Again bool
}

// A Replacement holds one value per token for a column (from 0).
type Replacement struct {
	Column int
	Values []string
}

// A Writer writes sentences back. Each call makes one Write. Put a [bufio.Writer] below it for
// speed. Without one, the reader of a pipe sees each sentence at once.
type Writer struct {
	w      io.Writer
	buf    []byte
	fields []field

	begun  bool // bytes have been written
	inLine bool // the last line has no line end
	inText bool // the last line is not blank
}

// NewWriter returns a writer to w.
func NewWriter(w io.Writer) *Writer { return &Writer{w: w} }

// Reset makes w write to another writer and resets its state.
func (w *Writer) Reset(to io.Writer) { *w = Writer{w: to, buf: w.buf, fields: w.fields} }

// Write writes s as it was read.
func (w *Writer) Write(s *Sentence) error { return w.WriteEdited(s, Edit{}) }

// WriteEdited writes s with the changes in e. Everything else is written as read, byte for byte,
// with two exceptions. If the previous sentence was the last of its input and had no line end or
// blank line, WriteEdited adds them. If a comment has exactly as many fields as the new rows,
// WriteEdited appends a # field, so that the comment is not read as a token.
func (w *Writer) WriteEdited(s *Sentence, e Edit) error {
	if err := e.check(s); err != nil {
		return err
	}
	w.buf = w.buf[:0]
	if s.bom && !w.begun && !e.Again {
		w.buf = append(w.buf, lines.BOM...)
	}
	start := len(w.buf)
	columns := s.columns + len(e.Append)
	if !e.Again {
		w.head(s, columns)
	}
	for _, c := range e.Comments {
		w.comment(s, "# "+c, columns)
		w.buf = append(w.buf, s.end()...)
	}
	t := 0
	for _, l := range s.lines {
		switch {
		case l.kind == tokenLine:
			w.token(s, e, t, l)
			t++
		case l.kind == commentLine:
			w.comment(s, s.text[l.start:l.end], columns)
		default:
			w.buf = append(w.buf, s.text[l.start:l.end]...)
		}
		w.buf = append(w.buf, s.text[l.end:l.next]...)
	}
	if len(w.buf) > start {
		if gap := w.gap(w.buf[start:]); gap != "" {
			w.buf = slices.Insert(w.buf, start, []byte(gap)...)
		}
	}
	return w.put(w.buf)
}

// Join writes text that another Writer wrote for the sentences of a [Block]. first marks the first
// block of its input. Like WriteEdited, Join adds missing line ends and blank lines after the
// previous input.
func (w *Writer) Join(text []byte, first bool) error {
	body := text
	if first {
		if body = bytes.TrimPrefix(text, []byte(lines.BOM)); w.begun {
			text = body
		}
	}
	if len(body) > 0 {
		if gap := w.gap(body); gap != "" {
			w.buf = append(append(w.buf[:0], gap...), text...)
			text = w.buf
		}
	}
	return w.put(text)
}

// gap returns the separator between the previous text and text, and records how text ends.
func (w *Writer) gap(text []byte) string {
	gap := ""
	if w.inLine || w.inText {
		first, _, _ := bytes.Cut(text, []byte("\n"))
		end := "\n"
		if len(first) > 0 && first[len(first)-1] == '\r' && len(first) < len(text) {
			end = "\r\n"
		}
		first = lines.CutEnd(first)
		if w.inLine {
			gap = end
		}
		if w.inText && !lines.IsBlank(first) && !isDocument(first) {
			gap += end
		}
	}
	w.inLine = text[len(text)-1] != '\n'
	last := lines.CutEnd(text)
	w.inText = !lines.IsBlank(last[bytes.LastIndexByte(last, '\n')+1:])
	return gap
}

// put makes one Write, unless text is empty.
func (w *Writer) put(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	w.begun = true
	_, err := w.w.Write(text)
	return err
}

// head writes the text before the sentence.
func (w *Writer) head(s *Sentence, columns int) {
	head := s.text[:s.body()]
	if columns == s.columns {
		w.buf = append(w.buf, head...)
		return
	}
	for l := range strings.Lines(head) {
		text := l[:len(lines.CutEnd([]byte(l)))]
		w.comment(s, text, columns)
		w.buf = append(w.buf, l[len(text):]...)
	}
}

// comment writes a line that is not a token, without its line end. It changes the line if it would
// be a token among rows with this number of columns.
func (w *Writer) comment(s *Sentence, text string, columns int) {
	start := len(w.buf)
	w.buf = append(w.buf, text...)
	if s.format != CoNLL || !mayBeComment(w.buf[start:]) {
		return
	}
	w.fields = split(w.fields[:0], w.buf[start:], 0, s.tabs)
	if len(w.fields) == columns && !anyBlank(w.fields, w.buf[start:], 0) {
		w.buf = append(w.buf, s.separator(), '#')
	}
}

func (w *Writer) token(s *Sentence, e Edit, t int, l line) {
	from := l.start
	for c := e.next(0); c < s.columns; c = e.next(c + 1) {
		f := s.fields[t*s.columns+c]
		w.buf = append(w.buf, s.text[from:f.start]...)
		w.buf = append(w.buf, e.values(c)[t]...)
		from = f.end
	}
	end := l.end
	if s.tabs && len(e.Append) > 0 {
		end = s.fields[(t+1)*s.columns-1].end // trailing blanks would become another column
	}
	w.buf = append(w.buf, s.text[from:end]...)
	for _, column := range e.Append {
		w.buf = append(w.buf, s.separator())
		w.buf = append(w.buf, column[t]...)
	}
}

// next returns the first column from c on that e replaces, or a large number if there is none.
func (e *Edit) next(c int) int {
	first := math.MaxInt
	if e.Replace != nil && e.Column >= c {
		first = e.Column
	}
	for _, m := range e.More {
		if m.Column >= c {
			first = min(first, m.Column)
		}
	}
	return first
}

func (e *Edit) values(c int) []string {
	for _, m := range e.More {
		if m.Column == c {
			return m.Values
		}
	}
	return e.Replace
}

// check rejects edits that do not match s, and values that would be read back differently.
func (e *Edit) check(s *Sentence) error {
	if len(e.Append) > 0 && s.format == CoNLLU {
		return fmt.Errorf("appended column: %w: CoNLL-U has a fixed number of columns", ErrUnwritable)
	}
	if e.Replace != nil {
		if err := checkReplaced(s, e.Column, e.Replace); err != nil {
			return err
		}
	}
	for k, m := range e.More {
		if e.Replace != nil && m.Column == e.Column || slices.ContainsFunc(e.More[:k], func(o Replacement) bool { return o.Column == m.Column }) {
			return fmt.Errorf("column %d is replaced twice: %w", m.Column+1, ErrColumn)
		}
		if err := checkReplaced(s, m.Column, m.Values); err != nil {
			return err
		}
	}
	for _, c := range e.Append {
		if err := checkColumn(s, c); err != nil {
			return err
		}
	}
	for _, c := range e.Comments {
		if strings.ContainsAny(c, "\n\r\t\x00") {
			return fmt.Errorf("comment %q: %w: it contains a tab, line end or NUL", c, ErrUnwritable)
		}
	}
	return nil
}

func checkReplaced(s *Sentence, column int, values []string) error {
	if column < 0 || s.Len() > 0 && column >= s.columns {
		return fmt.Errorf("replace column %d of %d: %w", column+1, s.columns, ErrColumn)
	}
	return checkColumn(s, values)
}

func checkColumn(s *Sentence, values []string) error {
	if len(values) != s.Len() {
		return fmt.Errorf("%d values for %d tokens: %w", len(values), s.Len(), ErrUnwritable)
	}
	for _, v := range values {
		if !writable(v, s.tabs) {
			return fmt.Errorf("field %q: %w: it is empty or contains a separator, line end or NUL", v, ErrUnwritable)
		}
	}
	return nil
}

// writable reports whether v is read back as a single field.
func writable(v string, tabs bool) bool {
	for i := range len(v) {
		switch v[i] {
		case '\n', '\r', '\t', 0:
			return false
		case ' ':
			if !tabs {
				return false
			}
		}
	}
	return v != ""
}
