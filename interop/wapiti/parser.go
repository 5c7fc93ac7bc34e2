package wapiti

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
)

var errShort = errors.New("file is truncated")

// parser reads values from the front of a file. Like Wapiti, it skips blanks and line ends before
// numbers and marks.
type parser struct {
	data []byte
	at   int
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func (p *parser) blanks() {
	for p.at < len(p.data) && isSpace(p.data[p.at]) {
		p.at++
	}
}

// rest returns the next n bytes for an error message, fewer at the end.
func (p *parser) rest(n int) []byte {
	return p.data[p.at:min(p.at+n, len(p.data))]
}

// skip reads one byte if it is c.
func (p *parser) skip(c byte) bool {
	if p.at == len(p.data) || p.data[p.at] != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) literal(s string) error {
	p.blanks()
	if string(p.rest(len(s))) != s {
		return fmt.Errorf("%q, expected %q", p.rest(len(s)), s)
	}
	p.at += len(s)
	return nil
}

func (p *parser) integer() (uint64, error) {
	p.blanks()
	n := 0
	for n < 20 && p.at+n < len(p.data) && '0' <= p.data[p.at+n] && p.data[p.at+n] <= '9' {
		n++
	}
	if n == 0 {
		return 0, fmt.Errorf("%q, expected a number", p.rest(1))
	}
	v, err := strconv.ParseUint(string(p.rest(n)), 10, 64)
	if err != nil {
		return 0, err
	}
	p.at += n
	return v, nil
}

// netstring reads "LENGTH:BYTES,".
func (p *parser) netstring() (string, error) {
	n, err := p.integer()
	if err != nil {
		return "", err
	}
	if !p.skip(':') {
		return "", fmt.Errorf("%q, expected a colon", p.rest(1))
	}
	if n >= uint64(len(p.data)-p.at) {
		return "", errShort
	}
	s := string(p.rest(int(n)))
	p.at += int(n)
	if !p.skip(',') {
		return "", fmt.Errorf("%q, expected a comma", p.rest(1))
	}
	return s, nil
}

// list reads count netstrings, each of at least 3 bytes.
func (p *parser) list(count uint64) ([]string, error) {
	if left := len(p.data) - p.at; count > uint64(left/3) || count > math.MaxInt32 {
		return nil, fmt.Errorf("%d strings announced, but only %d bytes remain", count, left)
	}
	s := make([]string, count)
	for k := range s {
		var err error
		if s[k], err = p.netstring(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// weight reads "INDEX=VALUE". The value is decimal, or hexadecimal as in C's %a.
func (p *parser) weight() (index uint64, value float64, err error) {
	if index, err = p.integer(); err != nil {
		return 0, 0, err
	}
	if !p.skip('=') {
		return 0, 0, fmt.Errorf("%q, expected an equals sign", p.rest(1))
	}
	n := bytes.IndexFunc(p.data[p.at:], func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	if n < 0 {
		n = len(p.data) - p.at
	}
	if value, err = strconv.ParseFloat(string(p.rest(n)), 64); err != nil {
		return 0, 0, err
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, 0, fmt.Errorf("weight %v", value)
	}
	p.at += n
	return index, value, nil
}
