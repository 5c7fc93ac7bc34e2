package text

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }

func isASCIILetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isWordByte(b byte) bool { return isASCIILetter(b) || isDigit(b) }

// isWordRune reports whether r is part of a word. A byte that is not UTF-8 is.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return isWordByte(byte(r))
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || r == utf8.RuneError
}

// number cuts a token that starts with a digit, and the unit that follows it.
func (c *cutter) number(k, end int) int {
	s := c.text[k:end]
	n := numberLength(s)
	word, _ := wordLength(s[n:])
	suffix := s[n : n+word]
	switch {
	case word == 0:
		if m := decade(s[n:]); m > 0 && c.lang.possessive {
			n += m
		}
		c.emit(k, k+n)
		return k + n
	case c.lang.units.has(suffix):
		c.emit(k, k+n)
		c.letters(k+n, end)
		return c.dst[len(c.dst)-1].End
	}
	// Ordinals, decades and product names: 3rd, 1970s, 3143C, 20.doc, 2-F.
	n += word
	for n < len(s) {
		m := c.joint(s, n)
		if m == 0 {
			break
		}
		more, _ := wordLength(s[n+m:])
		n += m + more
	}
	c.emit(k, k+n)
	return k + n
}

// decade returns the length of the 's in 60's, else 0.
func decade(s string) int {
	for _, suffix := range []string{"'s", "’s", "`s"} {
		if strings.HasPrefix(s, suffix) && (len(s) == len(suffix) || !isWordByte(s[len(suffix)])) {
			return len(suffix)
		}
	}
	return 0
}

// numberLength returns the length of the number that s starts with: digits with separators between
// them, as in 1,000.50, 10:30, 10/12/2005, 713-853-3989 and 646-8420. A range such as 5-10 or
// 5:00-6:30 ends at its dash.
func numberLength(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	dash, dashes, group := 0, 0, n // where the first dash is; how many; the length of the last group of digits
	for n+1 < len(s) && isDigit(s[n+1]) {
		switch s[n] {
		case ',', '.', ':', '/':
		case '-':
			if dashes == 0 {
				dash = n
			}
			dashes++
		default:
			return withoutRange(n, dash, dashes, group)
		}
		group = n + 1
		n++
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		group = n - group
	}
	return withoutRange(n, dash, dashes, group)
}

// withoutRange returns n, or dash if the only dash of a number makes it a range: other than in a
// telephone number, whose last four digits stand behind at least three.
func withoutRange(n, dash, dashes, group int) int {
	if dashes == 1 && (dash < 3 || group != 4 || dash == 4) {
		return dash
	}
	return n
}

// tagLength returns the length of a hashtag or mention with its mark, 1 if there is none. A hashtag
// has a letter.
func tagLength(s string) int {
	n, letter := 1, false
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		if r != '_' && !isWordRune(r) {
			break
		}
		letter = letter || unicode.IsLetter(r)
		n += size
	}
	if !letter {
		return 1
	}
	return n
}

// emoticon returns the length of the emoticon that s starts with, else 0. One with letters or
// digits must be the whole chunk.
func emoticon(s string, starts bool) int {
	for _, e := range emoticons {
		if strings.HasPrefix(s, e) && (len(s) == len(e) || !isWordByte(s[len(e)])) {
			if isWordByte(e[0]) && !starts {
				continue
			}
			return len(e)
		}
	}
	return 0
}

// emoticons are made of eyes, a nose and a mouth; longer ones come first.
var emoticons = func() []string {
	list := strings.Fields("^_^ -_- <3 </3 >:( >:) o_O O_o 8-) 8-D 8)")
	for _, eyes := range []string{":", ";", "=", ":'"} {
		for _, nose := range []string{"-", "o", "^", ""} {
			for mouth := range strings.FieldsSeq(`)) (( ) ( D P p O o \ | * ] [ 3 S`) {
				list = append(list, eyes+nose+mouth)
			}
		}
	}
	list = append(list, ":/", ":-/")
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}()

// address returns the length of the URL, e-mail address, domain or file name that s starts with,
// else 0. Punctuation at its end is no part of it.
func (c *cutter) address(s string, has marks) int {
	n := 0
	switch {
	case has.colon && hasScheme(s):
		n = len(s)
	case has.dot && len(s) > 4 && strings.EqualFold(s[:4], "www."):
		n = len(s)
	case has.at:
		n = emailLength(s)
	}
	if n == 0 && has.dot {
		n = domainLength(s)
	}
	if n == 0 {
		return 0
	}
	if k := strings.IndexAny(s[:n], "<>\"“”"); k >= 0 {
		n = k
	}
	return trimAddress(s[:n])
}

// trimAddress returns the length of s without the punctuation at its end. A closing bracket stays
// if the opening one is part of s.
func trimAddress(s string) int {
	n := len(s)
	for n > 0 {
		r, size := utf8.DecodeLastRuneInString(s[:n])
		switch {
		case strings.ContainsRune(".,;:!?'\"’”»…*", r):
		case r == ')' && strings.Count(s[:n], "(") < strings.Count(s[:n], ")"):
		case r == ']' && strings.Count(s[:n], "[") < strings.Count(s[:n], "]"):
		case r == '}':
		default:
			return n
		}
		n -= size
	}
	return n
}

func hasScheme(s string) bool {
	n := 0
	for n < len(s) && isASCIILetter(s[n]) {
		n++
	}
	if n < 2 || n+1 >= len(s) || s[n] != ':' {
		return false
	}
	return strings.HasPrefix(s[n:], "://") && len(s) > n+3 || strings.EqualFold(s[:n], "mailto") && isWordByte(s[n+1])
}

// emailLength returns the length of the e-mail address that s starts with, else 0.
func emailLength(s string) int {
	k := 0
	for k < len(s) && (isWordByte(s[k]) || strings.IndexByte("._%+-", s[k]) >= 0) {
		k++
	}
	if k == 0 || k >= len(s) || s[k] != '@' {
		return 0
	}
	n := k + 1
	for n < len(s) && (isWordByte(s[n]) || strings.IndexByte(".-_", s[n]) >= 0) {
		n++
	}
	if n == k+1 {
		return 0
	}
	return n
}

// domainLength returns the length of the domain or file name that s starts with, such as
// liquidweb.com/x and notes.doc, else 0. Its last part must be a known domain or extension.
func domainLength(s string) int {
	n, last, parts := 0, 0, 0
	for n < len(s) && (isWordByte(s[n]) || s[n] == '-' || s[n] == '_' || s[n] == '.') {
		if s[n] == '.' {
			if n == last || n+1 == len(s) || !isWordByte(s[n+1]) {
				break
			}
			last = n + 1
			parts++
		}
		n++
	}
	if parts == 0 || !isASCIILetter(s[last]) {
		return 0
	}
	if parts > 1 && strings.Trim(s[:n], "abcdefghijklmnopqrstuvwxyz.-") == "" && !isDotted(s[:n]) {
		return n // a newsgroup or a package: comp.sources.unix
	}
	ending := s[last:n]
	if !endings.has(ending) || isUpper(ending[0]) != isUpper(ending[len(ending)-1]) {
		return 0 // "streak.In" is the end of a sentence
	}
	if n < len(s) && s[n] == '/' {
		for n < len(s) && s[n] < utf8.RuneSelf && s[n] > ' ' {
			n++
		}
	}
	return n
}

// endings are common top-level domains and file extensions.
var endings = set(`ai at au bat be bmp br ca ch cn co com csv de dk doc docx edu es eu exe fi fr gif go gov gz hk hu
	htm html ie in info int io it jp jpeg jpg js json md mil mp3 mp4 mx net nl no nz org pdf php pl png ppt pptx ps pt py rtf ru se sh svg tar
	tex tiff toml tv txt uk us wav wmv xls xlsx xml yaml zip`)
