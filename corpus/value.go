package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// misc is the CoNLL-U column that holds KEY=VALUE entries.
const misc = "misc"

// SpanValue is the place of span labels in CoNLL-U, which has no column for them.
const SpanValue = "misc.NE"

// A Value is the place of one value of each token: a column, or a key in the MISC column of
// CoNLL-U.
type Value struct {
	Column int
	Key    string // KEY of KEY=... in MISC; "" means the whole column
}

// Value resolves a column like [Layout.Column], or misc.KEY.
func (l *Layout) Value(spec string) (Value, error) {
	v := Value{}
	name := spec
	if column, key, ok := strings.Cut(spec, "."); ok && strings.EqualFold(column, misc) && l.Names != nil {
		if key == "" || strings.ContainsAny(key, "|= \t") {
			return v, fmt.Errorf("%s: %w: expected misc.KEY, with a key without blanks, | and =", spec, ErrColumn)
		}
		name, v.Key = misc, key
	}
	var err error
	v.Column, err = l.Column(name)
	return v, err
}

// String returns the number of the column from 1, or misc.KEY.
func (v Value) String() string {
	if v.Key != "" {
		return misc + "." + v.Key
	}
	return strconv.Itoa(v.Column + 1)
}

// Read appends the values of all tokens to dst[:0] and returns the result. Tokens without the key
// get O.
func (v Value) Read(dst []string, s *Sentence) []string {
	if s.Len() == 0 {
		return dst[:0]
	}
	dst = s.Column(dst, v.Column)
	if v.Key == "" {
		return dst
	}
	for t, entries := range dst {
		dst[t] = "O"
		for entry := range strings.SplitSeq(entries, "|") {
			if k, text, ok := strings.Cut(entry, "="); ok && k == v.Key {
				dst[t] = text
			}
		}
	}
	return dst
}

// Replace returns the column of v, with new values for v. It removes the key of tokens with the
// value O. Other entries stay.
func (v Value) Replace(s *Sentence, values []string) []string {
	if v.Key == "" || s.Len() == 0 {
		return values
	}
	column := s.Column(nil, v.Column)
	for t, old := range column {
		var entries []string
		for entry := range strings.SplitSeq(old, "|") {
			if k, _, ok := strings.Cut(entry, "="); entry != "_" && entry != "" && !(ok && k == v.Key) {
				entries = append(entries, entry)
			}
		}
		if values[t] != "O" {
			entries = append(entries, v.Key+"="+values[t])
		}
		column[t] = "_"
		if entries != nil {
			column[t] = strings.Join(entries, "|")
		}
	}
	return column
}
