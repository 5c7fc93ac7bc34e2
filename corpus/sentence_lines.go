package corpus

import (
	"iter"
	"strings"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// Lines yields the lines of s without line ends, including the preceding text. The number is that
// of the token, or -1 for blank lines, comments, document lines, multiword ranges and empty nodes.
func (s *Sentence) Lines() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for l := range strings.Lines(s.text[:s.body()]) {
			if !yield(-1, l[:len(lines.CutEnd([]byte(l)))]) {
				return
			}
		}
		t := 0
		for _, l := range s.lines {
			number := -1
			if l.kind == tokenLine {
				number = t
				t++
			}
			if !yield(number, s.text[l.start:l.end]) {
				return
			}
		}
	}
}

// StartsDocument reports whether a document starts with s, by two criteria. The result marked is
// true if a line -DOCSTART- or a comment # newdoc precedes the first token. The result separated is
// true if more than one blank line precedes s. Files without marks separate documents in this way.
// For the first sentence of an input, separated has no meaning.
func (s *Sentence) StartsDocument() (marked, separated bool) {
	head := true
	for t, line := range s.Lines() {
		if t >= 0 {
			break
		}
		switch {
		case lines.IsBlank([]byte(line)):
			separated = separated || head
		case isDocument([]byte(line)):
			marked = true
		default:
			if rest, ok := strings.CutPrefix(line, "# newdoc"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '=') {
				marked = true
			}
		}
		head = head && !isDocument([]byte(line)) // blank lines after a document line do not count
	}
	return marked, separated
}
