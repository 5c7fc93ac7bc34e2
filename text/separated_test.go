package text

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParagraphs(t *testing.T) {
	const text = "\n One\ntwo. \r\n\r\nThree\n\n"
	var all []string
	at := 0
	for start, p := range Paragraphs(text) {
		assert.Equal(t, at, start)
		at += len(p)
		all = append(all, p)
	}
	assert.Equal(t, []string{"\n One\ntwo. \r\n\r\n", "Three\n\n"}, all)
	for _, p := range Paragraphs(text) {
		assert.Equal(t, all[0], p)
		break
	}
}

func TestReadSeparated(t *testing.T) {
	r, err := ReadSeparated(strings.NewReader("\ufeffI| |like|tea |.|\r\n\n   \nดี|ๆ||New York"), "tea.txt", "|")
	require.NoError(t, err)
	assert.Equal(t, "I liketea .\n\nดีๆNew York", r.Text)
	require.Len(t, r.Tokens, 7)
	assert.Equal(t, ReferenceToken{Form: "I", Words: []string{"I"}, First: true, Para: true, Spaced: true}, r.Tokens[0])
	assert.Equal(t, ReferenceToken{Form: "like", Words: []string{"like"}}, r.Tokens[1])
	assert.Equal(t, ReferenceToken{Form: "tea", Words: []string{"tea"}, Spaced: true}, r.Tokens[2])
	assert.Equal(t, "New York", r.Tokens[6].Form)
	assert.True(t, r.Tokens[4].Para)

	r, err = ReadSeparated(strings.NewReader("a  b c"), "tea.txt", " ")
	require.NoError(t, err)
	assert.Equal(t, "abc", r.Text, "the separator is no part of the text")
}

func TestReadSeparatedErrors(t *testing.T) {
	for _, separator := range []string{"", "\n", "a\r"} {
		_, err := ReadSeparated(strings.NewReader("a"), "x", separator)
		assert.ErrorContains(t, err, "separator", "%q", separator)
	}
	_, err := ReadSeparated(strings.NewReader("a|b\n\xe0\n"), "latin.txt", "|")
	assert.ErrorContains(t, err, "latin.txt:2: ")
}

func FuzzReadSeparated(f *testing.F) {
	f.Add("I| |like|tea|.\n\nดี|ๆ", "|")
	f.Add("a b\u200b \tc\r", " ")
	f.Fuzz(func(t *testing.T, file, separator string) {
		r, err := ReadSeparated(strings.NewReader(file), "fuzz", separator)
		if err != nil {
			return
		}
		var all strings.Builder
		for k, token := range r.Tokens {
			require.NotEmpty(t, token.Form)
			require.Equal(t, token.First, token.Para)
			require.True(t, k > 0 || token.First)
			all.WriteString(squeezed(token.Form))
		}
		require.Equal(t, squeezed(r.Text), all.String())
	})
}

// The Thai messages are the largest file of this kind that the tests know.
func TestReadSeparatedThai(t *testing.T) {
	f, err := os.Open("../../shared/data/wisesight-wordseg-th/wisesight-1000-samples-tokenised.label")
	if err != nil {
		t.Skip("the shared data are absent")
	}
	defer f.Close()
	r, err := ReadSeparated(f, "wisesight", "|")
	require.NoError(t, err)
	paragraphs := 0
	for range Paragraphs(r.Text) {
		paragraphs++
	}
	assert.Equal(t, 993, paragraphs)
}
