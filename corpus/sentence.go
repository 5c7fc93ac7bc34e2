package corpus

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Sentence is a sequence of tokens with columns, and the surrounding text. The zero value is
// ready for [Reader.Read], which reuses its memory. Strings from a Sentence stay valid, but each
// keeps the whole text in memory.
type Sentence struct {
	text string // all bytes: the preceding text, then the lines of the sentence
	bom  bool   // the text followed a byte order mark

	// The lines of the sentence. The preceding text (blank lines, document lines, and comments
	// separated by them) is text[:lines[0].start].
	lines  []line
	rows   []int32 // index in lines of each token
	first  int     // number of lines[0] in the file
	fields []field // Len x columns: the fields of the tokens in text

	columns int
	tabs    bool
	format  Format
}

type lineKind uint8

const (
	blankLine lineKind = iota
	documentLine
	commentLine
	tokenLine
	otherLine // a multiword range or empty node
)

type line struct {
	start, end, next int32 // text[start:end] is the line, text[end:next] its line end
	kind             lineKind
}

type field struct{ start, end int32 }

// Len returns the number of tokens.
func (s *Sentence) Len() int { return len(s.rows) }

// Columns returns the number of columns of a token.
func (s *Sentence) Columns() int { return s.columns }

// Field returns column col of token t, both from 0. It panics if there is no such field.
func (s *Sentence) Field(t, col int) string {
	f := s.fields[t*s.columns : (t+1)*s.columns][col]
	return s.text[f.start:f.end]
}

// Row returns the line of token t as read, without its line end.
func (s *Sentence) Row(t int) string {
	l := s.lines[s.rows[t]]
	return s.text[l.start:l.end]
}

// Column appends column col of all tokens to dst[:0] and returns the result.
func (s *Sentence) Column(dst []string, col int) []string {
	dst = slices.Grow(dst[:0], s.Len())
	for t := range s.rows {
		dst = append(dst, s.Field(t, col))
	}
	return dst
}

// Line returns the line number of token t, from 1.
func (s *Sentence) Line(t int) int { return s.first + int(s.rows[t]) }

// Comments appends the comment lines of the sentence, without line ends, to dst[:0] and returns the
// result.
func (s *Sentence) Comments(dst []string) []string {
	dst = dst[:0]
	for _, l := range s.lines {
		if l.kind == commentLine {
			dst = append(dst, s.text[l.start:l.end])
		}
	}
	return dst
}

// String returns the bytes read: the text after the previous sentence, the sentence, and the blank
// line that ends it.
func (s *Sentence) String() string { return s.text }

// Clone returns a copy that a later Read into s does not change.
func (s *Sentence) Clone() *Sentence {
	c := *s
	c.lines, c.rows, c.fields = slices.Clone(s.lines), slices.Clone(s.rows), slices.Clone(s.fields)
	return &c
}

// body returns the start of the sentence's own lines in text.
func (s *Sentence) body() int {
	if len(s.lines) == 0 {
		return len(s.text)
	}
	return int(s.lines[0].start)
}

// end returns the line end of the sentence's lines.
func (s *Sentence) end() string {
	if i := strings.IndexByte(s.text, '\n'); i > 0 && s.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// separator returns the byte that separates an appended column.
func (s *Sentence) separator() byte {
	if s.tabs {
		return '\t'
	}
	return ' '
}

func (s *Sentence) reset() {
	*s = Sentence{lines: s.lines[:0], rows: s.rows[:0], fields: s.fields[:0]}
}

// Weight returns the training weight of the sentence, from a comment "# weight = 2.5". It returns 1
// if there is no such comment.
func (s *Sentence) Weight() (float64, error) {
	for _, l := range s.lines {
		if l.kind != commentLine {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimPrefix(s.text[l.start:l.end], "#"), "=")
		if !ok || strings.TrimSpace(name) != "weight" {
			continue
		}
		w, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil || !(w >= 0 && w <= math.MaxFloat64) {
			return 0, fmt.Errorf("weight %q: want a finite number that is not negative", strings.TrimSpace(value))
		}
		return w, nil
	}
	return 1, nil
}
