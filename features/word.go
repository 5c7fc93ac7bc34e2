package features

import (
	"unicode"
	"unicode/utf8"
)

// appendLower appends s in Unicode lower case, character by character. It copies bytes that are not
// UTF-8.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			dst = append(dst, asciiLower(b))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError {
			dst = append(dst, s[i:i+size]...)
		} else {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		i += size
	}
	return dst
}

// appendDigits appends s with every decimal digit of any script replaced by 0.
func appendDigits(dst []byte, s string, lower bool) []byte {
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch c := s[i : i+size]; {
		case unicode.IsDigit(r):
			dst = append(dst, '0')
		case lower:
			dst = appendLower(dst, c)
		default:
			dst = append(dst, c...)
		}
		i += size
	}
	return dst
}

// appendShape appends one character per character of s. X stands for an upper-case letter, x for a
// lower-case letter, and 0 for a number. c, h, k and o stand for letters of scripts without case.
// Other characters are copied. Combining marks are omitted. With runs, repeats of the same
// character are written once.
func appendShape(dst []byte, s string, runs bool) []byte {
	last := rune(-1)
	for i := 0; i < len(s); {
		if b := s[i]; b < utf8.RuneSelf {
			i++
			if shape := asciiShape(b); !runs || rune(shape) != last {
				last = rune(shape)
				dst = append(dst, shape)
			}
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		c := s[i : i+size]
		i += size
		shape := r
		switch {
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			shape = 'X'
		case unicode.IsLower(r):
			shape = 'x'
		case unicode.IsLetter(r):
			shape = caselessShape(r)
		case unicode.IsNumber(r):
			shape = '0'
		case unicode.IsMark(r):
			continue
		}
		if runs && shape == last {
			continue
		}
		last = shape
		if shape == r {
			dst = append(dst, c...) // also bytes that are not UTF-8
		} else {
			dst = append(dst, byte(shape))
		}
	}
	return dst
}

// caselessShape distinguishes the scripts of Japanese. A change of script marks word boundaries
// there, as a change of case does in other languages.
func caselessShape(r rune) rune {
	switch {
	case unicode.Is(unicode.Han, r):
		return 'c'
	case unicode.Is(unicode.Hiragana, r):
		return 'h'
	case unicode.Is(unicode.Katakana, r), r == longSound, r == longSoundHalf:
		return 'k'
	}
	return 'o'
}

// Marks of a long vowel. Unicode assigns them to no single script.
const (
	longSound     = '\u30fc'
	longSoundHalf = '\uff70'
)

func asciiShape(b byte) byte {
	switch {
	case 'a' <= b && b <= 'z':
		return 'x'
	case 'A' <= b && b <= 'Z':
		return 'X'
	case '0' <= b && b <= '9':
		return '0'
	}
	return b
}

// flag is a property of a word.
type flag int

const (
	flagCapital flag = iota // the first letter is upper case
	flagCaps                // two letters or more, all upper case
	flagMixed               // an upper-case letter follows a lower-case one
	flagDigit               // contains a digit
	flagNumber              // contains a digit and no letter
	flagHyphen              // contains a hyphen or dash
	flagPeriod              // contains a full stop
	flagPunct               // no letter, no digit
)

var flagNames = [...]string{
	flagCapital: "capital", flagCaps: "caps", flagMixed: "mixed", flagDigit: "digit",
	flagNumber: "number", flagHyphen: "hyphen", flagPeriod: "period", flagPunct: "punct",
}

// makeup is the result of one pass over a word.
type makeup struct {
	letters, upper, lower, digits int
	firstUpper                    bool // the first letter is upper case
	hump                          bool // upper case after lower case
	hyphen, period                bool
}

func scan(s string) (m makeup) {
	for _, r := range s {
		switch {
		case unicode.IsLower(r):
			m.lower++
			m.letters++
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			m.firstUpper = m.firstUpper || m.letters == 0
			m.hump = m.hump || m.lower > 0
			m.upper++
			m.letters++
		case unicode.IsLetter(r):
			m.letters++
		case unicode.IsNumber(r):
			m.digits++
		case r == '.':
			m.period = true
		case unicode.Is(unicode.Pd, r):
			m.hyphen = true
		}
	}
	return m
}

func (m makeup) has(f flag) bool {
	switch f {
	case flagCapital:
		return m.firstUpper
	case flagCaps:
		return m.letters >= 2 && m.upper == m.letters
	case flagMixed:
		return m.hump
	case flagDigit:
		return m.digits > 0
	case flagNumber:
		return m.digits > 0 && m.letters == 0
	case flagHyphen:
		return m.hyphen
	case flagPeriod:
		return m.period
	default:
		return m.letters == 0 && m.digits == 0
	}
}

// kind returns the first kind that applies.
func (m makeup) kind() string {
	switch {
	case m.has(flagPunct):
		return "punct"
	case m.has(flagNumber):
		return "number"
	case m.has(flagCaps):
		return "caps"
	case m.firstUpper && m.upper == 1:
		return "capital"
	case m.upper > 0:
		return "mixed"
	case m.lower > 0:
		return "lower"
	default:
		return "caseless"
	}
}
