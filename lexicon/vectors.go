package lexicon

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

// Vectors is the vector of each word, such as word2vec and GloVe learn.
type Vectors struct {
	name  string
	table table
	dim   int
	rows  []float32 // words x dim
}

var (
	_ Lexicon          = (*Vectors)(nil)
	_ features.Vectors = (*Vectors)(nil)
)

var (
	// ErrVector says that a line is no word with as many numbers as the others.
	ErrVector = errors.New("not a word and its vector")
	// ErrWords says that the words of a file are fewer than its first line says.
	ErrWords = errors.New("the file is not whole")
)

// maxDim is more dimensions than vectors of words have.
const maxDim = 1 << 16

// ReadVectors reads the text format of word2vec and GloVe: a word and its numbers a line, parted by blanks, after a
// line with the number of words and that of dimensions, which GloVe leaves out. Of a word that comes twice the first
// vector counts. A limit other than 0 reads no more than so many words. File stands for r in errors, which are
// *corpus.ParseError values where they have a line.
func ReadVectors(name string, r io.Reader, file string, limit int) (*Vectors, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	p := vectorParser{x: Vectors{name: name}, words: make(map[string]uint32)}
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxEntry)
	for (limit == 0 || p.lines < limit) && s.Scan() {
		p.number++
		if err := p.line(s.Bytes()); err != nil {
			return nil, &corpus.ParseError{File: file, Line: p.number, Err: err}
		}
	}
	switch err := s.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, &corpus.ParseError{File: file, Line: p.number + 1, Err: fmt.Errorf("line of more than %d MiB: %w", maxEntry>>20, corpus.ErrTooLong)}
	case err != nil:
		return nil, fmt.Errorf("%s: %w", file, err)
	case len(p.words) == 0:
		return nil, fmt.Errorf("%s: vectors %s: %w", file, name, ErrEmpty)
	case p.lines < p.promised && (limit == 0 || p.lines < limit):
		return nil, fmt.Errorf("%s: %w: %d words, and the first line says %d", file, ErrWords, p.lines, p.promised)
	}
	var err error
	if p.x.table, err = newTableOf(p.words); err != nil {
		return nil, fmt.Errorf("%s: vectors %s: %w", file, name, err)
	}
	return &p.x, nil
}

// A vectorParser reads lines.
type vectorParser struct {
	x        Vectors
	words    map[string]uint32 // the row of each
	number   int               // of lines
	lines    int               // with a vector
	promised int               // words, by the first line
}

func (p *vectorParser) line(text []byte) error {
	if p.number == 1 {
		text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return corpus.ErrBinary
	}
	fields := strings.FieldsFunc(string(text), func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) == 0 {
		return nil
	}
	if p.number == 1 && len(fields) == 2 {
		n, err := strconv.ParseUint(fields[0], 10, 31)
		dim, errDim := strconv.ParseUint(fields[1], 10, 31)
		if err == nil && errDim == nil {
			p.promised, p.x.dim = int(n), int(dim)
			return p.checkDim()
		}
	}
	if p.x.dim == 0 {
		p.x.dim = len(fields) - 1
		if err := p.checkDim(); err != nil {
			return err
		}
	}
	at := len(fields) - p.x.dim // words with blanks inside have more than one field
	if at < 1 {
		return fmt.Errorf("%w: %d fields, want a word and %d numbers", ErrVector, len(fields), p.x.dim)
	}
	start := len(p.x.rows)
	for _, field := range fields[at:] {
		v, err := strconv.ParseFloat(field, 32)
		if err != nil || math.IsInf(v, 0) || math.IsNaN(v) {
			return fmt.Errorf("%w: %.40q is not a number", ErrVector, field)
		}
		p.x.rows = append(p.x.rows, float32(v))
	}
	p.lines++
	word := strings.Join(fields[:at], " ")
	if _, twice := p.words[word]; twice {
		p.x.rows = p.x.rows[:start]
		return nil
	}
	p.words[strings.Clone(word)] = uint32(len(p.words))
	return nil
}

func (p *vectorParser) checkDim() error {
	if p.x.dim < 1 || p.x.dim > maxDim {
		return fmt.Errorf("%w: %d dimensions, want 1 to %d", ErrVector, p.x.dim, maxDim)
	}
	return nil
}

// Name implements [Lexicon].
func (x *Vectors) Name() string { return x.name }

// Kind implements [Lexicon].
func (x *Vectors) Kind() string { return "vectors" }

// Len returns the number of words.
func (x *Vectors) Len() int { return len(x.table.keys) }

// Dim returns the number of dimensions.
func (x *Vectors) Dim() int { return x.dim }

// Templates implements [Lexicon]: the vectors of a word and those beside it.
func (x *Vectors) Templates() string {
	var b strings.Builder
	for _, o := range []string{"0", "-1", "1"} {
		fmt.Fprintf(&b, "u:%[1]s[%[2]s]%%v[%[2]s,%[1]s]\n", x.name, o)
	}
	return b.String()
}

// Vector returns the vector of a word, as it stands or in lower case; nil if it has none. It must not be changed.
func (x *Vectors) Vector(word string) []float32 { return x.VectorReader()(word) }

// VectorReader implements [features.Vectors].
func (x *Vectors) VectorReader() func(word string) []float32 {
	var lower []byte
	return func(word string) []float32 {
		n, ok := x.table.word(word, &lower)
		if !ok {
			return nil
		}
		return x.rows[int(n)*x.dim:][:x.dim:x.dim]
	}
}

// Reader implements [Lexicon]: the field of a word is known if it has a vector, else empty.
func (x *Vectors) Reader() func(dst, words []string) []string {
	var lower []byte
	return func(dst, words []string) []string {
		for _, word := range words {
			field := ""
			if _, ok := x.table.word(word, &lower); ok {
				field = "known"
			}
			dst = append(dst, field)
		}
		return dst
	}
}
