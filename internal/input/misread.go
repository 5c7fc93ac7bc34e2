package input

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"maps"
	"strings"
	"unicode/utf8"
)

// Counts describes sentences by what shows that a file is read wrongly. Counts of blocks add up.
type Counts struct {
	Sentences, Tokens int
	Single            int // sentences of one token
	Bytes             int // tokens that are not UTF-8
	Line              int // of the first of them

	Items  Share    // ready-made attributes that the model has weights for
	Looked int      // tokens of attribute files whose attributes were looked up
	Doubts []string // further warnings

	Gold, Predicted int    // label columns from 1, if both come from the file
	Key             string // of the gold labels in MISC, if they are there

	words map[uint64]bool // different words by fingerprint: whether the model knows them
	word  string          // the first one that it does not know
}

// Share counts how many things are known.
type Share struct {
	Known, All int
	Unknown    string // the first unknown one
}

// Note counts one thing.
func (s *Share) Note(name string, known bool) {
	s.All++
	switch {
	case known:
		s.Known++
	case s.Unknown == "":
		s.Unknown = name
	}
}

var seed = maphash.MakeSeed()

// Word counts a word once.
func (c *Counts) Word(word string, known func(word string) bool) {
	print := maphash.String(seed, word)
	if _, ok := c.words[print]; ok {
		return
	}
	if c.words == nil {
		c.words = make(map[uint64]bool)
	}
	k := known(word)
	if c.words[print] = k; !k && c.word == "" {
		c.word = word
	}
}

// Reset sets all counts to 0 and keeps the memory.
func (c *Counts) Reset() {
	clear(c.words)
	*c = Counts{words: c.words}
}

// Add adds the counts of a later part of the same input.
func (c *Counts) Add(o *Counts) {
	c.Sentences, c.Tokens, c.Single = c.Sentences+o.Sentences, c.Tokens+o.Tokens, c.Single+o.Single
	c.Bytes, c.Line = c.Bytes+o.Bytes, cmp.Or(c.Line, o.Line)
	c.Items.Known, c.Items.All = c.Items.Known+o.Items.Known, c.Items.All+o.Items.All
	c.Items.Unknown, c.Looked = cmp.Or(c.Items.Unknown, o.Items.Unknown), c.Looked+o.Looked
	c.Doubts = append(c.Doubts, o.Doubts...)
	if len(o.words) > 0 {
		if c.words == nil {
			c.words = make(map[uint64]bool)
		}
		maps.Copy(c.words, o.words)
		c.word = cmp.Or(c.word, strings.Clone(o.word))
	}
}

// Sentence counts a sentence of a file of rows or attributes.
func (c *Counts) Sentence(s *Sentence) {
	if s.line > 0 {
		return // of a document, which has no lines of tokens
	}
	n := s.Len()
	c.Sentences, c.Tokens = c.Sentences+1, c.Tokens+n
	if n == 1 {
		c.Single++
	}
	if utf8.ValidString(s.Rows.String()) {
		for t, item := range s.Items.Attributes {
			valid := utf8.ValidString(s.Items.Labels[t])
			for k := range item {
				valid = valid && utf8.ValidString(item[k].Name)
			}
			c.token(valid, s.Items.Line, t)
		}
		return
	}
	for t := range s.Rows.Len() {
		c.token(utf8.ValidString(s.Rows.Row(t)), s.Rows.Line, t)
	}
}

// token counts the token t, which may be invalid.
func (c *Counts) token(valid bool, line func(int) int, t int) {
	if valid {
		return
	}
	if c.Bytes++; c.Bytes == 1 {
		c.Line = line(t)
	}
}

const (
	fewSentences = 10  // no warning about one-token sentences in fewer sentences
	longSentence = 500 // tokens per sentence that are too many for a text
)

// Texts returns warnings about the sentences of a file, which start with its name.
func (c *Counts) Texts(name string) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, name+fmt.Sprintf(format, args...)) }
	if c.Bytes > 0 {
		say(":%d: the text is not UTF-8 (%d tokens in the file); the words are read as bytes; convert the file, for example from Latin-1", c.Line, c.Bytes)
	}
	switch {
	case c.Sentences >= fewSentences && c.Single == c.Sentences:
		say(": all %d sentences have one token; expected blank lines only between sentences, and one token per line", c.Sentences)
	case c.Tokens > longSentence*c.Sentences:
		say(": %d tokens in %d sentences; expected a blank line after each sentence", c.Tokens, c.Sentences)
	}
	for _, doubt := range c.Doubts {
		say(": %s", doubt)
	}
	return append(list, c.strange(name)...)
}

// CheckWords is the number of lines of a file in which words and attributes are looked up.
const CheckWords = 1000

const (
	minWords = 10 // no warning about fewer different words
	minItems = 3  // or fewer attributes
)

// strange returns warnings about words and attributes that the model does not know.
func (c *Counts) strange(name string) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, name+": "+fmt.Sprintf(format, args...)) }
	known := 0
	for _, is := range c.words {
		if is {
			known++
		}
	}
	if n := len(c.words); n >= minWords && 4*known < n {
		say("the model knows %d of %d different words in the first %d lines, and not %q; expected words as in the training data; name the word column with the option form", known, n, CheckWords, strings.ToValidUTF8(c.word, "?"))
	}
	switch i := c.Items; {
	case c.Looked >= minItems && i.All == 0:
		say("no line has an attribute, but the model reads only attributes; expected a label and attributes on each line, separated by tabs")
	case i.All >= minItems && 20*i.Known < i.All:
		say("the model knows %d of the first %d attributes, and not %q; expected an attribute file as in the training, with a label and attributes on each line", i.Known, i.All, strings.ToValidUTF8(i.Unknown, "?"))
	}
	return list
}
