package features

import (
	"unicode"
	"unicode/utf8"
)

// appendLower writes s in Unicode lower case, character by character. Bytes that are no UTF-8
// are copied.
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

// appendDigits writes s with 0 for every decimal digit of any script.
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

// appendShape writes one character for each of s: X for an upper-case letter, x for a
// lower-case one, c, h, k or o for a letter of a script without case, 0 for a number, and any
// other character itself. Combining marks belong to the letter before them and are left out.
// With runs, equal neighbours are written once.
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
			dst = append(dst, c...) // also the bytes that are no UTF-8
		} else {
			dst = append(dst, byte(shape))
		}
	}
	return dst
}

// caselessShape tells the scripts of Japanese apart, since words change between them as those of other languages
// do between cases.
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

// The marks of a long vowel, which Unicode gives to no script of its own.
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

// flag is a property that a word has or has not.
type flag int

const (
	flagCapital flag = iota // the first letter is upper case
	flagCaps                // two letters or more, all upper case
	flagMixed               // an upper-case letter follows a lower-case one
	flagDigit               // holds a digit
	flagNumber              // holds a digit and no letter
	flagHyphen              // holds a hyphen or dash
	flagPeriod              // holds a full stop
	flagPunct               // no letter, no digit
)

var flagNames = [...]string{
	flagCapital: "capital", flagCaps: "caps", flagMixed: "mixed", flagDigit: "digit",
	flagNumber: "number", flagHyphen: "hyphen", flagPeriod: "period", flagPunct: "punct",
}

// makeup is what one pass over a word finds.
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

// kind names the first of these that fits.
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
