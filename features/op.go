package features

import "unicode/utf8"

// op is the function of a macro.
type op int

const (
	_                 op = iota // a literal
	opToken                     // %x
	opTokenASCIILower           // %X
	opTest                      // %t %T
	opMatch                     // %m
	opMatchASCIILower           // %M
	opLower                     // %l
	opDigits                    // %d
	opDigitsLower               // %D
	opShape                     // %h
	opShapeRuns                 // %H
	opKind                      // %k
	opPrefix                    // %p
	opPrefixLower               // %P
	opSuffix                    // %s
	opSuffixLower               // %S
	opFlag                      // %k with a flag
	opValue                     // %v, which has no view
)

// view is a macro without its offset: a function of one field. Templates share views, so each view
// is computed once per token, however many templates use it.
type view struct {
	op     op
	column int
	length int
	flag   flag
	re     *regex
}

// append appends the value for a field. It returns false if the view does not apply. row is scratch
// for regular expressions.
func (v *view) append(dst []byte, s string, row *[]int) ([]byte, bool) {
	switch v.op {
	case opToken:
		dst = append(dst, s...)
	case opTokenASCIILower:
		dst = appendASCIILower(dst, s)
	case opTest:
		lo, _, scratch := v.re.match(s, *row)
		*row = scratch
		if lo < 0 {
			return append(dst, "false"...), true
		}
		dst = append(dst, "true"...)
	case opMatch, opMatchASCIILower:
		lo, hi, scratch := v.re.match(s, *row)
		*row = scratch
		switch {
		case lo < 0:
		case v.op == opMatch:
			dst = append(dst, s[lo:hi]...)
		default:
			dst = appendASCIILower(dst, s[lo:hi])
		}
	case opLower:
		dst = appendLower(dst, s)
	case opDigits:
		dst = appendDigits(dst, s, false)
	case opDigitsLower:
		dst = appendDigits(dst, s, true)
	case opShape:
		dst = appendShape(dst, s, false)
	case opShapeRuns:
		dst = appendShape(dst, s, true)
	case opKind:
		dst = append(dst, scan(s).kind()...)
	case opFlag:
		if !scan(s).has(v.flag) {
			return dst, false
		}
		dst = append(dst, flagNames[v.flag]...)
	case opPrefix, opPrefixLower:
		affix, ok := prefix(s, v.length)
		if !ok {
			return dst, false
		}
		if v.op == opPrefix {
			return append(dst, affix...), true
		}
		dst = appendLower(dst, affix)
	case opSuffix, opSuffixLower:
		affix, ok := suffix(s, v.length)
		if !ok {
			return dst, false
		}
		if v.op == opSuffix {
			return append(dst, affix...), true
		}
		dst = appendLower(dst, affix)
	}
	return dst, true
}

// appendOutside appends the value for a position outside the sentence. The macros of Wapiti treat
// its name like any other field.
func (v *view) appendOutside(dst []byte, name string, row *[]int) ([]byte, bool) {
	switch {
	case v.op >= opPrefix:
		return dst, false
	case v.op >= opLower:
		return append(dst, name...), true
	}
	return v.append(dst, name, row)
}

func appendASCIILower(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, asciiLower(s[i]))
	}
	return dst
}

// prefix returns the first n characters of s. A byte that is not UTF-8 counts as one character.
func prefix(s string, n int) (string, bool) {
	end := 0
	for range n {
		if end == len(s) {
			return "", false
		}
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end], true
}

func suffix(s string, n int) (string, bool) {
	start := len(s)
	for range n {
		if start == 0 {
			return "", false
		}
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return s[start:], true
}
