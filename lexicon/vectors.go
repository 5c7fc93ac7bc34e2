package lexicon

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/features"
)

// Vectors maps words to vectors, as produced by word2vec or GloVe.
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
	// ErrVector means that a line is not a word followed by the expected number of numbers.
	ErrVector = errors.New("not a word and its vector")
	// ErrWords means that a file has fewer words than its first line announces.
	ErrWords = errors.New("the file is incomplete")
)

// maxDim limits the number of dimensions.
const maxDim = 1 << 16

// ReadVectors reads the text format of word2vec and GloVe. Each line has a word and its numbers,
// separated by blanks. In word2vec, a first line with the numbers of words and dimensions precedes
// them. If a word is repeated, its first vector counts. If limit is not 0, ReadVectors reads at
// most limit vectors. Errors contain file. Errors with a line number are *corpus.ParseError values.
func ReadVectors(name string, r io.Reader, file string, limit int) (*Vectors, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	p := vectorParser{x: Vectors{name: name}, words: make(map[string]uint32)}
	wanted := func() bool { return limit == 0 || p.lines < limit }
	err := eachLine(r, file, func(number int, text []byte) (bool, error) {
		err := p.line(number, text)
		return wanted(), err
	})
	switch {
	case err != nil:
		return nil, err
	case len(p.words) == 0:
		return nil, fmt.Errorf("%s: vectors %s: %w", file, name, ErrEmpty)
	case p.lines < p.promised && wanted():
		return nil, fmt.Errorf("%s: %w: found %d words, but the first line announces %d", file, ErrWords, p.lines, p.promised)
	}
	if p.x.table, err = newTableOf(p.words); err != nil {
		return nil, fmt.Errorf("%s: vectors %s: %w", file, name, err)
	}
	return &p.x, nil
}

// vectorParser parses lines.
type vectorParser struct {
	x        Vectors
	words    map[string]uint32 // row of each word
	lines    int               // lines with a vector
	promised int               // number of words announced in the first line
}

func (p *vectorParser) line(number int, text []byte) error {
	fields := strings.FieldsFunc(string(text), func(r rune) bool { return r == ' ' || r == '\t' })
	if len(fields) == 0 {
		return nil
	}
	if number == 1 && len(fields) == 2 {
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
	at := len(fields) - p.x.dim // words that contain blanks span several fields
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

// Templates implements [Lexicon]. The templates read the vectors of a word and its neighbours.
func (x *Vectors) Templates() string {
	var b strings.Builder
	for _, o := range []string{"0", "-1", "1"} {
		fmt.Fprintf(&b, "u:%[1]s[%[2]s]%%v[%[2]s,%[1]s]\n", x.name, o)
	}
	return b.String()
}

// Vector returns the vector of a word, looked up as written and then in lower case. It returns nil
// if the word has no vector. The caller must not change the vector.
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

// Reader implements [Lexicon]. The field is "known" for words with a vector, else empty.
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
