package segment

import (
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/text"
)

// The classes of characters. White space comes first, then what words consist of.
const (
	space = iota
	lineEnd
	lower
	upper
	letter  // of a script without case
	leading // a vowel that is written before its consonant
	mark    // combines with the character before it
	digit
	stop  // may end a sentence
	comma // or a colon or semicolon
	apostrophe
	quote
	opening
	closing
	dash
	symbol
)

// asciiClasses holds the classes of ASCII characters.
var asciiClasses = func() (table [utf8.RuneSelf]uint8) {
	for c := range table {
		table[c] = classOf(rune(c))
	}
	return table
}()

func classOf(c rune) uint8 {
	switch c {
	case '\n', '\r':
		return lineEnd
	case '.', '!', '?', '…', '。', '！', '？', '।', '؟', '։':
		return stop
	case ',', ';', ':', '、', '，', '；', '：', '،', '؛':
		return comma
	case '\'', '’', '‘', '`':
		return apostrophe
	case '"', '“', '”', '„', '«', '»', '″':
		return quote
	}
	switch {
	case unicode.IsLower(c):
		return lower
	case unicode.IsUpper(c), unicode.IsTitle(c):
		return upper
	case unicode.Is(unicode.Logical_Order_Exception, c):
		return leading
	case unicode.IsLetter(c), c == utf8.RuneError:
		return letter
	case unicode.IsMark(c), c == '\u200c', c == '\u200d':
		return mark
	case unicode.IsDigit(c):
		return digit
	case unicode.In(c, unicode.Ps, unicode.Pi):
		return opening
	case unicode.In(c, unicode.Pe, unicode.Pf):
		return closing
	case unicode.Is(unicode.Pd, c):
		return dash
	}
	return symbol
}

// isBlank reports whether characters of a class are white space.
func isBlank(class uint8) bool { return class <= lineEnd }

// isWord reports whether words consist of characters of a class.
func isWord(class uint8) bool { return class >= lower && class <= mark }

// A char is a character of a paragraph, or a run of white space.
type char struct {
	start int32  // its first byte
	token int32  // the rule-based token that it belongs to, or the one that follows white space
	hash  uint32 // of the character in lower case
	class uint8
	rule  uint8 // the label that the rules give it
}

// A token is one that the rules found.
type token struct {
	first, end int32  // its characters
	hash       uint32 // of the characters in lower case
	shape      uint32 // hash of the classes, where a run of a class counts once
	class      uint8  // of the first character
	odd        uint8  // 1 behind an odd number of double quotes
	length     int32  // tokens of the rule-based sentence before it
	info       info   // what the lexicon says of the word
}

const (
	// padding is the number of blank characters before and after a paragraph. Windows reach so far.
	padding = 4
	// padTokens is the number of empty tokens before and after the tokens of a paragraph.
	padTokens = 2
)

// An analysis is what attributes are made of, for one paragraph. It is reused for the next one.
type analysis struct {
	text    string
	cuts    []text.Cut // by the rules
	chars   []char
	tokens  []token
	spots   []int32 // the characters that get a label
	matches []match // of each character
	keys    []uint32
	scores  [][labels]int32
	back    [][labels]uint8
}

// read finds the characters, tokens and spots of a paragraph.
func (a *analysis) read(m *Model, paragraph string) {
	a.text = paragraph
	a.cuts = m.rules.Cut(a.cuts[:0], paragraph)
	a.chars, a.tokens = a.chars[:0], a.tokens[:0]
	a.pad(0)
	at, length, odd := 0, int32(0), uint8(0)
	for k, c := range a.cuts {
		if k > 0 && c.Start > at {
			a.blank(at, c.Start)
		}
		label := uint8(startsToken)
		switch {
		case c.First:
			label, length = startsSentence, 0
		case c.Inside:
			label = startsWord
		}
		t := token{first: int32(len(a.chars)), hash: hashStart, shape: hashStart, length: length, odd: odd}
		previous := uint8(space)
		for at = c.Start; at < c.End; {
			r, size, class := next(paragraph[at:])
			a.chars = append(a.chars, char{start: int32(at), token: int32(len(a.tokens)), hash: uint32(r), class: class, rule: label})
			t.hash = extend(t.hash, uint32(r))
			if class != previous {
				t.shape = extend(t.shape, uint32(class))
			}
			if class == quote {
				odd ^= 1
			}
			label, previous = continues, class
			at += size
		}
		t.end = int32(len(a.chars))
		t.class = a.chars[t.first].class
		t.info = m.words.find(t.hash)
		a.tokens = append(a.tokens, t)
		length++
	}
	a.pad(at)
	a.findSpots(&m.inert)
}

// next returns the first character of s in lower case, its length and its class.
func next(s string) (r rune, size int, class uint8) {
	if c := s[0]; c < utf8.RuneSelf {
		class = asciiClasses[c]
		if class == upper {
			c |= 0x20
		}
		return rune(c), 1, class
	}
	r, size = utf8.DecodeRuneInString(s)
	return unicode.ToLower(r), size, classOf(r)
}

// blank adds the white space from a byte up to another one as one character.
func (a *analysis) blank(from, to int) {
	class := uint8(space)
	for _, b := range []byte(a.text[from:to]) {
		if b == '\n' || b == '\r' {
			class = lineEnd
		}
	}
	a.addBlank(from, class)
}

func (a *analysis) addBlank(at int, class uint8) {
	a.chars = append(a.chars, char{start: int32(at), token: int32(len(a.tokens)), hash: uint32(class), class: class, rule: continues})
}

// pad adds blank characters and empty tokens at an end of the paragraph.
func (a *analysis) pad(at int) {
	for range padding {
		a.addBlank(at, lineEnd)
	}
	for range padTokens {
		a.tokens = append(a.tokens, token{hash: hashStart})
	}
}

// findSpots finds the characters that may start a word: neither white space nor combining marks
// nor inert letters.
func (a *analysis) findSpots(inert *table[struct{}]) {
	a.spots = a.spots[:0]
	for i := padding; i < len(a.chars)-padding; i++ {
		switch {
		case isBlank(a.chars[i].class):
		case isBlank(a.chars[i-1].class), a.chars[i].class != mark && !inert.has(a.trigram(i)):
			a.spots = append(a.spots, int32(i))
		}
	}
}

// trigram returns the hash of character i and its neighbours, or 0 unless the first two are of
// words.
func (a *analysis) trigram(i int) uint32 {
	c := a.chars[i-1 : i+2]
	if !isWord(c[0].class) || !isWord(c[1].class) {
		return 0
	}
	return finish(extend(extend(extend(hashStart, c[0].hash), c[1].hash), c[2].hash))
}
