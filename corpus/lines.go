package corpus

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
)

// Limits that no real corpus meets, so that no input makes a reader hold all of it.
const (
	maxLine      = 16 << 20
	maxSentence  = 256 << 20
	maxLookahead = 1 << 20
)

const (
	bom       = "\uFEFF"
	chunkSize = 64 << 10 // what is read at once
	noNUL     = math.MaxInt
)

// lineReader yields lines with their ends. It keeps the lines since the last call of mark, and reads
// no more than it must: one Read where no line is complete.
type lineReader struct {
	name   string
	in     io.Reader
	limit  int    // bytes of a sentence
	chunk  []byte // what is kept, and what comes behind it
	kept   int    // chunk[kept:pos] are the lines since mark
	pos    int    // start of the line that next returns
	last   int    // length of the line that it returned last
	number int    // of that line, from 1
	nul    int    // index of the first NUL in chunk, or noNUL
	begun  bool   // line has seen the first line
	bom    bool   // the input began with a byte order mark, which no line shows
	err    error  // what comes behind chunk
}

func newLineReader(r io.Reader, name string) lineReader {
	return lineReader{name: name, limit: maxSentence, in: r, nul: noNUL}
}

// mark lets go of the lines that next has returned.
func (l *lineReader) mark() { l.kept = l.pos }

// next returns the next line with its end, valid until the call after. Its errors are positioned.
func (l *lineReader) next() ([]byte, error) {
	n, err := l.line(0)
	if err != nil {
		return nil, l.wrap(err)
	}
	line := l.chunk[l.pos : l.pos+n]
	l.pos += n
	l.last = n
	l.number++
	if l.nul < l.pos {
		return nil, l.fail(0, ErrBinary)
	}
	return line, nil
}

// unread makes next return its line once more.
func (l *lineReader) unread() {
	l.pos -= l.last
	l.number--
}

// line returns the length of the line that starts so many bytes after pos.
func (l *lineReader) line(ahead int) (int, error) {
	n := 0
	for {
		rest := l.chunk[l.pos+ahead+n:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			n += i + 1
			break
		}
		n += len(rest)
		if n > maxLine || n > 0 && l.err == io.EOF {
			break
		}
		if l.err != nil {
			return 0, l.err
		}
		l.fill()
	}
	if n > maxLine {
		return 0, fmt.Errorf("line of more than %d MiB: %w", maxLine>>20, ErrTooLong)
	}
	if !l.begun {
		l.begun = true
		if bytes.HasPrefix(l.chunk[l.pos:], []byte(bom)) {
			l.bom = true
			l.pos += len(bom)
			l.kept = l.pos
			return l.line(ahead)
		}
	}
	return n, nil
}

// fill reads once and puts what came behind chunk, or the error into err.
func (l *lineReader) fill() {
	const least = chunkSize / 16
	if cap(l.chunk)-len(l.chunk) < least && l.kept > 0 {
		n := copy(l.chunk, l.chunk[l.kept:])
		l.chunk = l.chunk[:n]
		l.pos -= l.kept
		if l.nul != noNUL {
			l.nul -= l.kept
		}
		l.kept = 0
	}
	if cap(l.chunk)-len(l.chunk) < least {
		l.chunk = append(make([]byte, 0, max(2*cap(l.chunk), chunkSize)), l.chunk...)
	}
	old := len(l.chunk)
	for range 100 {
		n, err := l.in.Read(l.chunk[old:cap(l.chunk)])
		l.chunk = l.chunk[:old+n]
		if l.err = err; n > 0 || err != nil {
			if i := bytes.IndexByte(l.chunk[old:], 0); i >= 0 && l.nul == noNUL {
				l.nul = old + i
			}
			return
		}
	}
	l.err = io.ErrNoProgress
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
	if err == io.EOF {
		return err
	}
	var path *fs.PathError
	switch {
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
