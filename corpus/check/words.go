package check

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// A word is a different word of the files.
type word struct {
	count [3]int32 // of tokens, by set
	odd   odd
}

// odd is a bit set of what is odd about a word.
type odd uint16

const (
	invalidUTF8 odd = 1 << iota
	replaced
	mojibake
	control
	invisible
	blank
	entity
	long
	decomposed
)

// longWord is the number of characters from which words are noted.
const longWord = 100

// reference is a character reference of HTML.
var reference = regexp.MustCompile(`&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// oddities returns what is odd about a word.
func oddities(s string) (o odd) {
	plain := true
	for i := range len(s) {
		if b := s[i]; b <= ' ' || b >= 0x7f || b == '&' {
			plain = false
			break
		}
	}
	if plain && len(s) <= longWord {
		return 0
	}
	if !utf8.ValidString(s) {
		return invalidUTF8
	}
	for _, r := range s {
		switch {
		case r == utf8.RuneError:
			o |= replaced
		case isInvisible(r):
			o |= invisible
		case unicode.IsControl(r):
			o |= control
		case unicode.IsSpace(r):
			o |= blank
		}
	}
	if utf8.RuneCountInString(s) > longWord {
		o |= long
	}
	if reference.MatchString(s) && html.UnescapeString(s) != s {
		o |= entity
	}
	if o&control != 0 && decode(s) != "" { // bytes 0x80 to 0x9f are controls in Latin-1
		o &^= control
	}
	if decode(s) != "" {
		o |= mojibake
	}
	if !norm.NFC.IsNormalString(s) {
		o |= decomposed
	}
	return o
}

// isInvisible reports whether a rune has no width and no use inside a word. The joiners U+200C and
// U+200D have a use in several scripts and in emoji.
func isInvisible(r rune) bool {
	switch {
	case r == 0xad, r == 0x200b, r == 0x2060, r == 0xfeff, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}

// decode returns the text that was written in UTF-8 and read as Windows-1252 or Latin-1, such as
// "é" for "Ã©". It returns "" for other text.
func decode(s string) string {
	buf := make([]byte, 0, len(s))
	runes := 0
	for _, r := range s {
		b, ok := charmap.Windows1252.EncodeRune(r)
		if !ok && r < 0x100 {
			b, ok = byte(r), true
		}
		if !ok {
			return ""
		}
		buf = append(buf, b)
		runes++
	}
	if !utf8.Valid(buf) || utf8.RuneCount(buf) == runes {
		return ""
	}
	for _, r := range string(buf) {
		if !isUsual(r) {
			return ""
		}
	}
	return string(buf)
}

// isUsual reports whether a rune is in a block that occurs often: Latin, Greek, Cyrillic,
// punctuation, currencies, letterlike symbols and emoji.
func isUsual(r rune) bool {
	return r < 0x180 || r >= 0x370 && r < 0x500 || r >= 0x2000 && r < 0x2200 || r >= 0x1f300 && r < 0x1fb00
}

// oddWord adds the findings about a token.
func (c *Checker) oddWord(s string, o odd, line int) {
	for _, x := range []struct {
		odd      odd
		severity Severity
		check    string
		message  string
	}{
		{invalidUTF8, Error, "encoding", "tokens that are not UTF-8 (convert the file, for example from Latin-1)"},
		{mojibake, Warning, "mojibake", "tokens that look like UTF-8 read in another encoding"},
		{replaced, Warning, "replacement", "tokens with the replacement character U+FFFD, which stands for lost text"},
		{control, Warning, "control", "tokens with control characters"},
		{invisible, Warning, "invisible", "tokens with invisible characters, so that they differ from the same words without"},
		{entity, Warning, "entity", "tokens with character references of HTML or XML"},
		{blank, Note, "space", "tokens with spaces inside"},
		{long, Note, "long-token", fmt.Sprintf("tokens of more than %d characters", longWord)},
	} {
		if o&x.odd == 0 {
			continue
		}
		text := fmt.Sprintf("%q", shortened(s))
		switch x.odd {
		case mojibake:
			text += fmt.Sprintf(" is probably %q", shortened(decode(s)))
		case entity:
			text += fmt.Sprintf(" stands for %q", shortened(html.UnescapeString(s)))
		}
		c.find(x.severity, x.check, x.message, c.at(line, text))
	}
}

// shortened cuts a long word.
func shortened(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}

// checkForms looks for words that are not in the Unicode normal form NFC.
func (c *Checker) checkForms() {
	for i := range c.sentences {
		s := &c.sentences[i]
		for t := s.start; t < s.end; t++ {
			if c.words[c.tokens[t].word].odd&decomposed == 0 {
				continue
			}
			name := c.names[c.tokens[t].word]
			composed := norm.NFC.String(name)
			if other, ok := c.numbers[composed]; ok && c.words[other].count != [3]int32{} {
				c.find(Warning, "normal-form", "tokens in another Unicode normal form than the same word elsewhere (use the option normalize)",
					c.place(s, t, fmt.Sprintf("%q and %q", shortened(name), shortened(composed))))
			} else {
				c.find(Note, "normal-form", "tokens that are not in the Unicode normal form NFC", c.place(s, t, fmt.Sprintf("%q", shortened(name))))
			}
		}
	}
}
