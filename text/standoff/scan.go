package standoff

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// The functions of this file take JSON apart that is known to be valid.

// valueEnd returns where the value ends that starts at a place.
func valueEnd(raw []byte, at int) int {
	depth := 0
	for k := at; k < len(raw); k++ {
		switch raw[k] {
		case '"':
			for k++; raw[k] != '"'; k++ {
				if raw[k] == '\\' {
					k++
				}
			}
		case '{', '[':
			depth++
			continue
		case '}', ']':
			if depth == 0 {
				return k // a number or a word ended before
			}
			depth--
		case ',', ' ', '\t', '\r', '\n', ':':
			if depth == 0 {
				return k
			}
			continue
		default:
			continue
		}
		if depth == 0 {
			return k + 1
		}
	}
	return len(raw)
}

// skipTo returns the next place from at on that is no white space, comma or colon.
func skipTo(raw []byte, at int) int {
	for at < len(raw) {
		switch raw[at] {
		case ' ', '\t', '\r', '\n', ',', ':':
			at++
		default:
			return at
		}
	}
	return at
}

// appendElements appends the elements of a list. It is not ok for another value.
func appendElements(dst [][]byte, raw []byte) (elements [][]byte, ok bool) {
	at := skipTo(raw, 0)
	if at == len(raw) || raw[at] != '[' {
		return dst, false
	}
	for at = skipTo(raw, at+1); raw[at] != ']'; {
		end := valueEnd(raw, at)
		dst = append(dst, raw[at:end:end])
		at = skipTo(raw, end)
	}
	return dst, true
}

// appendFields appends the keys and values of an object. It is not ok for another value.
func appendFields(dst []Field, raw []byte) (fields []Field, ok bool) {
	at := skipTo(raw, 0)
	if at == len(raw) || raw[at] != '{' {
		return dst, false
	}
	for at = skipTo(raw, at+1); raw[at] != '}'; {
		end := valueEnd(raw, at)
		key, _ := unquote(raw[at:end])
		at = skipTo(raw, end)
		end = valueEnd(raw, at)
		dst = append(dst, Field{key, raw[at:end:end]})
		at = skipTo(raw, end)
	}
	return dst, true
}

// unquote returns a string. It is not ok for another value.
func unquote(raw []byte) (s string, ok bool) {
	switch {
	case len(raw) < 2 || raw[0] != '"':
		return "", false
	case bytes.IndexByte(raw, '\\') < 0:
		return string(raw[1 : len(raw)-1]), true
	}
	err := json.Unmarshal(raw, &s)
	return s, err == nil
}

// integer returns a whole number. It is not ok for another value.
func integer(raw []byte) (n int, ok bool) {
	n, err := strconv.Atoi(string(raw))
	return n, err == nil
}
