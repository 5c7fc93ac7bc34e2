package lexicon

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/corpus"
)

// maxEntry limits the length of a line, in bytes.
const maxEntry = 1 << 20

// eachLine visits the lines of r, numbered from 1, without line ends and byte order mark. It stops
// after a line for which visit returns false. Errors of visit get the position of the line.
func eachLine(r io.Reader, file string, visit func(number int, text []byte) (more bool, err error)) error {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxEntry)
	number := 0
	for more := true; more && s.Scan(); {
		number++
		text := s.Bytes()
		if number == 1 {
			text = bytes.TrimPrefix(text, []byte("\uFEFF"))
		}
		err := corpus.ErrBinary
		if bytes.IndexByte(text, 0) < 0 {
			more, err = visit(number, text)
		}
		if err != nil {
			return &corpus.ParseError{File: file, Line: number, Err: err}
		}
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return &corpus.ParseError{File: file, Line: number + 1, Err: fmt.Errorf("line of more than %d MiB: %w", maxEntry>>20, corpus.ErrTooLong)}
	case err != nil:
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
