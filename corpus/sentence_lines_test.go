package corpus

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLines(t *testing.T) {
	text := "\ufeff\r\n-DOCSTART- -X-\r\n\r\n# a comment\r\nx 1\r\n# and another\r\ny 2\r\n\r\n# the end\r\n"
	r := NewReader(strings.NewReader(text), "", Options{})
	var s Sentence
	require.NoError(t, r.Read(&s))
	var got []string
	var tokens []int
	for token, line := range s.Lines() {
		got, tokens = append(got, line), append(tokens, token)
	}
	assert.Equal(t, []string{"", "-DOCSTART- -X-", "", "# a comment", "x 1", "# and another", "y 2", ""}, got)
	assert.Equal(t, []int{-1, -1, -1, -1, 0, -1, 1, -1}, tokens)
	for token := range s.Lines() {
		if token == 0 {
			break
		}
	}
	require.ErrorIs(t, r.Read(&s), io.EOF)
	for token, line := range s.Lines() {
		assert.Equal(t, -1, token)
		assert.Equal(t, "# the end", line)
		break
	}
}

func TestStartsDocument(t *testing.T) {
	for _, c := range []struct {
		text, marked, separated string // sentences, and one letter per sentence
	}{
		{"a\n\nb\n\nc\n", "nnn", "nnn"},
		{"\na\n\nb\n\n\nc\n \nd\n", "nnnn", "ynyn"},
		{"-DOCSTART- O\n\na O\n\n-DOCSTART-\nb O\n\nc O\n", "yyn", "nnn"},
		{"a O\n-DOCSTART- O\n\nb O\n", "ny", "nn"},
		{"# newdoc\n# sent_id = 1\n1\ta\t_\t_\t_\t_\t_\t_\t_\t_\n\n# newdocument\n1\tb\t_\t_\t_\t_\t_\t_\t_\t_\n\n# newdoc id = x\n\n1\tc\t_\t_\t_\t_\t_\t_\t_\t_\n", "yny", "nny"},
		{"a O\n# newdoc\nb O\n", "n", "n"},
	} {
		r := NewReader(strings.NewReader(c.text), "", Options{})
		marked, separated := "", ""
		letter := map[bool]string{true: "y", false: "n"}
		for {
			var s Sentence
			if err := r.Read(&s); err == io.EOF {
				break
			} else {
				require.NoError(t, err)
			}
			m, p := s.StartsDocument()
			marked, separated = marked+letter[m], separated+letter[p]
		}
		assert.Equal(t, c.marked, marked, "%q", c.text)
		assert.Equal(t, c.separated, separated, "%q", c.text)
	}
}
