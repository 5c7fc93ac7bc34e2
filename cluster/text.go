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

// maxLine is the length of a line that no text has.
const maxLine = 16 << 20

// A Text is the sentences that words are clustered by. It holds 4 bytes a token, and each word once. The
// zero value is an empty text.
type Text struct {
	numbers map[string]uint32
	words   []string
	counts  []uint32 // of each word
	tokens  []uint32 // numbers of words, sentenceEnd behind each sentence
}

const sentenceEnd = ^uint32(0)

// Add adds a sentence, copying what it keeps of the words.
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

// Read adds the lines of r as sentences, whose tokens are what stands between spaces and tabs. name
// stands for r in errors, which are those of package corpus: a NUL, or a line of more than 16 MiB.
func (t *Text) Read(r io.Reader, name string) error {
	lines := newLines(r, name)
	for lines.next() {
		n := len(t.tokens)
		for word := range bytes.FieldsFuncSeq(lines.text, isBlank) {
			t.token(string(word))
		}
		if len(t.tokens) > n {
			t.end()
		}
	}
	return lines.err
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' }

// Words returns the number of different words.
func (t *Text) Words() int { return len(t.words) }

// Tokens returns the number of tokens, at most 2^32-1 of which can be clustered.
func (t *Text) Tokens() int {
	n := 0
	for _, c := range t.counts {
		n += int(c)
	}
	return n
}

// ranked returns the numbers of the words that occur least times or more, the most frequent first; those
// as frequent as each other in the order of their bytes.
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

// lines are those of a file, without their ends and a byte order mark.
type lines struct {
	scanner *bufio.Scanner
	name    string
	number  int // of text, from 1
	text    []byte
	err     error
}

const byteOrderMark = "\uFEFF"

func newLines(r io.Reader, name string) *lines {
	s := bufio.NewScanner(r)
	s.Buffer(nil, maxLine)
	return &lines{scanner: s, name: name}
}

// next moves to the next line, if there is one and nothing was wrong.
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

// fail positions err at the line.
func (l *lines) fail(err error) {
	l.err = &corpus.ParseError{File: l.name, Line: l.number, Err: err}
}
