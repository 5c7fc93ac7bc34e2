package learning_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/lexicon"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text"
)

// Plain text, split by a tokenizer and normalised, has the words of the same text in columns.
func TestReadTextSplitsLines(t *testing.T) {
	read := func(content string, o learning.TextOptions) *cluster.Text {
		t.Helper()
		words, err := learning.ReadText(t.Context(), corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(content)}, o)
		require.NoError(t, err)
		return words
	}
	want := read("Rene\u0301\nsings\n.\n\nHe\ndoes\nn't\nski\n.\n", learning.TextOptions{Normalize: model.NFC})
	assert.Equal(t, 8, want.Tokens())
	split := learning.TextOptions{Tokenizer: &text.Rules{Language: "en", Lines: true}, Normalize: model.NFC}
	assert.Equal(t, want, read("Ren\u00e9 sings. He doesn't ski.\n", split))
	assert.Equal(t, want, read("Ren\u00e9 sings.\nHe doesn't ski.\n\n", split))
	assert.Equal(t, want, read("Ren\u00e9 sings .\nHe does n't ski .\n", learning.TextOptions{Normalize: model.NFC}))
	assert.NotEqual(t, want, read("Rene\u0301\nsings\n.\n\nHe\ndoes\nn't\nski\n.\n", learning.TextOptions{}))
}

func TestTrainOnUnlabelledText(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
		return path
	}
	train := corpus.Source{Paths: []string{write("train.conll", sample.Dev)}}
	content := strings.Repeat("Anna sings. Tom doesn't.\n\nTom hears her\n", 3)
	said := ""
	c := recipe.Config{Text: recipe.Files{write("a.txt", content), write("b.txt", "once only\ntwo words here\n")}, Tokenizer: "rules:en",
		Epochs: new(2), Threads: 1, Log: func(text string) { said += text + "\n" }}
	r, err := learning.Train(t.Context(), train, c, nil)
	require.NoError(t, err)
	assert.Contains(t, said, "clustering unlabelled text of 35 tokens, 13 different words\n")
	classes := make(map[string]*lexicon.Classes)
	for _, l := range r.Model.Input().Lexicons {
		classes[l.Name()], _ = l.(*lexicon.Classes)
	}
	for _, column := range []string{"text200", "text500"} {
		require.NotNil(t, classes[column])
		assert.Equal(t, 8, classes[column].Len(), "words that occur three times")
		assert.NotEmpty(t, classes[column].Class("n't"))
		assert.Empty(t, classes[column].Class("once"))
		assert.True(t, r.Model.Input().Templates.Reads(column))
	}
	assert.Contains(t, r.Model.Metadata().Config, `text = ["a.txt", "b.txt"]`)

	again, err := learning.Train(t.Context(), train, c, nil)
	require.NoError(t, err)
	assert.Equal(t, classes["text200"].Class("Anna"), again.Model.Input().Lexicons[0].(*lexicon.Classes).Class("Anna"))

	for want, path := range map[string]string{
		"b.txt: want words that occur 3 times": filepath.Join(dir, "b.txt"),
		"none.txt: no such file":               filepath.Join(dir, "none.txt"),
		"binary":                               write("binary", "a\x00b c\nd\n"),
	} {
		c.Text = recipe.Files{path}
		_, err = learning.Train(t.Context(), train, c, nil)
		assert.ErrorContains(t, err, want)
	}
}
