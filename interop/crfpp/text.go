package crfpp

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// textStart is the start of every text model, and of no binary model.
const textStart = "version: "

var errShort = errors.New("file is truncated")

// lines iterates over the lines of a text, without line ends.
type lines struct {
	rest   []byte
	number int // number of the last line, from 1
}

func (l *lines) next() (line []byte, ok bool) {
	if len(l.rest) == 0 {
		return nil, false
	}
	line, l.rest, _ = bytes.Cut(l.rest, []byte{'\n'})
	l.number++
	return line, true
}

// section passes lines to take up to the next empty line, which ends the section.
func (l *lines) section(take func(line []byte) error) error {
	for {
		line, ok := l.next()
		switch {
		case !ok:
			return errShort
		case len(line) == 0:
			return nil
		}
		if err := take(line); err != nil {
			return err
		}
	}
}

// parseText reads the five sections of a text model: header, labels, templates, attributes,
// weights.
func parseText(data []byte) (content, error) {
	l := &lines{rest: data}
	c, err := textParts(l)
	if err != nil {
		err = fmt.Errorf("line %d: %w", l.number, err)
	}
	return c, err
}

func textParts(l *lines) (content, error) {
	c := content{costFactor: 1, columns: -1}
	count := -1
	if err := l.section(func(line []byte) error { return c.header(line, &count) }); err != nil {
		return c, err
	}
	if count < 0 || c.columns < 0 {
		return c, errors.New("the header lacks maxid or xsize")
	}
	if left := bytes.Count(l.rest, []byte{'\n'}) + 1; count > left {
		return c, fmt.Errorf("%d weights announced, but only %d lines remain", count, left)
	}
	err := l.section(func(line []byte) error {
		c.labels = append(c.labels, string(line))
		return nil
	})
	if err != nil {
		return c, err
	}
	err = l.section(func(line []byte) error {
		c.templates = append(c.templates, string(line))
		return nil
	})
	if err != nil {
		return c, err
	}
	names, err := l.names()
	if err != nil {
		return c, err
	}
	c.names = names
	c.weights, err = l.weights(count)
	return c, err
}

// header parses a line "key: value" of the first section.
func (c *content) header(line []byte, count *int) error {
	key, value, ok := bytes.Cut(line, []byte(": "))
	if !ok {
		return fmt.Errorf("%q, expected key: value", line)
	}
	var err error
	switch string(key) {
	case "version":
		var version uint64
		version, err = strconv.ParseUint(string(value), 10, 32)
		if err == nil {
			err = checkVersion(uint32(version))
		}
	case "cost-factor":
		c.costFactor, err = strconv.ParseFloat(string(value), 64)
	case "maxid":
		*count, err = parseInt(string(value))
	case "xsize":
		c.columns, err = parseInt(string(value))
	}
	return err
}

// parseInt parses a nonnegative number that fits an int32.
func parseInt(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err
}

// names reads the attributes section. Each line has a number and a name, which may contain blanks.
func (l *lines) names() (*textDictionary, error) {
	size := bytes.Index(l.rest, []byte("\n\n")) + 1
	if size == 0 {
		return nil, errShort
	}
	text := string(l.rest[:size])
	l.rest = l.rest[size+1:]
	n := strings.Count(text, "\n")
	d := &textDictionary{make(map[string]int32, n), make([]string, 0, n)}
	for line := range strings.Lines(text) {
		l.number++
		number, name, ok := strings.Cut(line[:len(line)-1], " ")
		if !ok {
			return nil, fmt.Errorf("%q, expected a number and an attribute", line)
		}
		at, err := parseInt(number)
		if err != nil {
			return nil, err
		}
		d.at[name] = int32(at)
		d.names = append(d.names, name)
		if len(d.at) < len(d.names) {
			return nil, fmt.Errorf("duplicate attribute %q", name)
		}
	}
	l.number++
	slices.Sort(d.names)
	return d, nil
}

// weights reads the last section: count numbers, one per line.
func (l *lines) weights(count int) ([]float64, error) {
	w := make([]float64, 0, count)
	for {
		line, ok := l.next()
		if ok == (len(w) == count) {
			return nil, fmt.Errorf("%d weights or more, expected %d", len(w), count)
		}
		if !ok {
			return w, nil
		}
		v, err := strconv.ParseFloat(string(line), 64)
		if err != nil {
			return nil, err
		}
		w = append(w, v)
	}
}

type textDictionary struct {
	at    map[string]int32
	names []string // sorted
}

func (d *textDictionary) find(name []byte) (int32, bool) {
	at, ok := d.at[string(name)]
	return at, ok
}

func (d *textDictionary) walk(yield func(name []byte, at int32) bool) error {
	for _, name := range d.names {
		if !yield([]byte(name), d.at[name]) {
			break
		}
	}
	return nil
}
