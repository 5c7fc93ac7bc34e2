package attrfile

import (
	"bytes"
	"errors"
	"math"
	"strconv"
)

// atof reads the longest prefix of b that is a number, like atof in C, or returns 0 if there is
// none. whole reports whether the number is all of b.
func atof(b []byte) (v float64, whole bool) {
	n := bytes.TrimLeft(b, " \n\v\f\r")
	i, hex := numberLen(n)
	if i == 0 {
		return 0, false
	}
	var err error
	if hex && !bytes.ContainsAny(n[:i], "pP") {
		v, err = strconv.ParseFloat(string(n[:i])+"p0", 64) // the exponent is optional in C
	} else {
		v, err = strconv.ParseFloat(string(n[:i]), 64)
	}
	if errors.Is(err, strconv.ErrSyntax) {
		v = math.NaN() // with a sign, which Go does not accept
	}
	return v, i == len(n) // on a range error, v is an infinity, as in C
}

// numberLen returns the length of the longest prefix of b that is a decimal or hexadecimal number,
// an infinity or a NaN, and whether it is hexadecimal.
func numberLen(b []byte) (n int, hex bool) {
	if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
		n = 1
	}
	sign := n
	for _, word := range [...]string{"infinity", "inf", "nan"} {
		if end := n + len(word); len(b) >= end && bytes.EqualFold(b[n:end], []byte(word)) {
			return end, false
		}
	}
	if len(b) > n+1 && b[n] == '0' && b[n+1]|0x20 == 'x' && mantissaLen(b[n+2:], isHexDigit) > 0 {
		n += 2
		hex = true
		n += mantissaLen(b[n:], isHexDigit)
	} else {
		n += mantissaLen(b[n:], isDigit)
	}
	if n == sign {
		return 0, false
	}
	mark := byte('e')
	if hex {
		mark = 'p'
	}
	if n < len(b) && b[n]|0x20 == mark {
		e := n + 1
		if e < len(b) && (b[e] == '+' || b[e] == '-') {
			e++
		}
		for ; e < len(b) && isDigit(b[e]); e++ {
			n = e + 1
		}
	}
	return n, hex
}

// mantissaLen returns the length of the leading digits of b, with at most one point, or 0 if there
// is no digit.
func mantissaLen(b []byte, digit func(byte) bool) int {
	n, points := 0, 0
	for ; n < len(b); n++ {
		if b[n] == '.' && points == 0 {
			points++
		} else if !digit(b[n]) {
			break
		}
	}
	if n == points {
		return 0
	}
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
