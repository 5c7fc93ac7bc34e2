package recipe

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLooksLikeWords(t *testing.T) {
	assert.False(t, looksLikeWords(make([]string, wordyLabels), 1000), "few labels")
	assert.False(t, looksLikeWords(make([]string, 500), 5000), "frequent labels")
	assert.True(t, looksLikeWords(make([]string, 500), 4999))
}

func TestDoubts(t *testing.T) {
	labels := make([]string, chainLabels+1)
	assert.Equal(t, []string{"1001 labels: the time per step grows with the square of this number; order 2 prunes labels and is much faster"}, Doubts("2", labels, 1e6, true))
	assert.Empty(t, Doubts("2", labels, 1e6, false))
	assert.Empty(t, Doubts("2", labels[1:], 1e6, true))
	assert.Equal(t, []string{`all tokens have the label "O": is this the label column?`}, Doubts("2", []string{"O"}, 7, true))
}
