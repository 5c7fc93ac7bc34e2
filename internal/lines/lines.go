package lines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
)

// Limits far above real corpora, to bound the memory of a reader.
const (
	MaxLine     = 16 << 20
	maxSentence = 256 << 20
)

// BOM is a byte order mark.
const BOM = "\uFEFF"

const (
	chunkSize = 64 << 10 // bytes per Read
	noNUL     = math.MaxInt
)

var (
	// ErrBinary means that a line has a NUL byte, so the input is binary or UTF-16.
	ErrBinary = errors.New("binary data")
	// ErrTooLong means that a line is longer than 16 MiB, or a sentence longer than 256 MiB.
	ErrTooLong = errors.New("too long")
)

// A Locate adds a position to an error. Lines and columns count from 1; column 0 means the whole
// line.
type Locate func(file string, line, column int, err error) error

// Reader returns lines with their ends. It keeps the lines since the last call of Mark. It reads no
// more than necessary: if no line is complete, it calls Read once.
type Reader struct {
	Name   string
	Limit  int    // maximum number of bytes of a sentence
	Chunk  []byte // kept lines, then unread text
	Kept   int    // Chunk[Kept:Pos] are the lines since Mark
	Pos    int    // start of the next line
	Number int    // number of the last line that Next returned, from 1
	NUL    int    // index of the first NUL in Chunk, or a larger number
	BOM    bool   // the input starts with a byte order mark, which is skipped
	Err    error  // error after Chunk

	in     io.Reader
	last   int  // length of the last line that Next returned
	begun  bool // line ends are detected and the byte order mark is skipped
	locate Locate
}

// New returns a reader of r. locate adds positions to its errors.
func New(r io.Reader, name string, locate Locate) Reader {
	return Reader{Name: name, Limit: maxSentence, in: r, NUL: noNUL, locate: locate}
}

// Of returns a reader of text after any byte order mark.
func Of(text []byte, limit int, locate Locate) Reader {
	return Reader{Limit: limit, Chunk: text, NUL: noNUL, begun: true, Err: io.EOF, locate: locate}
}

// Rest returns the input after Chunk, with converted line ends.
func (l *Reader) Rest() io.Reader { return l.in }

// Mark releases the lines that Next has returned.
func (l *Reader) Mark() { l.Kept = l.Pos }

// Next returns the next line with its end. The line is valid until the next call. Errors have
// positions.
func (l *Reader) Next() ([]byte, error) {
	n, err := l.Line(0)
	if err != nil {
		return nil, l.Wrap(err)
	}
	line := l.Chunk[l.Pos : l.Pos+n]
	l.Pos += n
	l.last = n
	l.Number++
	if l.NUL < l.Pos {
		return nil, l.Fail(0, ErrBinary)
	}
	return line, nil
}

// Unread makes Next return the last line again.
func (l *Reader) Unread() {
	l.Pos -= l.last
	l.Number--
}

// Line returns the length of the line that starts ahead bytes after Pos.
func (l *Reader) Line(ahead int) (int, error) {
	if !l.begun {
		l.begin()
	}
	n := 0
	for {
		rest := l.Chunk[l.Pos+ahead+n:]
		if i := bytes.IndexByte(rest, '\n'); i >= 0 {
			n += i + 1
			break
		}
		n += len(rest)
		if n > MaxLine || n > 0 && l.Err == io.EOF {
			break
		}
		if l.Err != nil {
			return 0, l.Err
		}
		l.fill()
	}
	if n > MaxLine {
		return 0, fmt.Errorf("line of more than %d MiB: %w", MaxLine>>20, ErrTooLong)
	}
	return n, nil
}

// begin skips the byte order mark. If the first chunkSize bytes have CRs inside and no LF, lines
// end in CR.
func (l *Reader) begin() {
	l.begun = true
	head, some := l.Chunk, false // some means that it has an LF
	for !some && len(head) < chunkSize && l.Err == nil {
		old := len(head)
		l.fill()
		head = l.Chunk[:min(len(l.Chunk), chunkSize)]
		some = bytes.IndexByte(head[old:], '\n') >= 0
	}
	if !some && hasInnerCR(head) {
		l.endAtCR()
	}
	if bytes.HasPrefix(l.Chunk, []byte(BOM)) {
		l.BOM = true
		l.Pos = len(BOM)
		l.Kept = l.Pos
	}
}

// hasInnerCR reports whether a CR precedes any byte other than CR.
func hasInnerCR(text []byte) bool { return bytes.IndexByte(bytes.TrimRight(text, "\r"), '\r') >= 0 }

// endAtCR makes lines end in CR, as in files of old Macs, by reading each CR as LF.
func (l *Reader) endAtCR() {
	l.in = endsAtCR{l.in}
	crToLF(l.Chunk)
}

// endsAtCR reads CR as LF.
type endsAtCR struct{ io.Reader }

// Read implements [io.Reader].
func (r endsAtCR) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	crToLF(p[:n])
	return n, err
}

func crToLF(text []byte) {
	for i, c := range text {
		if c == '\r' {
			text[i] = '\n'
		}
	}
}

// fill reads once and appends to Chunk, or sets Err.
func (l *Reader) fill() {
	const least = chunkSize / 16
	if cap(l.Chunk)-len(l.Chunk) < least && l.Kept > 0 {
		n := copy(l.Chunk, l.Chunk[l.Kept:])
		l.Chunk = l.Chunk[:n]
		l.Pos -= l.Kept
		if l.NUL != noNUL {
			l.NUL -= l.Kept
		}
		l.Kept = 0
	}
	if cap(l.Chunk)-len(l.Chunk) < least {
		l.Chunk = append(make([]byte, 0, max(2*cap(l.Chunk), chunkSize)), l.Chunk...)
	}
	old := len(l.Chunk)
	for range 100 {
		n, err := l.in.Read(l.Chunk[old:cap(l.Chunk)])
		l.Chunk = l.Chunk[:old+n]
		if l.Err = err; n > 0 || err != nil {
			if i := bytes.IndexByte(l.Chunk[old:], 0); i >= 0 && l.NUL == noNUL {
				l.NUL = old + i
			}
			return
		}
	}
	l.Err = io.ErrNoProgress
}

// Fail adds the position of the last line that Next returned to err.
func (l *Reader) Fail(column int, err error) error {
	return l.locate(l.Name, l.Number, column, err)
}

// CheckSize returns an error if n bytes are too many for a sentence.
func (l *Reader) CheckSize(n int) error {
	if n > l.Limit {
		return l.Fail(0, fmt.Errorf("sentence of more than %d MiB: %w", l.Limit>>20, ErrTooLong))
	}
	return nil
}

// Wrap adds the input name to err, except to io.EOF.
func (l *Reader) Wrap(err error) error {
	if err == io.EOF {
		return err
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, ErrTooLong):
		return l.locate(l.Name, l.Number+1, 0, err)
	case l.Name == "" || errors.As(err, &path) && path.Path == l.Name:
		return err
	}
	return fmt.Errorf("%s: %w", l.Name, err)
}

// CutEnd returns line without its end: LF, CR LF, or CR CR LF as some conversions produce.
func CutEnd(line []byte) []byte {
	n := len(line)
	if n > 0 && line[n-1] == '\n' {
		n--
	}
	for n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n]
}

// IsBlank reports whether line, without its end, has only spaces and tabs.
func IsBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}
