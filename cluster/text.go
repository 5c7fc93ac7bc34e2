package cluster

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// maxLine limits the length of a line, in bytes.
const maxLine = 16 << 20

// A Text is a list of sentences to cluster. It takes 4 bytes per token and stores each word once.
// The zero value is an empty text.
type Text struct {
	numbers map[string]uint32
	words   []string
	counts  []uint32 // by word
	tokens  []uint32 // word numbers, with sentenceEnd after each sentence
}

const sentenceEnd = ^uint32(0)

// Add adds a sentence. It copies the words.
func (t *Text) Add(words ...string) {
	for _, word := range words {
		t.token(word)
	}
	t.end()
}

func (t *Text) token(word string) {
	k, ok := t.numbers[word]
	if !ok {
		if t.numbers == nil {
			t.numbers = make(map[string]uint32)
		}
		word = strings.Clone(word)
		k = uint32(len(t.words))
		t.numbers[word] = k
		t.words, t.counts = append(t.words, word), append(t.counts, 0)
	}
	t.counts[k]++
	t.tokens = append(t.tokens, k)
}

func (t *Text) end() { t.tokens = append(t.tokens, sentenceEnd) }

// Read adds each line of r as a sentence. Spaces and tabs separate tokens. Errors contain name and
// are those of package corpus: a NUL, or a line of more than 16 MiB.
func (t *Text) Read(r io.Reader, name string) error {
	return t.ReadLines(r, name, func(line string) {
		n := len(t.tokens)
		for word := range strings.FieldsFuncSeq(line, isBlank) {
			t.token(word)
		}
		if len(t.tokens) > n {
			t.end()
		}
	})
}

// ReadLines calls add for each line of r, without line end. add splits the line and calls Add with
// its sentences. Errors are those of Read.
func (t *Text) ReadLines(r io.Reader, name string, add func(line string)) error {
	lines := newLines(r, name)
	for lines.next() {
		add(string(lines.text))
	}
	return lines.err
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// Words returns the number of distinct words.
func (t *Text) Words() int { return len(t.words) }

// Tokens returns the number of tokens. Induce accepts at most 2^32-1.
func (t *Text) Tokens() int {
	n := 0
	for _, c := range t.counts {
		n += int(c)
	}
	return n
}

// ranked returns the numbers of the words with at least least occurrences, most frequent first.
// Words of equal frequency are ordered by their bytes.
func (t *Text) ranked(least int) []uint32 {
	var list []uint32
	for k, c := range t.counts {
		if int(c) >= least {
			list = append(list, uint32(k))
		}
	}
	slices.SortFunc(list, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(t.counts[b], t.counts[a]), strings.Compare(t.words[a], t.words[b]))
	})
	return list
}

// lines reads the lines of a file without line ends and byte order mark.
type lines struct {
	scanner *bufio.Scanner
	name    string
	number  int // line number of text, from 1
	text    []byte
	err     error
}

const byteOrderMark = "\uFEFF"

func newLines(r io.Reader, name string) *lines {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	return &lines{scanner: s, name: name}
}

// next advances to the next line. It returns false at the end or after an error.
func (l *lines) next() bool {
	if l.err != nil {
		return false
	}
	if !l.scanner.Scan() {
		switch err := l.scanner.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			l.number++
			l.fail(fmt.Errorf("line of more than %d MiB: %w", maxLine>>20, corpus.ErrTooLong))
		case err != nil && l.name != "":
			l.err = fmt.Errorf("%s: %w", l.name, err)
		default:
			l.err = err
		}
		return false
	}
	l.text = l.scanner.Bytes()
	if l.number++; l.number == 1 {
		l.text = bytes.TrimPrefix(l.text, []byte(byteOrderMark))
	}
	if bytes.IndexByte(l.text, 0) >= 0 {
		l.fail(corpus.ErrBinary)
	}
	return l.err == nil
}

// fail sets err with the position of the line.
func (l *lines) fail(err error) {
	l.err = &corpus.ParseError{File: l.name, Line: l.number, Err: err}
}
