package standoff

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/corpus"
)

// maxDocument is the longest document in bytes of JSON, so that no input makes a reader hold all
// of it.
const maxDocument = 256 << 20

const bom = "\uFEFF"

var (
	errUTF8   = errors.New("the document is not UTF-8; convert the file, for instance with iconv")
	errBroken = errors.New("the document is incomplete: the file ends inside it")
)

// values reads JSON values one after another: those of JSON Lines, or the elements of one array. A
// value may have several lines.
type values struct {
	r     *bufio.Reader
	name  string
	line  int    // of the next byte
	raw   []byte // the value that next has read
	first int    // the line on which it starts
	begun bool
	array bool // the values are elements of an array
	ended bool // the array has ended
	some  bool // a value was read
	limit int
}

func newValues(r io.Reader, name string) values {
	return values{r: bufio.NewReaderSize(r, 64<<10), name: name, line: 1, limit: maxDocument}
}

// next reads the next value into raw. It returns io.EOF behind the last one.
func (v *values) next() error {
	v.raw = v.raw[:0]
	if !v.begun {
		v.begun = true
		if err := v.begin(); err != nil || len(v.raw) > 0 {
			return err
		}
	}
	c, err := v.skip()
	for err == nil && v.array && !v.ended {
		switch {
		case c == ']':
			v.ended = true
		case !v.some:
			return v.value(c)
		case c != ',':
			return v.fail(fmt.Errorf("found %q between documents of the array, expected a comma or ]", c))
		default:
			if c, err = v.skip(); err != nil {
				return v.broken(err)
			}
			return v.value(c)
		}
		c, err = v.skip()
	}
	switch {
	case errors.Is(err, io.EOF) && v.array && !v.ended:
		return v.broken(err)
	case err != nil:
		return err
	case v.ended:
		return v.fail(fmt.Errorf("found %q after the end of the array, expected nothing", c))
	}
	return v.value(c)
}

// begin skips a byte order mark and reads the start of an array. A pair of spaCy starts like an
// array: begin reads it whole.
func (v *values) begin() error {
	if head, _ := v.r.Peek(len(bom)); string(head) == bom {
		_, _ = v.r.Discard(len(bom))
	}
	c, err := v.skip()
	if err != nil {
		return err
	}
	if c != '[' {
		return v.r.UnreadByte()
	}
	first := v.line
	c, err = v.skip()
	if err != nil {
		return v.broken(err)
	}
	if c != '"' {
		v.array = true
		return v.r.UnreadByte()
	}
	if err := v.r.UnreadByte(); err != nil {
		return err
	}
	v.first, v.some = first, true
	v.raw = append(v.raw, '[')
	return v.rest(1)
}

// value reads the value that starts with c.
func (v *values) value(c byte) error {
	v.first, v.some = v.line, true
	if c != '{' && c != '[' {
		return v.fail(fmt.Errorf("found %q, expected a document that starts with { or [", c))
	}
	v.raw = append(v.raw, c)
	return v.rest(1)
}

// rest reads up to the bracket that closes the value, inside which so many are open.
func (v *values) rest(depth int) error {
	inString, escaped := false, false
	for depth > 0 {
		c, err := v.r.ReadByte()
		if err != nil {
			return v.broken(err)
		}
		if len(v.raw) >= v.limit {
			return v.fail(fmt.Errorf("document of more than %d MiB: %w", v.limit>>20, corpus.ErrTooLong))
		}
		v.raw = append(v.raw, c)
		switch {
		case c == '\n':
			v.line++
			escaped = false
		case escaped:
			escaped = false
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
	}
	if !utf8.Valid(v.raw) {
		return v.fail(errUTF8)
	}
	return nil
}

// skip returns the next byte that is no white space.
func (v *values) skip() (byte, error) {
	for {
		switch c, err := v.r.ReadByte(); {
		case err != nil:
			return 0, v.wrap(err)
		case c == '\n':
			v.line++
		case c != ' ' && c != '\t' && c != '\r':
			return c, nil
		}
	}
}

// broken is the error of an input that ends, or cannot be read, inside a value.
func (v *values) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return v.at(v.first, errBroken)
	}
	return v.wrap(err)
}

// wrap adds the name of the input to an error of reading it.
func (v *values) wrap(err error) error {
	var path *fs.PathError
	if errors.Is(err, io.EOF) || v.name == "" || errors.As(err, &path) {
		return err
	}
	return fmt.Errorf("%s: %w", v.name, err)
}

func (v *values) fail(err error) error { return v.at(v.line, err) }

func (v *values) at(line int, err error) error {
	return &corpus.ParseError{File: v.name, Line: max(line, 1), Err: err}
}
