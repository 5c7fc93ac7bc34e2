package text

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestOfWords(t *testing.T) {
	whole, s := OfWords([]string{"é😀", "", "b"})
	assert.Equal(t, "é😀  b", whole)
	assert.Equal(t, Range{End: Position{Byte: 9, Rune: 5, UTF16: 6}}, s.Range)
	for _, token := range s.Tokens {
		assert.Equal(t, token.Text, whole[token.Start.Byte:token.End.Byte])
	}
	whole, s = OfWords(nil)
	assert.Empty(t, whole)
	assert.Empty(t, s.Tokens)
}
