package check

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/structured"
)

// checkConsistency looks for words that have one label, except once.
func (c *Checker) checkConsistency() {
	if c.Scheme == structured.Plain {
		c.checkContexts()
	} else {
		c.checkNames()
	}
}

const (
	usualCases = 5 // cases from which an exception is noted
	mostWords  = 6 // words of the names that are compared
)

// cases counts how often the words of a name have a type, and where this was the last time.
type cases struct {
	types map[string]int // O for words outside of spans
	last  map[string]run
}

// A run is some tokens of a sentence.
type run struct {
	sentence *sentence
	from, to int32
}

// checkNames looks for names that are always spans of one type, or always no span, except once.
func (c *Checker) checkNames() {
	names := make(map[string]*cases)
	starts := make([]bool, len(c.names)) // words that start a name
	var key []byte
	keyOf := func(from, to int32) []byte {
		key = key[:0]
		for _, t := range c.tokens[from:to] {
			key = binary.LittleEndian.AppendUint32(key, uint32(t.word))
		}
		return key
	}
	note := func(x *cases, typ string, s *sentence, from, to int32) {
		x.types[typ]++
		x.last[typ] = run{s, from, to}
	}
	var labels []string
	for i := range c.sentences {
		s := &c.sentences[i]
		labels = c.labelsOf(labels, s)
		for _, x := range annotation.AppendSpans(nil, labels) {
			if x.End-x.Start > mostWords {
				continue
			}
			from, to := s.start+int32(x.Start), s.start+int32(x.End)
			k := keyOf(from, to)
			if names[string(k)] == nil {
				names[string(k)] = &cases{make(map[string]int), make(map[string]run)}
				starts[c.tokens[from].word] = true
			}
			note(names[string(k)], x.Type, s, from, to)
		}
	}
	for i := range c.sentences {
		s := &c.sentences[i]
		for from := s.start; from < s.end; from++ {
			if !starts[c.tokens[from].word] {
				continue
			}
			for to := from + 1; to <= min(from+mostWords, s.end) && c.names[c.tokens[to-1].label] == "O"; to++ {
				if x := names[string(keyOf(from, to))]; x != nil {
					note(x, "O", s, from, to)
				}
			}
		}
	}
	c.findExceptions(names)
}

// labelsOf returns the labels of a sentence.
func (c *Checker) labelsOf(dst []string, s *sentence) []string {
	dst = dst[:0]
	for _, t := range c.tokens[s.start:s.end] {
		dst = append(dst, c.names[t.label])
	}
	return dst
}

// text returns the words of tokens.
func (c *Checker) text(from, to int32) string {
	var words []string
	for _, t := range c.tokens[from:to] {
		words = append(words, c.names[t.word])
	}
	return strings.Join(words, " ")
}

// findExceptions adds the names with two types, one of them once, in the order of the files.
func (c *Checker) findExceptions(names map[string]*cases) {
	type exception struct {
		Example
		order int
	}
	var found []exception
	for _, x := range names {
		if len(x.types) != 2 {
			continue
		}
		types := counted(x.types)
		usual, once := types[0], types[1]
		if once.Count != 1 || usual.Count < usualCases-1 {
			continue
		}
		at := x.last[once.Name]
		text := fmt.Sprintf("%q is %s, but %s in the other %d cases", shortened(c.text(at.from, at.to)), once.Name, usual.Name, usual.Count)
		found = append(found, exception{c.place(at.sentence, at.from, text), int(at.sentence.file)})
	}
	slices.SortFunc(found, func(a, b exception) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	for _, x := range found {
		c.find(Note, "exception", "names with another label than in all other cases", x.Example)
	}
}

// checkContexts looks for words that have different labels between the same two words. These are
// variation n-grams (Dickinson & Meurers 2003), mostly of wrong labels.
func (c *Checker) checkContexts() {
	first := make([]int32, len(c.names)) // label of each word, -1 before the first
	varies := make([]bool, len(c.names))
	for k := range first {
		first[k] = -1
	}
	for _, t := range c.tokens {
		switch {
		case first[t.word] < 0:
			first[t.word] = t.label
		case first[t.word] != t.label:
			varies[t.word] = true
		}
	}
	type seen struct {
		sentence, token int32
		found           bool
	}
	contexts := make(map[[3]int32]*seen)
	for i := range c.sentences {
		s := &c.sentences[i]
		for t := s.start + 1; t < s.end-1; t++ {
			if !varies[c.tokens[t].word] {
				continue
			}
			key := [3]int32{c.tokens[t-1].word, c.tokens[t].word, c.tokens[t+1].word}
			x := contexts[key]
			if x == nil {
				contexts[key] = &seen{int32(i), t, false}
				continue
			}
			if x.found || c.tokens[x.token].label == c.tokens[t].label {
				continue
			}
			x.found = true
			c.find(Note, "variation", "words with several labels between the same two words", c.place(s, t, fmt.Sprintf("%q in %q is %s, but %s in %s:%d",
				shortened(c.names[key[1]]), shortened(c.text(t-1, t+2)), c.names[c.tokens[t].label], c.names[c.tokens[x.token].label],
				c.files[c.sentences[x.sentence].file], c.tokens[x.token].line)))
		}
	}
}
