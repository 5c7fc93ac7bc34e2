package corpus

import (
	"iter"
	"strings"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// Lines yields the lines of s without their ends, what stands before it included, each with the number of
// its token, or -1: of blank lines, comments, document lines, multiword ranges and empty nodes.
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

// StartsDocument reports whether a document starts with s: a line -DOCSTART- or a comment # newdoc stands
// before its first token. parted reports whether more than the one blank line that ends a sentence stands
// before it, by which files without such marks tell documents apart; the first sentence of an input may be
// parted from nothing.
func (s *Sentence) StartsDocument() (marked, parted bool) {
	head := true
	for t, line := range s.Lines() {
		if t >= 0 {
			break
		}
		switch {
		case lines.IsBlank([]byte(line)):
			parted = parted || head
		case isDocument([]byte(line)):
			marked = true
		default:
			if rest, ok := strings.CutPrefix(line, "# newdoc"); ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t' || rest[0] == '=') {
				marked = true
			}
		}
		head = head && !isDocument([]byte(line)) // what follows that line is its own
	}
	return marked, parted
}
