package corpus

import (
	"fmt"
	"io"
	"strings"
)

// A Source lists where sentences come from: files and memory. The zero Source is empty.
type Source struct {
	Paths     []string    // of files; "-" is standard input
	Sentences []*Sentence // in memory, read after the files
	Stdin     io.Reader   // input for "-"; nil means the standard input of the process
}

// IsZero reports whether the source is empty.
func (s Source) IsZero() bool { return len(s.Paths)+len(s.Sentences) == 0 }

// NewSentence creates a sentence from rows, one per token, with equal numbers of fields. It fails
// if a field cannot be stored in a file, because it is empty or contains a tab or line end.
func NewSentence(rows [][]string) (*Sentence, error) {
	s := &Sentence{tabs: true, format: CoNLL, first: 1}
	var b strings.Builder
	for t, row := range rows {
		if len(row) != len(rows[0]) || len(row) == 0 {
			return nil, fmt.Errorf("token %d: %w", t, ColumnsError{Found: len(row), Expected: len(rows[0])})
		}
		start := b.Len()
		for k, text := range row {
			if text == "" || strings.ContainsAny(text, "\t\n\r") {
				return nil, fmt.Errorf("token %d, column %d: field %q is empty or contains a tab or line end", t, k+1, text)
			}
			if k > 0 {
				b.WriteByte('\t')
			}
			s.fields = append(s.fields, field{int32(b.Len()), int32(b.Len() + len(text))})
			b.WriteString(text)
		}
		b.WriteByte('\n')
		s.rows = append(s.rows, int32(t))
		s.lines = append(s.lines, line{start: int32(start), end: int32(b.Len() - 1), next: int32(b.Len()), kind: tokenLine})
	}
	if len(rows) > 0 {
		s.columns = len(rows[0])
	}
	b.WriteByte('\n')
	s.lines = append(s.lines, line{start: int32(b.Len() - 1), end: int32(b.Len() - 1), next: int32(b.Len()), kind: blankLine})
	s.text = b.String()
	return s, nil
}
