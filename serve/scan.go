package serve

import (
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is the number of nested objects and arrays that a body may have.
const maxDepth = 100

// A scanner reads JSON strictly, without reflection. It accepts exactly the texts that RFC 8259
// allows, up to a depth. The caller decides which values it expects.
type scanner struct {
	data  []byte
	at    int
	depth int
}

// errJSON is an error of a JSON text.
type errJSON struct {
	at   int // in bytes
	what string
}

func (e *errJSON) Error() string { return fmt.Sprintf("byte %d: %s", e.at+1, e.what) }

func (s *scanner) fail(format string, a ...any) error {
	return &errJSON{s.at, fmt.Sprintf(format, a...)}
}

// expected is the error of an unexpected character.
func (s *scanner) expected(what string) error {
	if s.at >= len(s.data) {
		return s.fail("unexpected end, expected %s", what)
	}
	r, _ := utf8.DecodeRune(s.data[s.at:])
	return s.fail("found %q, expected %s", r, what)
}

// peek returns the next character after white space, or 0 at the end.
func (s *scanner) peek() byte {
	for s.at < len(s.data) {
		switch c := s.data[s.at]; c {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return c
		}
	}
	return 0
}

// take skips c, if it is the next character.
func (s *scanner) take(c byte) bool {
	if s.peek() != c || s.at >= len(s.data) {
		return false
	}
	s.at++
	return true
}

// end returns an error unless only white space follows.
func (s *scanner) end() error {
	if s.peek(); s.at < len(s.data) {
		return s.expected("the end")
	}
	return nil
}

// object reads an object. Field reads the value of each key.
func (s *scanner) object(field func(key string) error) error {
	if !s.take('{') {
		return s.expected("an object")
	}
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; !s.take('}'); first = false {
		if !first && !s.take(',') {
			return s.expected(`"," or "}"`)
		}
		if s.peek() != '"' {
			return s.expected("a key")
		}
		key, err := s.str()
		if err != nil {
			return err
		}
		if !s.take(':') {
			return s.expected(`":"`)
		}
		if err := field(key); err != nil {
			return err
		}
	}
	s.depth--
	return nil
}

// array reads an array. Element reads each element.
func (s *scanner) array(element func() error) error {
	if !s.take('[') {
		return s.expected("an array")
	}
	if err := s.enter(); err != nil {
		return err
	}
	for first := true; !s.take(']'); first = false {
		if !first && !s.take(',') {
			return s.expected(`"," or "]"`)
		}
		if err := element(); err != nil {
			return err
		}
	}
	s.depth--
	return nil
}

func (s *scanner) enter() error {
	if s.depth++; s.depth > maxDepth {
		return s.fail("more than %d nested values", maxDepth)
	}
	return nil
}

// str reads a string.
func (s *scanner) str() (string, error) {
	if !s.take('"') {
		return "", s.expected("a string")
	}
	start := s.at
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c == '"':
			s.at++
			return string(s.data[start : s.at-1]), nil
		case c == '\\':
			return s.escaped(start)
		case c < ' ':
			return "", s.fail("a control character in a string")
		}
		s.at++
	}
	return "", s.expected(`"\""`)
}

// escaped reads the rest of a string that has escapes.
func (s *scanner) escaped(start int) (string, error) {
	text := append(make([]byte, 0, 2*(s.at-start)+16), s.data[start:s.at]...)
	for s.at < len(s.data) {
		c := s.data[s.at]
		switch {
		case c == '"':
			s.at++
			return string(text), nil
		case c < ' ':
			return "", s.fail("a control character in a string")
		case c != '\\':
			text = append(text, c)
			s.at++
			continue
		}
		if s.at++; s.at == len(s.data) {
			break
		}
		switch c := s.data[s.at]; c {
		case '"', '\\', '/':
			text = append(text, c)
		case 'b':
			text = append(text, '\b')
		case 'f':
			text = append(text, '\f')
		case 'n':
			text = append(text, '\n')
		case 'r':
			text = append(text, '\r')
		case 't':
			text = append(text, '\t')
		case 'u':
			r, ok := s.unicode()
			if !ok {
				return "", s.fail("an escape without four hexadecimal digits")
			}
			text = utf8.AppendRune(text, r)
			continue
		default:
			return "", s.expected("a character that can be escaped")
		}
		s.at++
	}
	return "", s.expected(`"\""`)
}

// unicode reads the rest of an escape \uXXXX, or of a pair of them. A lone surrogate is U+FFFD.
func (s *scanner) unicode() (rune, bool) {
	r, ok := hexRune(s.data[s.at+1:])
	if !ok {
		return 0, false
	}
	s.at += 5
	if !utf16.IsSurrogate(r) {
		return r, true
	}
	if rest := s.data[s.at:]; len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
		if low, ok := hexRune(rest[2:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				s.at += 6
				return pair, true
			}
		}
	}
	return utf8.RuneError, true
}

// hexRune returns the value of four hexadecimal digits.
func hexRune(b []byte) (r rune, ok bool) {
	if len(b) < 4 {
		return 0, false
	}
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// integer reads a whole number between 0 and most.
func (s *scanner) integer(most int) (int, error) {
	what := fmt.Sprintf("a whole number from 0 to %d", most)
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		return 0, s.expected(what)
	}
	from := s.at
	if err := s.skip(); err != nil {
		return 0, err
	}
	var f float64 // 1e2 and 1.0 are whole numbers too
	err := json.Unmarshal(s.data[from:s.at], &f)
	if n := int(max(-1, min(f, float64(most)+1))); err == nil && float64(n) == f && n >= 0 && n <= most {
		return n, nil
	}
	s.at = from
	return 0, s.fail("expected %s", what)
}

// boolean reads true or false.
func (s *scanner) boolean() (bool, error) {
	switch {
	case s.word("true"):
		return true, nil
	case s.word("false"):
		return false, nil
	}
	return false, s.expected("true or false")
}

// null skips null, if it is next.
func (s *scanner) null() bool { return s.word("null") }

func (s *scanner) word(w string) bool {
	if s.peek() != w[0] || len(s.data)-s.at < len(w) || string(s.data[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

// skip reads any value.
func (s *scanner) skip() error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(func(string) error { return s.skip() })
	case c == '[':
		return s.array(s.skip)
	case c == '"':
		_, err := s.str()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case s.word("true") || s.word("false") || s.null():
		return nil
	}
	return s.expected("a value")
}

// number reads a number.
func (s *scanner) number() error {
	from := s.at
	for s.at < len(s.data) {
		switch c := s.data[s.at]; {
		case c >= '0' && c <= '9', c == '-', c == '+', c == '.', c == 'e', c == 'E':
			s.at++
			continue
		}
		break
	}
	if !json.Valid(s.data[from:s.at]) {
		s.at = from
		return s.fail("an ill-formed number")
	}
	return nil
}
