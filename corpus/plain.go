package corpus

import (
	"encoding/binary"
	"math/bits"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// plain reads rows into s and returns the position of the next line. The first row begins at
// position start in the sentence. plain is the fast path of [Reader.read] for nearly all rows, in
// one pass over the bytes. It leaves every line that may be something else, or an error, to read.
func (r *Reader) plain(s *Sentence, start int32) int32 {
	l := &r.lines
	for {
		text := l.Chunk[l.Pos:]
		if len(text) < 8 || text[0] <= '#' || text[0] == '-' {
			return start
		}
		had := len(s.fields)
		end := r.plainRow(s, text, start)
		size := start + int32(end) + 1
		if end < 0 || len(s.fields)-had != r.layout.Columns || !r.isWord(text, s.fields[had:], start) ||
			text[end-1] == '\r' || text[end-1] == ' ' || end >= lines.MaxLine || int(size) > l.Limit || l.NUL <= l.Pos+end {
			s.fields = s.fields[:had]
			return start
		}
		l.Pos += end + 1
		l.Number++
		if len(s.lines) == 0 {
			s.first = l.Number
		}
		s.rows = append(s.rows, int32(len(s.lines)))
		s.lines = append(s.lines, line{start, size - 1, size, tokenLine})
		start = size
	}
}

// plainRow appends the fields of the first line of text to s.fields, like split. It returns the
// length of the line, or a negative number if it reaches the last 8 bytes of text.
func (r *Reader) plainRow(s *Sentence, text []byte, start int32) int {
	tabs := r.layout.Tabs
	from := 0
	for i := 0; i <= len(text)-8; i += 8 {
		w := binary.LittleEndian.Uint64(text[i:])
		ends, m := lines.Equal(w, '\n'), lines.Equal(w, '\t')
		if !tabs {
			m |= lines.Equal(w, ' ')
		}
		for m &= ends - 1; m != 0; m &= m - 1 { // separators before the first line end
			at := i + bits.TrailingZeros64(m)/8
			if tabs || at > from {
				s.fields = append(s.fields, field{start + int32(from), start + int32(at)})
			}
			from = at + 1
		}
		if ends != 0 {
			end := i + bits.TrailingZeros64(ends)/8
			if tabs || end > from {
				s.fields = append(s.fields, field{start + int32(from), start + int32(end)})
			}
			return end
		}
	}
	return -1
}

// isWord reports whether the row with these fields is a token of CoNLL-U. In CoNLL every row is.
func (r *Reader) isWord(text []byte, fields []field, start int32) bool {
	return r.layout.Format != CoNLLU || r.id < 0 ||
		idKind(text[fields[r.id].start-start:fields[r.id].end-start]) == wordID
}
