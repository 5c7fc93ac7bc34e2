package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestLabelsThatLookLikeWords(t *testing.T) {
	var text, tags strings.Builder
	for k := range 900 {
		fmt.Fprintf(&text, "O\tword%d\n", k%300)
		fmt.Fprintf(&tags, "word%d\tCase=Nom|N=%d\n", k%300, k%300)
		if k%30 == 29 {
			text.WriteString("\n")
			tags.WriteString("\n")
		}
	}
	says := `warning: the labels in column 2 look like words: 300 different labels for 900 tokens, such as "word0" and "word1"; use the option label to name another column`
	for _, args := range [][]string{nil, {"--order", "2", "--epochs", "3"}, {"--optimizer", "sgd", "--epochs", "1"}} {
		args = append([]string{"train", "--quiet", "--model", filepath.Join(t.TempDir(), "m"), "--epochs", "1"}, args...)
		assert.Contains(t, done(t, "", append(args, write(t, "words.conll", text.String()))...).errors, says)
	}
	o := done(t, "", "train", "--quiet", "--model", filepath.Join(t.TempDir(), "m"), "--epochs", "1", "--optimizer", "sgd", write(t, "tags.conll", tags.String()))
	assert.NotContains(t, o.errors, "look like words")
}
