package segment

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trellis-nlp/trellis/text"
)

// A paragraph is a text with its right cuts.
type paragraph struct {
	text  string
	gold  []text.Cut
	words map[uint32]counts // by their keys
}

// divide finds the tokens of a reference in the paragraphs of its text. The first token of a
// paragraph starts a sentence, whatever the reference says.
func divide(r *text.Reference) ([]paragraph, error) {
	var list []paragraph
	k := 0
	for _, p := range text.Paragraphs(r.Text) {
		var gold []text.Cut
		for at := skipSpace(p, 0); at < len(p); at = skipSpace(p, at) {
			if k == len(r.Tokens) {
				return nil, fmt.Errorf("text of the reference: found %.20q, expected its end after token %d", p[at:], k)
			}
			t := &r.Tokens[k]
			n := prefix(p[at:], t.Form)
			if n == 0 {
				return nil, fmt.Errorf("text of the reference: found %.20q, expected token %d, %q", p[at:], k+1, t.Form)
			}
			gold = cuts(gold, t, p, at, at+n)
			at += n
			k++
		}
		if gold != nil {
			gold[0].First = true
			list = append(list, paragraph{text: p, gold: gold})
		}
	}
	if k < len(r.Tokens) {
		return nil, fmt.Errorf("text of the reference: found its end, expected token %d, %q", k+1, r.Tokens[k].Form)
	}
	return list, nil
}

// cuts appends the cuts of a token: of its words, if they are its parts.
func cuts(dst []text.Cut, t *text.ReferenceToken, p string, from, to int) []text.Cut {
	if len(t.Words) < 2 || strings.Join(t.Words, "") != p[from:to] {
		return append(dst, text.Cut{Start: from, End: to, First: t.First})
	}
	for n, word := range t.Words {
		if word != "" {
			dst = append(dst, text.Cut{Start: from, End: from + len(word), First: t.First && n == 0, Inside: n > 0})
			from += len(word)
		}
	}
	return dst
}

// prefix returns the length of the prefix of s that is form but for white space, 0 if there is
// none.
func prefix(s, form string) int {
	n := 0
	for _, want := range form {
		if isSpace(want) {
			continue
		}
		k := skipSpace(s, n)
		r, size := utf8.DecodeRuneInString(s[k:])
		if size == 0 || r != want {
			return 0
		}
		n = k + size
	}
	return n
}

// skipSpace returns where the white space at k ends.
func skipSpace(s string, k int) int {
	for k < len(s) {
		r, size := utf8.DecodeRuneInString(s[k:])
		if !isSpace(r) {
			break
		}
		k += size
	}
	return k
}

// isSpace reports whether the tokenizers of package text take r for white space.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }
