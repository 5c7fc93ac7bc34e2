package lines

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// split is the reference: the lines of a short text with their ends, up to a NUL, and whether there
// is a NUL.
func split(text string) (list []string, bom, nul bool) {
	if !strings.Contains(text, "\n") && strings.Contains(strings.TrimRight(text, "\r"), "\r") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	text, bom = strings.CutPrefix(text, BOM)
	for line := range strings.Lines(text) {
		if strings.Contains(line, "\x00") {
			return list, bom, true
		}
		list = append(list, line)
	}
	return list, bom, false
}

func FuzzReader(f *testing.F) {
	for _, text := range []string{
		"", "a\nb", "a\r\nb\r\n", "a\rb\r", "a\r\r", BOM + "a\n\nb\n", BOM + "\r" + BOM, BOM, "a\nb\x00\nc", "\x00", "a\rb\x00", "\n\n\n", "a\n\nb\n\nc\n\n",
	} {
		f.Add(text, 1)
		f.Add(text, 3)
	}
	f.Fuzz(func(t *testing.T, text string, size int) {
		if len(text) > chunkSize/2 {
			t.Skip("lines of CR are decided within a chunk")
		}
		want, bom, nul := split(text)
		for how, slow := range slowly {
			l := New(slow(strings.NewReader(text)), "f", at)
			got, err := all(&l)
			require.Equal(t, want, got, how)
			require.Equal(t, bom, l.BOM, how)
			if nul {
				require.ErrorIs(t, err, ErrBinary)
			} else {
				require.NoError(t, err)
			}
		}

		// Blocks hold the same lines.
		l := New(iotest.OneByteReader(strings.NewReader(text)), "f", at)
		list, err := cut(&l, min(max(size, 1), 100))
		require.NoError(t, err)
		var got []string
		for k, b := range list {
			assert.True(t, k == len(list)-1 || bytes.HasSuffix(b.Text, []byte("\n\n")), "%q is not whole", b.Text)
			r := b.Open()
			lines, err := all(&r)
			got = append(got, lines...)
			if err != nil {
				require.ErrorIs(t, err, ErrBinary)
				require.True(t, nul)
				nul = false
				break
			}
		}
		require.Equal(t, want, got)
		require.False(t, nul, "the NUL was found")
	})
}
