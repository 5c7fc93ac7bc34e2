package attrfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/lines"
)

// An Attribute is an attribute of a token, with its value.
type Attribute struct {
	Name  string
	Value float64
}

// Items are the tokens of one sentence as attributes. The zero value is ready for [Reader.Read],
// which reuses its memory. Strings from Items stay valid, but each keeps the text of the whole
// sentence in memory.
type Items struct {
	Labels     []string
	Attributes [][]Attribute // by token, in file order; names may repeat
	Weight     float64       // training weight of the sentence, by default 1

	lines []int
	flat  []Attribute // backing array of Attributes if a reader filled it
}

// Len returns the number of tokens.
func (it *Items) Len() int { return len(it.Labels) }

// Line returns the line number of token t, from 1.
func (it *Items) Line(t int) int { return it.lines[t] }

// Clone returns a copy that a later Read into it does not change.
func (it *Items) Clone() *Items {
	c := *it
	c.Labels, c.lines, c.flat = slices.Clone(it.Labels), slices.Clone(it.lines), nil
	c.Attributes = make([][]Attribute, len(it.Attributes))
	n := 0
	for _, a := range it.Attributes {
		n += len(a)
	}
	flat := make([]Attribute, 0, n)
	for t, a := range it.Attributes {
		flat = append(flat, a...)
		c.Attributes[t] = flat[len(flat)-len(a) : len(flat) : len(flat)]
	}
	return &c
}

// Warnings counts input that a [Reader] accepts, like CRFsuite or more leniently, although it is
// probably an error.
type Warnings struct {
	// BOM and CRLF count byte order marks and CR LF line ends. The Reader skips them. CRFsuite
	// makes them part of labels and attributes.
	BOM, CRLF int
	// Blank counts the CRLF line ends of empty lines. They end a sentence here. CRFsuite reads a
	// token with the label CR and continues the sentence.
	Blank int
	// Unended is set if the last line has no line end. The Reader reads it like any other line.
	// CRFsuite reads beyond the end and does not terminate.
	Unended bool
	// Values counts values that are not entirely numeric: 2x is read as 2 and x as 0.
	Values int
	// Colons counts colons without a backslash, in a label or after the first colon of an
	// attribute. a:b:c is read as a with value b and an attribute without name with value c.
	Colons int
	// Line is the first line counted in Values or Colons, or 0.
	Line int
}

// A Reader reads the attribute files of CRFsuite.
//
// Runs of tabs separate fields. Spaces are ordinary characters. The first field of a line is the
// label. The others are attributes, name or name:value. \: and \\ stand for : and \, and any other
// backslash is literal. Values are read like atof in C. A missing or empty value is 1. Infinities
// and NaN are errors.
//
// An empty line ends a sentence. Sentences without items are skipped. A first field @weight:2.5
// sets the weight of the sentence, as in the training of CRFsuite. The tagger of CRFsuite reads it
// as a token. Other fields before the label that start with @ are errors. A line with only blanks,
// which CRFsuite reads as an item, is an error.
type Reader struct {
	lines    lines.Reader
	warnings Warnings
	buf      []byte  // unescaped names of the current sentence
	names    []field // labels and attributes in buf, in file order
	tokens   []token
	lent     bool // lines are in a [corpus.Block], and names are substrings of them
	err      error
}

// field is a part of a text.
type field struct{ start, end int32 }

// token is a token of the current sentence.
type token struct {
	attributes int
	buffered   bool // its label and names are in names, not yet in the items
}

// NewReader returns a reader of r. Errors contain name.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{lines: lines.New(r, name, place)}
}

// Warnings returns the counts for the sentences read since the last Open.
func (r *Reader) Warnings() Warnings { return r.warnings }

// Block is [corpus.Reader.Block] for attributes.
func (r *Reader) Block(b *corpus.Block, size int) error {
	if r.err == nil {
		r.err = r.lines.Cut(&b.Block, size, lastEnd)
	}
	return r.err
}

// Open is [corpus.Reader.Open] for attributes. Strings of the items may be substrings of b, so they
// are valid only as long as b does not change. [Items.Clone] does not copy them.
func (r *Reader) Open(b *corpus.Block) {
	r.lines, r.warnings, r.lent, r.err = b.Block.Open(), Warnings{}, true, nil
}

// lastEnd returns the end of the last sentence of text after from, the start of a line. It returns
// 0 if no sentence ends there.
func lastEnd(text []byte, from int) int {
	next := bytes.LastIndexByte(text, '\n') + 1
	for next > from {
		start := bytes.LastIndexByte(text[:next-1], '\n') + 1
		if len(lines.CutEnd(text[start:next])) == 0 {
			return next
		}
		next = start
	}
	return 0
}

// place is the [lines.Place] of this package.
func place(file string, line, column int, err error) error {
	return &corpus.ParseError{File: file, Line: line, Column: column, Err: err}
}

// Read reads the next sentence into it. At the end of the input, it returns io.EOF. After any
// error, it is empty.
func (r *Reader) Read(it *Items) error {
	*it = Items{Labels: it.Labels[:0], Attributes: it.Attributes[:0], lines: it.lines[:0], flat: it.flat[:0]}
	if r.err == nil {
		r.buf, r.names, r.tokens = r.buf[:0], r.names[:0], r.tokens[:0]
		it.Weight = 1
		r.lines.Mark()
		r.err = r.read(it)
	}
	if len(r.tokens) == 0 || r.err != nil && r.err != io.EOF {
		*it = Items{Labels: it.Labels[:0], Attributes: it.Attributes[:0], lines: it.lines[:0], flat: it.flat[:0]}
		return r.err
	}
	text := string(r.buf)
	names, flat := r.names, it.flat
	for t, token := range r.tokens {
		n := token.attributes
		if token.buffered {
			it.Labels[t] = text[names[0].start:names[0].end]
			for i, f := range names[1 : n+1] {
				flat[i].Name = text[f.start:f.end]
			}
			names = names[n+1:]
		}
		it.Attributes = append(it.Attributes, flat[:n:n])
		flat = flat[n:]
	}
	r.tokens = r.tokens[:0]
	return nil
}

// read reads the lines of one sentence. Names go to r, values and weight to it.
func (r *Reader) read(it *Items) error {
	size := 0
	for {
		raw, err := r.lines.Next()
		if err != nil {
			return err
		}
		if r.lines.Number == 1 && r.lines.BOM {
			r.warnings.BOM++
		}
		line := lines.CutEnd(raw)
		text, ended := bytes.CutSuffix(raw, []byte("\n"))
		if len(line) < len(text) {
			r.warnings.CRLF++
			if len(line) == 0 {
				r.warnings.Blank++
			}
		}
		r.warnings.Unended = !ended
		switch {
		case len(line) == 0 && len(r.tokens) > 0:
			return nil
		case len(line) == 0:
			it.Weight = 1 // a declaration ends with its sentence, even if that is empty
			continue
		case lines.IsBlank(line):
			return r.lines.Fail(0, errors.New("line has only blanks; lines between sentences must be empty"))
		}
		size += len(raw)
		if err := r.lines.CheckSize(size); err != nil {
			return err
		}
		if err := r.item(it, line); err != nil {
			return err
		}
	}
}

func (r *Reader) item(it *Items, line []byte) error {
	first := len(it.flat)
	if bytes.IndexByte(line, '\\') < 0 && r.plainItem(it, line) {
		return nil
	}
	labelled := false
	for column := 1; ; column++ {
		for len(line) > 0 && line[0] == '\t' {
			line = line[1:]
		}
		if len(line) == 0 {
			break
		}
		start := len(r.buf)
		line = r.unescape(line)
		end := len(r.buf)
		var value []byte
		colon := len(line) > 0 && line[0] == ':'
		if colon {
			line = r.unescape(line[1:])
			value = r.buf[end:]
			r.buf = r.buf[:end]
		}
		name := r.buf[start:end]
		switch {
		case labelled:
			v, err := r.value(value)
			if err != nil {
				return r.lines.Fail(column, fmt.Errorf("attribute %.40q: %w", name, err))
			}
			it.flat = append(it.flat, Attribute{Value: v})
		case len(name) > 0 && name[0] == '@':
			if err := declare(it, name, value); err != nil {
				return r.lines.Fail(column, err)
			}
			r.buf = r.buf[:start]
			continue
		default:
			labelled = true
			it.Labels = append(it.Labels, "")
			it.lines = append(it.lines, r.lines.Number)
			if colon {
				r.warn(&r.warnings.Colons)
			}
		}
		if len(line) > 0 && line[0] == ':' {
			r.warn(&r.warnings.Colons)
		}
		r.names = append(r.names, field{int32(start), int32(end)})
	}
	if labelled {
		r.tokens = append(r.tokens, token{len(it.flat) - first, true})
	}
	return nil
}

// unescape appends line up to a tab or colon to r.buf and returns the rest.
func (r *Reader) unescape(line []byte) []byte {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\t' || c == ':':
			return line[i:]
		case c == '\\' && i+1 < len(line) && (line[i+1] == ':' || line[i+1] == '\\'):
			i++
		}
		r.buf = append(r.buf, line[i])
	}
	return nil
}

func (r *Reader) value(b []byte) (float64, error) {
	if len(b) == 0 {
		return 1, nil
	}
	v, whole := atof(b)
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return 0, fmt.Errorf("value %.40q is not finite", b)
	}
	if !whole {
		r.warn(&r.warnings.Values)
	}
	return v, nil
}

func (r *Reader) warn(count *int) {
	*count++
	if r.warnings.Line == 0 {
		r.warnings.Line = r.lines.Number
	}
}

// declare reads a field @name:value before the label.
func declare(it *Items, name, value []byte) error {
	if string(name) != "@weight" {
		return fmt.Errorf("unknown declaration %.40q: a label cannot start with @", name)
	}
	w, err := strconv.ParseFloat(string(value), 64)
	if err != nil || !(w >= 0) || math.IsInf(w, 1) {
		return fmt.Errorf("weight %.40q: want a finite number that is not negative", value)
	}
	it.Weight = w
	return nil
}
