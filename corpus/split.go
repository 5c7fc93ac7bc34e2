package corpus

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/trellis-nlp/trellis/internal/lines"
)

// split appends the fields of text, which begins at position start, to dst. It processes 8 bytes at
// a time.
func split(dst []field, text []byte, start int32, tabs bool) []field {
	from, n := 0, len(text)
	for i := 0; i < n; i += 8 {
		w, low := word(text, i)
		m := lines.Equal(w, '\t')
		if !tabs {
			m |= lines.Equal(w, ' ')
		}
		for ; m != 0; m &= m - 1 {
			at := low + bits.TrailingZeros64(m)/8
			if at < from {
				continue // already seen in the previous word
			}
			if tabs || at > from {
				dst = append(dst, field{start + int32(from), start + int32(at)})
			}
			from = at + 1
		}
	}
	if tabs || n > from {
		dst = append(dst, field{start + int32(from), start + int32(n)})
	}
	return dst
}

// word returns 8 bytes of text and their position: i, or less if fewer than 8 bytes follow. A text
// shorter than 8 bytes is padded with zeros.
func word(text []byte, i int) (uint64, int) {
	if len(text) >= 8 {
		i = min(i, len(text)-8)
		return binary.LittleEndian.Uint64(text[i:]), i
	}
	w := uint64(0)
	for k, c := range text {
		w |= uint64(c) << (8 * k)
	}
	return w, 0
}

// isBlank reports whether a field of text, which begins at position start, contains only spaces and
// tabs.
func (f field) isBlank(text []byte, start int32) bool {
	return lines.IsBlank(text[f.start-start : f.end-start])
}

// anyBlank reports whether one of the fields of text is blank.
func anyBlank(fields []field, text []byte, start int32) bool {
	return slices.ContainsFunc(fields, func(f field) bool { return f.isBlank(text, start) })
}
