package rawlines

import (
	"bufio"
	"bytes"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// Max is the maximum length of a line in bytes.
const Max = 16 << 20

// Reader reads a file line by line.
type Reader struct {
	scanner *bufio.Scanner
	name    string
	number  int
}

// NewReader returns a reader of r. Errors contain name.
func NewReader(r io.Reader, name string) *Reader {
	l := &Reader{scanner: bufio.NewScanner(r), name: name}
	l.scanner.Buffer(nil, Max)
	l.scanner.Split(split)
	return l
}

func split(data []byte, atEOF bool) (advance int, line []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// Next returns the next line without its LF, or io.EOF. Other errors are *corpus.ParseError values.
func (l *Reader) Next() (string, error) {
	if l.scanner.Scan() {
		l.number++
		return l.scanner.Text(), nil
	}
	err := l.scanner.Err()
	if err == nil {
		return "", io.EOF
	}
	l.number++
	if err == bufio.ErrTooLong {
		err = corpus.ErrTooLong
	}
	return "", l.Fail(err)
}

// Fail returns err with the position of the last line read.
func (l *Reader) Fail(err error) error {
	return &corpus.ParseError{File: l.name, Line: l.number, Err: err}
}
