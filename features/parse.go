package features

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxSource limits the size of a template file, in bytes. Real files are far smaller. The limit
// quickly rejects a corpus that is passed by mistake.
const maxSource = 4 << 20

// Templates is a parsed template file. It is immutable and safe for concurrent use.
type Templates struct {
	name    string
	source  string
	dialect Dialect
	lines   []line
}

// line is one template.
type line struct {
	number   int // line number in the file, from 1
	unigram  bool
	bigram   bool
	optional bool
	items    []item
}

// item is a literal, or a macro if macro.op is set.
type item struct {
	literal string
	macro   macro
	column  int // position of the macro in its line, in bytes, from 1
}

// bare reports whether the template yields the same string everywhere.
func (l *line) bare() bool {
	for i := range l.items {
		if l.items[i].macro.op != 0 {
			return false
		}
	}
	return true
}

// text returns the literal text of a bare template.
func (l *line) text() string {
	var b strings.Builder
	for i := range l.items {
		b.WriteString(l.items[i].literal)
	}
	return b.String()
}

// Parse reads a template file. Errors contain name. Errors with a position in the file have type
// [*ParseError]. With [DialectAuto], the rule in the package documentation chooses the dialect.
func Parse(r io.Reader, name string, dialect Dialect) (*Templates, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSource+1))
	if err != nil {
		return nil, fmt.Errorf("read templates %s: %w", name, err)
	}
	if len(data) > maxSource {
		return nil, fmt.Errorf("%s: not a template file: larger than %d bytes", name, maxSource)
	}
	source := string(data)
	text := strings.TrimPrefix(source, "\ufeff")
	switch dialect {
	case DialectAuto:
		dialect = detect(text)
	case DialectCRFPP, DialectWapiti, DialectTrellis:
	default:
		return nil, fmt.Errorf("%s: unknown template dialect %v", name, dialect)
	}
	t := &Templates{name: name, source: source, dialect: dialect}
	number := 0
	for raw := range strings.Lines(text) {
		number++
		l, column, err := parseLine(strings.TrimSuffix(raw, "\n"), dialect)
		if err != nil {
			return nil, &ParseError{File: name, Line: number, Column: column, Err: err}
		}
		if l.items != nil {
			l.number = number
			t.lines = append(t.lines, l)
		}
	}
	if len(t.lines) == 0 {
		return nil, &ParseError{File: name, Line: max(number, 1), Column: 1, Err: ErrNoTemplates}
	}
	return t, nil
}

// Source returns the text of the file. Parsing it again with Dialect gives the same Templates.
func (t *Templates) Source() string { return t.source }

// Dialect returns the dialect of the file, never DialectAuto.
func (t *Templates) Dialect() Dialect { return t.dialect }

// Name returns the name given to Parse.
func (t *Templates) Name() string { return t.name }

// Transitions reports whether a bigram template without a macro, usually the last line `B` or `b`,
// requests plain label transitions. Such a template yields no attribute.
func (t *Templates) Transitions() bool { return len(t.TransitionNames()) > 0 }

// TransitionNames returns the text of the bigram templates without a macro, in file order. CRF++
// and Wapiti models use these names for the label transitions.
func (t *Templates) TransitionNames() []string {
	var names []string
	for i := range t.lines {
		if l := &t.lines[i]; l.bigram && l.bare() {
			names = append(names, l.text())
		}
	}
	return names
}

// Reads reports whether a template uses a column with this name.
func (t *Templates) Reads(name string) bool {
	for i := range t.lines {
		for j := range t.lines[i].items {
			if t.lines[i].items[j].macro.name == name {
				return true
			}
		}
	}
	return false
}

// parseLine reads one line without its LF. A comment or an empty line has no items. The column,
// from 1, is the position of an error.
func parseLine(s string, dialect Dialect) (l line, column int, err error) {
	if i := strings.IndexByte(s, 0); i >= 0 {
		return l, i + 1, errors.New("zero byte: not a text file")
	}
	c := cursor{s: s, dialect: dialect}
	if dialect == DialectCRFPP {
		if s == "" || s == "\r" || s[0] == '#' {
			return l, 0, nil
		}
	} else {
		c.s, _, _ = strings.Cut(s, "#")
		c.s = strings.TrimRight(c.s, blanks)
		if c.s == "" {
			return l, 0, nil
		}
	}
	if dialect == DialectTrellis && c.s[0] == '?' {
		l.optional = true
		c.pos++
	}
	if l.unigram, l.bigram, err = c.kind(); err == nil {
		l.items, err = c.items()
	}
	if err == nil {
		err = l.checkValue()
	}
	return l, c.pos + 1, err
}

// checkValue returns an error if a template has a %v and another macro, or is not a unigram
// template.
func (l *line) checkValue() error {
	macros, value := 0, false
	for i := range l.items {
		if op := l.items[i].macro.op; op != 0 {
			macros++
			value = value || op == opValue
		}
	}
	switch {
	case value && macros > 1:
		return errors.New("%v must be the only macro in its line")
	case value && l.bigram:
		return errors.New("%v is allowed only in lines that start with u")
	}
	return nil
}

// kind reads the first byte of a template, which remains part of its text.
func (c *cursor) kind() (unigram, bigram bool, err error) {
	first := c.peek()
	if c.dialect == DialectCRFPP {
		if first != 'U' && first != 'B' {
			return false, false, fmt.Errorf("a CRF++ template starts with U or B, not with %s", c.found())
		}
		return first == 'U', first == 'B', nil
	}
	switch first {
	case 'u', 'U':
		return true, false, nil
	case 'b', 'B':
		return false, true, nil
	case '*':
		return true, true, nil
	}
	return false, false, fmt.Errorf("a template starts with u, b or *, not with %s", c.found())
}

// items reads the rest of the line: literals and macros.
func (c *cursor) items() ([]item, error) {
	var items []item
	for c.pos < len(c.s) {
		if c.s[c.pos] == '%' {
			at := c.pos
			m, err := c.macro()
			if err != nil {
				return nil, err
			}
			items = append(items, item{macro: m, column: at + 1})
			continue
		}
		start := c.pos
		for c.pos < len(c.s) && c.s[c.pos] != '%' {
			c.pos++
		}
		literal := c.s[start:c.pos]
		if len(items) == 0 && c.dialect != DialectCRFPP {
			literal = string(asciiLower(literal[0])) + literal[1:]
		}
		items = append(items, item{literal: literal})
	}
	return items, nil
}

func asciiLower(b byte) byte {
	if isLetter(b) {
		b |= 0x20
	}
	return b
}
