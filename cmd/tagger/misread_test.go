package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestWarningsOfMisreadFiles expects one warning per file that looks misread, and the same labels.
func TestWarningsOfMisreadFiles(t *testing.T) {
	// The model reads no column but the words.
	model := modelOf(t, "--pos", "none", "--features", "ner", "testdata/train.conll")
	for name, c := range map[string]struct{ text, says string }{
		"Latin-1":            {"Anna\tNOUN\nM\xfcller\tPROPN\n\n\xc5sa\tPROPN\n", ":2: the text is not UTF-8 (2 tokens in the file); the words are read as bytes; convert the file, for example from Latin-1"},
		"a token a sentence": {strings.Repeat("Anna\tNOUN\n\n", 10), ": all 10 sentences have one token; expected blank lines only between sentences, and one token per line"},
		"no blank line":      {strings.Repeat("Anna\tNOUN\n", 501), ": 501 tokens in 1 sentences; expected a blank line after each sentence"},
		"other words":        {strings.Repeat("a1\tNOUN\n", 10) + "\n" + strings.Repeat("b2\tNOUN\n", 10), `: the model knows 0 of the first 20 words, and not "a1"; expected words as in the training data; name the word column with the option form`},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "text.conll", c.text)
			o := done(t, "", "tag", "--model", model, path)
			assert.Equal(t, "tagger: warning: "+path+c.says+"\n", o.errors)
			assert.Equal(t, strings.Count(c.text, "\n"), strings.Count(o.out, "\n"))
		})
	}
	few := done(t, strings.Repeat("Anna\tNOUN\n\n", 9), "tag", "--model", model)
	assert.Empty(t, few.errors, "may be nine words")

	odd := write(t, "odd.conll", "M\xfcller\tPROPN\tB-PER\nging\tVERB\tO\n")
	for _, args := range [][]string{
		{"eval", "--model", model, odd},
		{"train", "--quiet", "--epochs", "2", "--model", write(t, "new.model", ""), odd},
	} {
		assert.Equal(t, 1, strings.Count(done(t, "", args...).errors, "warning: "+odd+":1: the text is not UTF-8"), args[0])
	}
}

// TestAttributeModelOnWords reads a file of words with a model of attributes.
func TestAttributeModelOnWords(t *testing.T) {
	for _, c := range []struct{ text, says string }{
		{"Anna\tO\nmet\tO\nJim\tO\n", `the model knows 0 of the first 3 attributes, and not "O"; expected an attribute file as in the training, with a label and attributes on each line`},
		{"Anna\nmet\nJim\n", "no line has an attribute, but the model reads only attributes; expected a label and attributes on each line, separated by tabs"},
	} {
		o := done(t, c.text, "tag", "--model", itemsModel(t))
		assert.Equal(t, "tagger: warning: stdin: "+c.says+"\n", o.errors)
	}
}
