package corpus

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Limits that no real corpus meets, so that no input makes a reader hold all of it.
const (
	maxLine      = 16 << 20
	maxSentence  = 256 << 20
	maxLookahead = 1 << 20
)

const bom = "\uFEFF"

// lineReader yields lines with their ends. Lines that were looked at are read again.
type lineReader struct {
	name   string
	in     *bufio.Reader
	head   []byte // whole lines, looked at and not yet read
	line   []byte // the line that next returned last
	number int    // of that line, from 1
	again  bool   // next returns that line again
	limit  int    // bytes of a sentence
	begun  bool   // fetch has seen the first line
	bom    bool   // the input began with a byte order mark, which no line shows
	long   []byte // memory of lines that do not fit into in
	err    error  // what every further fetch returns
}

func newLineReader(r io.Reader, name string) lineReader {
	return lineReader{name: name, limit: maxSentence, in: bufio.NewReaderSize(r, 64<<10)}
}

// next returns the next line with its end, valid until the call after. Its errors are positioned.
func (l *lineReader) next() ([]byte, error) {
	if l.again {
		l.again = false
		l.number++
		return l.line, nil
	}
	line := l.head
	if len(line) > 0 {
		if i := bytes.IndexByte(line, '\n'); i >= 0 {
			line = line[:i+1]
		}
		l.head = l.head[len(line):]
	} else {
		var err error
		l.head = nil
		if line, err = l.fetch(); err != nil {
			return nil, l.wrap(err)
		}
	}
	l.line = line
	l.number++
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, l.fail(0, ErrBinary)
	}
	return line, nil
}

// unread makes next return its line once more.
func (l *lineReader) unread() {
	l.again = true
	l.number--
}

// peek reads one more line ahead of next and returns it.
func (l *lineReader) peek() ([]byte, error) {
	line, err := l.fetch()
	l.head = append(l.head, line...)
	return line, err
}

func (l *lineReader) fetch() ([]byte, error) {
	if l.err != nil {
		return nil, l.err
	}
	line, err := l.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		l.long = l.long[:0]
		for err == bufio.ErrBufferFull && len(l.long) <= maxLine {
			l.long = append(l.long, line...)
			line, err = l.in.ReadSlice('\n')
		}
		l.long = append(l.long, line...)
		line = l.long
	}
	if len(line) > maxLine {
		err = fmt.Errorf("line of more than %d MiB: %w", maxLine>>20, ErrTooLong)
	}
	l.err = err
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !l.begun {
		l.begun = true
		if l.bom = bytes.HasPrefix(line, []byte(bom)); l.bom {
			line = line[len(bom):]
		}
	}
	if len(line) == 0 {
		return nil, err
	}
	return line, nil
}

// fail positions err at the line that next returned last.
func (l *lineReader) fail(column int, err error) error {
	return &ParseError{File: l.name, Line: l.number, Column: column, Err: err}
}

// checkSize refuses a sentence of n bytes that is too long.
func (l *lineReader) checkSize(n int) error {
	if n > l.limit {
		return l.fail(0, fmt.Errorf("sentence of more than %d MiB: %w", l.limit>>20, ErrTooLong))
	}
	return nil
}

// wrap says which input err is about; io.EOF stays as it is.
func (l *lineReader) wrap(err error) error {
	var path *fs.PathError
	switch {
	case err == io.EOF:
		return err
	case errors.Is(err, ErrTooLong):
		return &ParseError{File: l.name, Line: l.number + 1, Err: err}
	case l.name == "" || errors.As(err, &path) && path.Path == l.name:
		return err
	}
	return fmt.Errorf("%s: %w", l.name, err)
}

// cutEnd returns line without its end: LF, CR LF, or the CRs that a conversion doubled.
func cutEnd(line []byte) []byte {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
	}
	for n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n]
}

// isBlank reports whether line, without its end, holds spaces and tabs only.
func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}
