package text

import "iter"

// Paragraphs yields the paragraphs of a text, each with the byte where it starts. A paragraph ends
// after the blank lines that follow it, so the paragraphs together are the text.
func Paragraphs(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for start := 0; start < len(text); {
			end := paragraphEnd(text, start)
			if !yield(start, text[start:end]) {
				return
			}
			start = end
		}
	}
}
