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

// An Attribute is what a token shows to the model, and how strongly.
type Attribute struct {
	Name  string
	Value float64
}

// Items are the tokens of one sentence as attributes. Its zero value is ready for
// [Reader.Read], which reuses its memory; strings taken from it stay valid, but each keeps
// the text of the whole sentence in memory.
type Items struct {
	Labels     []string
	Attributes [][]Attribute // of each token, in the order of the file; names may repeat
	Weight     float64       // of the sentence in training, 1 where the file says nothing

	lines []int
	flat  []Attribute // what Attributes points into, where a reader filled it
}

// Len returns the number of tokens.
func (it *Items) Len() int { return len(it.Labels) }

// Line returns the number of the line, from 1, that token t was read from.
func (it *Items) Line(t int) int { return it.lines[t] }

// Clone returns a copy that a later Read into it leaves alone.
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

// Warnings count what a [Reader] read as CRFsuite does, or kindly otherwise, but was hardly
// meant.
type Warnings struct {
	// BOM and CRLF count a byte order mark and line ends of CR LF. They are skipped here, but
	// CRFsuite makes them part of labels and attributes.
	BOM, CRLF int
	// Blank counts those of CRLF that end an empty line: a sentence ends there, but to CRFsuite it
	// is a token whose label is CR, and the sentence goes on.
	Blank int
	// Unended says that the last line has no end. Here it is a line like any other, but CRFsuite reads
	// on beyond it and never ends.
	Unended bool
	// Values counts values that are not numbers as a whole: 2x is 2 and x is 0.
	Values int
	// Colons counts colons that lack their backslash: in a label, or a second one in an attribute
	// (a:b:c is a with value b, then an attribute without name with value c).
	Colons int
	// Line is the first line that Values or Colons counts, or 0.
	Line int
}

// A Reader reads the attribute files of CRFsuite.
//
// Fields are separated by runs of tabs; spaces are ordinary. The first field of a line is the label,
// the others are attributes, name or name:value, in which \: and \\ stand for : and \ and any other
// backslash for itself. A value is read as C's atof reads it, and is 1 if missing or empty;
// infinities and NaN are errors. An empty line ends a sentence; sentences without items are
// skipped. A first field @weight:2.5 gives the sentence a weight, as in CRFsuite's training (its
// tagger takes that for one more token); other fields that start with @ before the label are
// errors. A line of blanks, which CRFsuite takes for an item, is an error.
type Reader struct {
	lines    lines.Reader
	warnings Warnings
	buf      []byte  // unescaped names of a sentence
	names    []field // of labels and attributes in buf, in the order of the file
	tokens   []token
	lent     bool // lines stand in a [corpus.Block], and names are parts of them
	err      error
}

// A field is a part of a text.
type field struct{ start, end int32 }

// A token is one of the sentence that is being read.
type token struct {
	attributes int
	buffered   bool // its label and names are in names, not in the items yet
}

// NewReader returns a reader of r. name stands for the input in errors.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{lines: lines.New(r, name, place)}
}

// Warnings counts what was odd in the sentences read so far, since the last Open.
func (r *Reader) Warnings() Warnings { return r.warnings }

// Block is [corpus.Reader.Block] for attributes.
func (r *Reader) Block(b *corpus.Block, size int) error {
	if r.err == nil {
		r.err = r.lines.Cut(&b.Block, size, lastEnd)
	}
	return r.err
}

// Open is [corpus.Reader.Open] for attributes. The strings of the items are parts of b where that can be, so they are
// valid as long as b is left alone; [Items.Clone] does not change that.
func (r *Reader) Open(b *corpus.Block) {
	r.lines, r.warnings, r.lent, r.err = b.Block.Open(), Warnings{}, true, nil
}

// lastEnd returns where the last sentence of text ends, or 0 if none does behind from, where a line starts.
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

// Read reads the next sentence into it. It returns io.EOF at the end of the input; after any
// error it is empty.
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

// read reads the lines of one sentence: names into r, values and weight into it.
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
			it.Weight = 1 // a declaration ends with its sentence, be that empty
			continue
		case lines.IsBlank(line):
			return r.lines.Fail(0, errors.New("a line of blanks: a line between sentences must be empty"))
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

// item reads the fields of one line.
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

// unescape appends the start of line up to a tab or a colon to r.buf and returns the rest.
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
		return fmt.Errorf("weight %.40q is no finite number of at least 0", value)
	}
	it.Weight = w
	return nil
}
