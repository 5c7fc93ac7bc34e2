package text

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/trellis-nlp/trellis/corpus"
)

// Original returns the text of a sentence of rows, and the words as its tokens.
//
// The text is that of the comment "# text" if the forms fit it. Otherwise, spaces join the forms,
// except after a token with SpaceAfter=No in the column MISC. Words of multiword tokens are parts
// of them. If they do not spell the token, the first word covers it, and the others are empty
// ranges at its end.
func Original(s *corpus.Sentence, layout *corpus.Layout, form int) (string, Sentence) {
	surface := surfaceOf(s, layout, form)
	whole := Comment(s, "text")
	starts := locate(whole, surface)
	if starts == nil {
		whole, starts = spell(surface)
	}
	out := Sentence{Tokens: make([]Token, 0, s.Len())}
	var at Position
	for k, token := range surface {
		spelled := strings.Join(token.words, "") == token.form
		end := starts[k] + len(token.form)
		start := starts[k]
		for n, word := range token.words {
			to := end
			switch {
			case spelled:
				to = start + len(word)
			case n > 0:
				start = end
			}
			var r Range
			r.Start = at.advance(whole, start)
			r.End = r.Start.advance(whole, to)
			out.Tokens = append(out.Tokens, Token{Range: r, Text: word, Inside: n > 0})
			at, start = r.End, to
		}
	}
	if n := len(out.Tokens); n > 0 {
		out.Range = Range{out.Tokens[0].Start, out.Tokens[n-1].End}
	}
	return whole, out
}

// Cover returns the range of tokens[first:end]. An empty token stands for its surface token.
func Cover(tokens []Token, first, end int) Range {
	for first > 0 && tokens[first].Inside && tokens[first].Start == tokens[first].End {
		first--
	}
	return Range{tokens[first].Start, tokens[end-1].End}
}

// A surfaceToken is a token of the text and its words.
type surfaceToken struct {
	form   string
	words  []string
	spaced bool // a space follows
}

// surfaceOf returns the tokens of the text. Multiword tokens are those of CoNLL-U.
func surfaceOf(s *corpus.Sentence, layout *corpus.Layout, form int) []surfaceToken {
	id, misc := slices.Index(layout.Names, "id"), slices.Index(layout.Names, "misc")
	var list []surfaceToken
	until := 0 // the last word of the multiword token that is open
	for line, t := range lines(s) {
		if t < 0 {
			fields := strings.Split(line, "\t")
			if last := lastWord(fields, id, form); last > 0 {
				list = append(list, surfaceToken{form: fields[form], spaced: misc < 0 || misc >= len(fields) || spaceAfter(fields[misc])})
				until = last
			}
			continue
		}
		word := s.Field(t, form)
		if until > 0 {
			if number, err := strconv.Atoi(s.Field(t, id)); err == nil && number <= until {
				last := &list[len(list)-1]
				last.words = append(last.words, word)
				continue
			}
			until = 0
		}
		list = append(list, surfaceToken{form: word, words: []string{word}, spaced: misc < 0 || spaceAfter(s.Field(t, misc))})
	}
	return slices.DeleteFunc(list, func(t surfaceToken) bool { return len(t.words) == 0 })
}

// lastWord returns the number of the last word of a multiword token, or 0 for other lines.
func lastWord(fields []string, id, form int) int {
	if id < 0 || max(id, form) >= len(fields) || strings.HasPrefix(fields[0], "#") {
		return 0
	}
	_, to, ok := strings.Cut(fields[id], "-")
	n, err := strconv.Atoi(to)
	if !ok || err != nil {
		return 0
	}
	return n
}

// spaceAfter reports whether a space follows a token with this entry in MISC.
func spaceAfter(misc string) bool {
	for note := range strings.SplitSeq(misc, "|") {
		if note == "SpaceAfter=No" {
			return false
		}
	}
	return true
}

// Comment returns the value of a comment such as "# sent_id = 3", or "" if there is none.
func Comment(s *corpus.Sentence, name string) string {
	for _, line := range s.Comments(nil) {
		key, value, ok := strings.Cut(strings.TrimPrefix(line, "#"), "=")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// locate returns where each token starts in a text that has nothing else but white space, or nil.
func locate(whole string, tokens []surfaceToken) []int {
	starts := make([]int, 0, len(tokens))
	at := 0
	for _, t := range tokens {
		at += spaceLen(whole[at:])
		if !strings.HasPrefix(whole[at:], t.form) {
			return nil
		}
		starts = append(starts, at)
		at += len(t.form)
	}
	if at+spaceLen(whole[at:]) != len(whole) {
		return nil
	}
	return starts
}

func spaceLen(s string) int { return len(s) - len(strings.TrimLeftFunc(s, unicode.IsSpace)) }

// spell makes a text of tokens. It also returns where each token starts.
func spell(tokens []surfaceToken) (string, []int) {
	var b strings.Builder
	starts := make([]int, 0, len(tokens))
	for k, t := range tokens {
		starts = append(starts, b.Len())
		b.WriteString(t.form)
		if t.spaced && k+1 < len(tokens) {
			b.WriteByte(' ')
		}
	}
	return b.String(), starts
}
