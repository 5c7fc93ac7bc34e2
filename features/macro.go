package features

import (
	"errors"
	"fmt"
	"strings"
)

// macro is a parsed %c[offset,column,argument].
type macro struct {
	op       op
	absolute bool   // offset counts from the first token (1, 2, ...) or the last (-1, -2, ...)
	offset   int    // relative to the current token, unless absolute
	column   int    // of the input, if name is empty
	name     string // name of the column
	length   int    // length of an affix, in characters
	flag     flag   // argument of %k
	re       *regex // argument of %t and %m
}

type argument int

const (
	noArgument     argument = iota
	regexArgument           // ,"re"
	lengthArgument          // ,n
	flagArgument            // ,name or nothing
)

// macros gives, for the letter of a macro, its op, its argument and the first dialect that has it.
var macros = map[byte]struct {
	op    op
	arg   argument
	since Dialect
}{
	'x': {opToken, noArgument, DialectCRFPP},
	'X': {opTokenASCIILower, noArgument, DialectWapiti},
	't': {opTest, regexArgument, DialectWapiti},
	'T': {opTest, regexArgument, DialectWapiti},
	'm': {opMatch, regexArgument, DialectWapiti},
	'M': {opMatchASCIILower, regexArgument, DialectWapiti},
	'p': {opPrefix, lengthArgument, DialectTrellis},
	'P': {opPrefixLower, lengthArgument, DialectTrellis},
	's': {opSuffix, lengthArgument, DialectTrellis},
	'S': {opSuffixLower, lengthArgument, DialectTrellis},
	'h': {opShape, noArgument, DialectTrellis},
	'H': {opShapeRuns, noArgument, DialectTrellis},
	'l': {opLower, noArgument, DialectTrellis},
	'd': {opDigits, noArgument, DialectTrellis},
	'D': {opDigitsLower, noArgument, DialectTrellis},
	'k': {opKind, flagArgument, DialectTrellis},
	'v': {opValue, noArgument, DialectTrellis},
}

const (
	maxCRFPPOffset = 8
	maxNumber      = 1 << 20 // larger offsets and columns are mistakes
	maxAffix       = 255
)

// cursor reads one line.
type cursor struct {
	s       string
	pos     int
	dialect Dialect
}

// peek returns the byte at pos, or 0 at the end.
func (c *cursor) peek() byte {
	if c.pos < len(c.s) {
		return c.s[c.pos]
	}
	return 0
}

// found describes the byte at pos for an error message.
func (c *cursor) found() string {
	if c.pos >= len(c.s) {
		return "the end of the line"
	}
	return fmt.Sprintf("%q", c.s[c.pos:c.pos+1])
}

func (c *cursor) accept(b byte) bool {
	if c.peek() != b {
		return false
	}
	c.pos++
	return true
}

func (c *cursor) expect(b byte) error {
	if !c.accept(b) {
		return fmt.Errorf("want %q, found %s", b, c.found())
	}
	return nil
}

// macro reads a macro from % to ].
func (c *cursor) macro() (m macro, err error) {
	c.pos++
	spec, known := macros[c.peek()]
	if !known || spec.since > c.dialect {
		return m, fmt.Errorf("%s after %% is not a macro of the %v dialect", c.found(), c.dialect)
	}
	m.op = spec.op
	c.pos++
	if err := c.expect('['); err != nil {
		return m, err
	}
	m.absolute = c.dialect != DialectCRFPP && c.accept('@')
	if m.offset, err = c.number(true); err != nil {
		return m, fmt.Errorf("token offset: %w", err)
	}
	if c.dialect == DialectCRFPP && (m.offset < -maxCRFPPOffset || m.offset > maxCRFPPOffset) {
		return m, fmt.Errorf("token offset %d: CRF++ allows at most %d tokens", m.offset, maxCRFPPOffset)
	}
	if err := c.expect(','); err != nil {
		return m, err
	}
	if err := c.columnRef(&m); err != nil {
		return m, err
	}
	switch spec.arg {
	case regexArgument:
		m.re, err = c.regex()
	case lengthArgument:
		m.length, err = c.affixLength()
	case flagArgument:
		if c.accept(',') {
			m.op = opFlag
			m.flag, err = c.flag()
		}
	}
	if err != nil {
		return m, err
	}
	return m, c.expect(']')
}

// number reads an integer. CRF++ accepts digits, with an optional minus sign for offsets. Wapiti
// also accepts a plus sign and leading blanks.
func (c *cursor) number(signed bool) (int, error) {
	negative := false
	if c.dialect != DialectCRFPP {
		c.skipBlanks()
	}
	switch {
	case signed && c.accept('-'):
		negative = true
	case c.dialect != DialectCRFPP:
		c.accept('+')
	}
	if !isDigit(c.peek()) {
		return 0, fmt.Errorf("want a number, found %s", c.found())
	}
	n := 0
	for ; isDigit(c.peek()); c.pos++ {
		if n = 10*n + int(c.peek()-'0'); n > maxNumber {
			return 0, fmt.Errorf("number is above %d", maxNumber)
		}
	}
	if negative {
		n = -n
	}
	return n, nil
}

func (c *cursor) skipBlanks() {
	for isBlank(c.peek()) {
		c.pos++
	}
}

// columnRef reads a column number or, in DialectTrellis, a column name.
func (c *cursor) columnRef(m *macro) (err error) {
	if c.dialect == DialectTrellis {
		c.skipBlanks()
		if m.name = c.word(); m.name != "" {
			return nil
		}
	}
	if m.column, err = c.number(false); err != nil {
		return fmt.Errorf("column: %w", err)
	}
	return nil
}

// word reads a letter followed by letters, digits, dots, hyphens and underscores, or nothing.
func (c *cursor) word() string {
	start := c.pos
	for {
		b := c.peek()
		if !isLetter(b) && (c.pos == start || !isDigit(b) && b != '.' && b != '-' && b != '_') {
			return c.s[start:c.pos]
		}
		c.pos++
	}
}

// regex reads ,"re". A backslash escapes the next character, so \" does not end the expression.
// Both stay in the expression.
func (c *cursor) regex() (*regex, error) {
	if err := c.expect(','); err != nil {
		return nil, err
	}
	if err := c.expect('"'); err != nil {
		return nil, err
	}
	start := c.pos
	for c.pos < len(c.s) && c.s[c.pos] != '"' {
		if c.s[c.pos] == '\\' && c.pos+1 < len(c.s) {
			c.pos++
		}
		c.pos++
	}
	if c.pos >= len(c.s) {
		c.pos = start
		return nil, errors.New("regular expression has no closing \"")
	}
	re, errPos, err := compileRegex(c.s[start:c.pos])
	if err != nil {
		c.pos = start + errPos
		return nil, fmt.Errorf("regular expression: %w", err)
	}
	c.pos++
	return re, nil
}

func (c *cursor) affixLength() (int, error) {
	if err := c.expect(','); err != nil {
		return 0, err
	}
	n, err := c.number(false)
	if err == nil && (n < 1 || n > maxAffix) {
		err = fmt.Errorf("%d is not in 1..%d", n, maxAffix)
	}
	if err != nil {
		return 0, fmt.Errorf("affix length: %w", err)
	}
	return n, nil
}

func (c *cursor) flag() (flag, error) {
	c.skipBlanks()
	start := c.pos
	name := c.word()
	for f, n := range flagNames {
		if n == name {
			return flag(f), nil
		}
	}
	c.pos = start
	return 0, fmt.Errorf("unknown flag %q: want one of %s", name, strings.Join(flagNames[:], ", "))
}
