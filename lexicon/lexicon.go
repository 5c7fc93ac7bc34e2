package lexicon

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/features"
)

var (
	// ErrEmpty means that a file has no entry.
	ErrEmpty = errors.New("no entries")
	// ErrName means that a name is not valid for a column.
	ErrName = errors.New("not a valid column name")
	// ErrKind means that a kind of lexicon is not registered.
	ErrKind = errors.New("unknown kind of lexicon")
	// ErrDamaged means that sections are not those of a lexicon.
	ErrDamaged = errors.New("damaged lexicon")
)

// A Lexicon is a word resource that models store: a column computed from words. This package has
// [Classes], [Gazetteer] and [Vectors]. [Register] adds others. A Lexicon is immutable and safe for
// concurrent use.
type Lexicon interface {
	features.Column
	// Kind returns the kind in one word: classes, gazetteer, vectors.
	Kind() string
	// Len returns the number of entries: words, or phrases of a list.
	Len() int
	// Templates returns the default template lines that read the column.
	Templates() string
	// Sections returns the stored form, which depends only on the contents. Section names have 1 to
	// 4 non-zero bytes. They are distinct and differ from "kind".
	Sections() []Section
}

// checkName returns an error if templates cannot use a column name. A valid name is an ASCII
// letter, followed by ASCII letters, digits, dots, hyphens and underscores.
func checkName(name string) error {
	letter := func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }
	odd := strings.IndexFunc(name, func(r rune) bool {
		return !letter(r) && !strings.ContainsRune("0123456789.-_", r)
	})
	if name == "" || !letter(rune(name[0])) || odd >= 0 {
		return fmt.Errorf("%.40q is %w: want a letter, then letters, digits, dots, hyphens, underscores", name, ErrName)
	}
	return nil
}

// appendLower appends s in lower case, character by character. It copies bytes that are not UTF-8.
func appendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
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
