package trellis

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/text"
)

// cutInto cuts a text that arrives in pieces of the given size into paragraphs.
func cutInto(s string, size int, byLine bool) (list []string) {
	p := paragrapher{byLine: byLine}
	var waiting []byte
	for start := 0; ; start += size {
		end := min(start+size, len(s))
		waiting = append(waiting, s[start:end]...)
		for len(waiting) > 0 {
			n := p.next(waiting, end == len(s))
			if n == 0 {
				break
			}
			list = append(list, string(waiting[:n]))
			waiting = waiting[n:]
		}
		if end == len(s) {
			return list
		}
	}
}

// Paragraphs are those of package text, however the text arrives. By line, each one has at most one
// line that is not blank.
func FuzzParagraphs(f *testing.F) {
	for _, s := range []string{"", "a\n\nb", "\n\na \n \t\n\nb\r\n\r\nc\r\rd\r", "\ufeffa\nb\n", "a\r\n\r", "\r\n\r\n"} {
		f.Add(s, uint8(1))
	}
	f.Fuzz(func(t *testing.T, s string, size uint8) {
		var want []string
		for _, paragraph := range text.Paragraphs(s) {
			want = append(want, paragraph)
		}
		require.Equal(t, want, cutInto(s, int(size)+1, false))
		lines := cutInto(s, int(size)+1, true)
		require.Equal(t, s, strings.Join(lines, ""))
		require.Equal(t, lines, cutInto(s, len(s)+1, true))
		for _, line := range lines {
			rows := strings.FieldsFunc(line, func(r rune) bool { return r == '\n' || r == '\r' })
			rows = slices.DeleteFunc(rows, func(row string) bool { return strings.Trim(row, " \t") == "" })
			require.LessOrEqual(t, len(rows), 1)
		}
	})
}
