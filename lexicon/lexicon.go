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
	// ErrEmpty says that a file has no entry.
	ErrEmpty = errors.New("no entries")
	// ErrName says that templates could not name a column so.
	ErrName = errors.New("not a name of a column")
	// ErrKind says that nobody registered a kind of lexicon.
	ErrKind = errors.New("unknown kind of lexicon")
	// ErrDamaged says that sections are not those of a lexicon.
	ErrDamaged = errors.New("damaged lexicon")
)

// A Lexicon is a word resource, which models store: a column that follows from words. [Classes], [Gazetteer] and
// [Vectors] are the ones of this package; [Register] adds others. A Lexicon is immutable, and any number of goroutines
// may use it at once.
type Lexicon interface {
	features.Column
	// Kind names what it is in one word: classes, gazetteer, vectors.
	Kind() string
	// Len returns the number of entries: words, or phrases of a list.
	Len() int
	// Templates returns the template lines that read the column by default.
	Templates() string
	// Sections returns the parts of its form in a file. They depend on its contents alone. Names have 1 to 4 bytes, none
	// of them zero, and differ from each other and from "kind".
	Sections() []Section
}

// checkName reports a name that templates could not call a column: they take a letter, then letters, digits, dots,
// hyphens and underscores, of ASCII.
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

// appendLower writes s in lower case, character by character. Bytes that are no UTF-8 stay.
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
