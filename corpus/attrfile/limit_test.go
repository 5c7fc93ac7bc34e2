package attrfile

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/trellis-nlp/trellis/corpus"
)

// The limit applies to a sentence with any number of lines.
func TestSentenceLimit(t *testing.T) {
	text := strings.Repeat("O\ta\n", 1<<20)
	r := NewReader(io.MultiReader(strings.NewReader("O\ta\n\n"), strings.NewReader(text)), "f")
	r.lines.Limit = 3 << 20
	assert.NoError(t, r.Read(new(Items)))
	assert.ErrorIs(t, r.Read(new(Items)), corpus.ErrTooLong)
}
