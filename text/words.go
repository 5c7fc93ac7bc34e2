package text

import "strings"

// OfWords returns a text of words, with a space between them, and its sentence.
func OfWords(words []string) (string, Sentence) {
	s := Sentence{Tokens: make([]Token, len(words))}
	for k, w := range words {
		if k > 0 {
			s.End = s.End.Plus(Position{Byte: 1, Rune: 1, UTF16: 1})
		}
		start := s.End
		s.End = start.Plus(End(w))
		s.Tokens[k] = Token{Range: Range{Start: start, End: s.End}, Text: w}
	}
	return strings.Join(words, " "), s
}
