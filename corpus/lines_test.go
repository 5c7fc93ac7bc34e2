package corpus

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The limit of a sentence applies to lines of all kinds.
func TestSentenceLimit(t *testing.T) {
	for name, text := range map[string]string{
		"rows":        "a b\n",
		"comments":    "#\n",
		"blank lines": " \n",
		"documents":   "-DOCSTART-\n",
	} {
		r := NewReader(io.MultiReader(strings.NewReader("a b\n\n"), endless(text)), "f", Options{})
		r.lines.Limit = 3 << 20
		var s Sentence
		require.NoError(t, r.Read(&s), name)
		err := r.Read(&s)
		require.ErrorIs(t, err, ErrTooLong, name)
		assert.ErrorContains(t, err, "sentence of more than 3 MiB")
		assert.Zero(t, s.Len())
	}
}

// endless repeats its lines forever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= len(e) {
		n += copy(p[n:], e)
	}
	return n, nil
}
