package text

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// Rules is a tokenizer by rules. The word boundaries of UAX #29 are its base. On top of them it
// keeps URLs, e-mail addresses, hashtags, mentions, emoticons, numbers, abbreviations and initials
// whole, cuts off punctuation and units, and splits contractions. The zero Rules suits text of any
// language that puts spaces between words.
type Rules struct {
	// Language is an ISO 639-1 code. It selects abbreviations, units and contractions: en, de, fr,
	// it and es have some. Any other code stands for none.
	Language string
	// Hyphens splits words at hyphens, but for prefixes (well - known, e-mail), as the English
	// treebank of Universal Dependencies does.
	Hyphens bool
	// Lines ends a sentence at each line end.
	Lines bool
	// WholeLines makes each line one sentence, whatever its periods. It suits lists of short texts,
	// such as addresses and references.
	WholeLines bool
}

// Name returns "rules", followed by the options that are not zero.
func (r *Rules) Name() string {
	name := "rules"
	if r.Language != "" {
		name += ":" + r.Language
	}
	if r.Hyphens {
		name += ",hyphens"
	}
	if r.Lines {
		name += ",lines"
	}
	if r.WholeLines {
		name += ",whole-lines"
	}
	return name
}

// Space splits at white space only. Each line is a sentence. It suits text that is tokenized
// already.
type Space struct{}

// Name returns "space".
func (Space) Name() string { return "space" }

// Cut implements Tokenizer.
func (Space) Cut(dst []Cut, paragraph string) []Cut {
	first := true
	for start, k := -1, 0; k <= len(paragraph); {
		size, space := 1, true
		if k < len(paragraph) {
			space, size = spaceAt(paragraph, k)
		}
		switch {
		case !space && start < 0:
			start = k
		case space && start >= 0:
			dst = append(dst, Cut{Start: start, End: k, First: first})
			start, first = -1, false
		}
		if k < len(paragraph) && (paragraph[k] == '\n' || paragraph[k] == '\r') {
			first = true
		}
		k += size
	}
	return dst
}

// New returns the tokenizer of a name: space, or rules with options as Rules.Name writes them, such
// as rules:en,hyphens.
func New(name string) (Tokenizer, error) {
	kind, options, _ := strings.Cut(name, ",")
	if kind == "space" && options == "" {
		return Space{}, nil
	}
	kind, language, colon := strings.Cut(kind, ":")
	if kind != "rules" || colon && !isLanguage(language) {
		return nil, fmt.Errorf("unknown tokenizer %q: want space, rules, or rules with a language and options, such as rules:en,hyphens,lines", name)
	}
	r := &Rules{Language: language}
	for option := range strings.SplitSeq(options, ",") {
		switch option {
		case "":
		case "hyphens":
			r.Hyphens = true
		case "lines":
			r.Lines = true
		case "whole-lines":
			r.WholeLines = true
		default:
			return nil, fmt.Errorf("tokenizer %q: unknown option %q, want hyphens, lines or whole-lines", name, option)
		}
	}
	return r, nil
}

// isLanguage reports whether a text looks like a code of two or three letters.
func isLanguage(s string) bool {
	return (len(s) == 2 || len(s) == 3) && strings.IndexFunc(s, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}

// spaceAt reports whether the character at k is white space, and its length.
func spaceAt(s string, k int) (bool, int) {
	if c := s[k]; c < utf8.RuneSelf {
		return c == ' ' || c >= '\t' && c <= '\r', 1
	}
	r, size := utf8.DecodeRuneInString(s[k:])
	return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b', size
}

// Cut implements Tokenizer.
func (r *Rules) Cut(dst []Cut, paragraph string) []Cut {
	c := cutter{rules: r, lang: languages[r.Language], text: paragraph, dst: dst, from: len(dst)}
	if c.lang == nil {
		c.lang = languages[""]
	}
	line := 0 // the first token of the line
	for k := 0; k < len(paragraph); {
		if space, size := spaceAt(paragraph, k); space {
			if (r.Lines || r.WholeLines) && (paragraph[k] == '\n' || paragraph[k] == '\r') && len(c.dst) > c.from+line {
				c.sentences(c.from + line)
				line = len(c.dst) - c.from
			}
			k += size
			continue
		}
		k = c.chunk(k)
	}
	if len(c.dst) > c.from+line {
		c.sentences(c.from + line)
	}
	return c.dst
}

// A cutter cuts one paragraph.
type cutter struct {
	rules *Rules
	lang  *language
	text  string
	dst   []Cut
	from  int // the first cut of the paragraph
	open  int // single quotes that are open
}

func (c *cutter) emit(start, end int) { c.dst = append(c.dst, Cut{Start: start, End: end}) }

func (c *cutter) inside(start, end int) {
	c.dst = append(c.dst, Cut{Start: start, End: end, Inside: true})
}

// chunk cuts the run of characters without white space that starts at start, and returns its end.
func (c *cutter) chunk(start int) int {
	// Most chunks are a word of ASCII letters.
	k := start
	for k < len(c.text) && isASCIILetter(c.text[k]) {
		k++
	}
	if k == len(c.text) || c.text[k] == ' ' || c.text[k] == '\n' {
		c.word(start, k)
		return k
	}
	end := k
	var has marks
	for j := start; j < k; j++ {
		has.note(c.text[j])
	}
	for end < len(c.text) {
		space, size := spaceAt(c.text, end)
		if space {
			break
		}
		has.note(c.text[end])
		end += size
	}
	for k := start; k < end; {
		k = c.next(k, start, end, has)
	}
	return end
}

// marks are the characters in a chunk that special tokens need.
type marks struct {
	at, colon, dot, eyes bool
}

func (m *marks) note(b byte) {
	switch b {
	case '@':
		m.at = true
	case '.':
		m.dot = true
	case ':':
		m.colon, m.eyes = true, true
	case ';', '=', '^', '<', '8':
		m.eyes = true
	}
}

// next cuts one token, or the words of a surface token, from k on and returns where they end. The
// chunk is [start, end).
func (c *cutter) next(k, start, end int, has marks) int {
	s := c.text[k:end]
	b := s[0]
	if has.eyes {
		if n := emoticon(s, k == start); n > 0 {
			c.emit(k, k+n)
			return k + n
		}
	}
	if n := c.address(s, has); n > 0 {
		c.emit(k, k+n)
		return k + n
	}
	r, size := rune(b), 1
	if b >= utf8.RuneSelf {
		r, size = utf8.DecodeRuneInString(s)
	}
	switch {
	case isDigit(b):
		return c.number(k, end)
	case isWordRune(r):
		return c.letters(k, end)
	case r == '#' || r == '@':
		// A hashtag or a mention has a letter right behind its mark.
		if n := tagLength(s); n > 1 && (k == start || !isWordByte(c.text[k-1])) {
			c.emit(k, k+n)
			return k + n
		}
		c.emit(k, k+1)
		return k + 1
	case r == '+' && len(s) > 1 && isDigit(s[1]) && k == start:
		n := 1 + numberLength(s[1:])
		c.emit(k, k+n)
		return k + n
	case r == '.' && len(s) > 1 && isASCIILetter(s[1]) && k == start:
		n := 1
		for n < len(s) && (isWordByte(s[n]) || s[n] == '.' && n+1 < len(s) && isWordByte(s[n+1])) {
			n++
		}
		c.emit(k, k+n) // .NET, .doc
		return k + n
	case r == '\'' || r == '’' || r == '‘' || r == '`':
		return c.apostrophe(k, start, end, size)
	}
	n := runLength(s, r, size)
	c.emit(k, k+n)
	return k + n
}

// runLength returns the length of a punctuation token: a run of full stops, of question and
// exclamation marks, of the same dash or line character, or a single character with its combining
// marks and joiners.
func runLength(s string, r rune, size int) int {
	switch r {
	case '.', '!', '?', '…':
		n := size
		stops := r == '.' || r == '…'
		for n < len(s) {
			q, m := utf8.DecodeRuneInString(s[n:])
			if q != '.' && q != '!' && q != '?' && q != '…' {
				break
			}
			if stops && n > size && (q == '!' || q == '?') {
				break // "...!" are two tokens, ".?" is one
			}
			n += m
		}
		return n
	case '-', '=', '_', '*', '~', '+', '<', '>', '—', '–', '|', '#', '/', '\\':
		n := size
		for strings.HasPrefix(s[n:], string(r)) {
			n += size
		}
		if r == '/' || r == '#' || r == '|' {
			return size
		}
		return n
	case '"', '(', ')', '[', ']', '{', '}', ',', ';', ':', '%', '$', '&', '“', '”', '«', '»', '„':
		return size
	}
	// Emoji and whatever else UAX #29 does not break: flags, skin tones, families, keycaps.
	w := words.FromString(s)
	if w.Next() {
		return len(w.Value())
	}
	return size
}

// apostrophe cuts a single quote at k, or a word that starts with one: 's, 'em, '90s.
func (c *cutter) apostrophe(k, start, end, size int) int {
	s := c.text[k:end]
	if len(s) >= 2*size && (s[:size] == s[size:2*size] || strings.HasPrefix(s, "‘’")) {
		c.emit(k, k+2*size) // two single quotes for a double one
		return k + 2*size
	}
	rest := s[size:]
	n := 0
	for n < len(rest) && isWordByte(rest[n]) {
		n++
	}
	if n > 0 && s[0] != '`' && (c.lang.clipped.has(rest[:n]) || isDigit(rest[0])) {
		c.emit(k, k+size+n)
		return k + size + n
	}
	previous := len(c.dst) - 1
	if previous >= c.from && c.dst[previous].End == k && len(rest) == 0 && c.open == 0 &&
		c.lang.possessive && (c.text[k-1] == 's' || c.text[k-1] == 'S') {
		c.inside(k, k+size) // payers'
		return k + size
	}
	if n > 0 && k == start {
		c.open++
	} else if c.open > 0 {
		c.open--
	}
	c.emit(k, k+size)
	return k + size
}

// letters cuts a word that starts with a letter.
func (c *cutter) letters(k, end int) int {
	s := c.text[k:end]
	n, ascii := wordLength(s)
	if m := c.lang.elision(s, n); m > 0 {
		c.emit(k, k+m) // l'eau
		return k + m
	}
	for n < len(s) {
		m := c.joint(s, n)
		if m == 0 {
			break
		}
		more, plain := wordLength(s[n+m:])
		ascii = ascii && plain
		n += m + more
	}
	if n < len(s) && s[n] == '.' && c.abbreviates(s, n) {
		n++
		c.emit(k, k+n)
		return k + n
	}
	if n == 1 && n < len(s) && (s[n] == '+' || s[n] == '#') && strings.Trim(s[n:], "+#") == "" {
		c.emit(k, end) // C++, C#
		return end
	}
	if n <= 3 && n < len(s) && s[n] == '$' && isUpper(s[0]) {
		c.emit(k, k+n+1) // US$
		return k + n + 1
	}
	if ascii {
		c.word(k, k+n)
	} else {
		c.segments(k, k+n)
	}
	return k + n
}

// segments cuts a run of letters that are not all ASCII where UAX #29 does: Han characters one by
// one, Thai and other scripts without spaces by runs.
func (c *cutter) segments(start, end int) {
	s := c.text[start:end]
	if strings.IndexFunc(s, breaks) < 0 {
		c.word(start, end)
		return
	}
	w := words.FromString(s)
	for w.Next() {
		c.word(start+w.Start(), start+w.End())
	}
}

// breaks reports whether a letter belongs to a script that is written without spaces.
func breaks(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// wordLength returns the length of the run of letters, digits and marks that s starts with.
func wordLength(s string) (n int, ascii bool) {
	ascii = true
	for n < len(s) {
		if s[n] < utf8.RuneSelf {
			if !isWordByte(s[n]) {
				break
			}
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[n:])
		if !isWordRune(r) && r != '\u200d' && r != '\u200c' && r != '\u00ad' {
			break
		}
		ascii = false
		n += size
	}
	return n, ascii
}

// joint returns the length of the character after s[:n] if a word goes on behind it, else 0.
func (c *cutter) joint(s string, n int) int {
	r, size := utf8.DecodeRuneInString(s[n:])
	if n+size >= len(s) {
		return 0
	}
	after, _ := utf8.DecodeRuneInString(s[n+size:])
	if !isWordRune(after) {
		return 0
	}
	switch r {
	case '\'', '’', '`':
		return size
	case '_', '*', '@', '·':
		return size
	case '&':
		if n <= 2 && isUpper(s[0]) && isUpper(s[n+1]) {
			return size // A&E
		}
	case '.':
		if isDotted(s[:n]) && isSingle(s[n+1:]) {
			return size // U.S, p.m
		}
		if n > 1 && isDigit(s[n-1]) && isDigit(s[n+1]) {
			return size // v1.2
		}
	case '-', '‐', '‑':
		if !c.rules.Hyphens {
			return size
		}
		if c.lang.prefixes.has(s[:n]) {
			return size
		}
		if n > 1 && isDigit(s[n-1]) && isDigit(s[n+1]) {
			return size // x3-9890
		}
	}
	return 0
}

// isDotted reports whether s is a single letter, or single letters with full stops between them.
func isDotted(s string) bool {
	if len(s)%2 == 0 {
		return false
	}
	for k := range len(s) {
		if k%2 == 0 && !isASCIILetter(s[k]) || k%2 == 1 && s[k] != '.' {
			return false
		}
	}
	return true
}

// isSingle reports whether s starts with one letter and no further word character.
func isSingle(s string) bool {
	return s != "" && isASCIILetter(s[0]) && (len(s) == 1 || !isWordByte(s[1]) && s[1] < utf8.RuneSelf)
}

// abbreviates reports whether the full stop at n belongs to the word before it.
func (c *cutter) abbreviates(s string, n int) bool {
	rest := s[n+1:]
	if rest != "" && (rest[0] == '.' || isWordByte(rest[0])) {
		return false
	}
	word := s[:n]
	if isDotted(word) {
		return n > 1 || isUpper(word[0])
	}
	return c.lang.abbreviation(word) > 0
}

// word cuts a word into the words of a contraction, if it is one.
func (c *cutter) word(start, end int) {
	s := c.text[start:end]
	if n := c.lang.contraction(s); n > 0 {
		c.emit(start, start+n)
		c.inside(start+n, end)
		return
	}
	c.emit(start, end)
}
