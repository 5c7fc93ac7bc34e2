package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// dictated trains a model whose templates read only the previous word, so that only the dictionary
// knows the current one.
func dictated(t *testing.T, least string, flags ...string) string {
	t.Helper()
	train := write(t, "train.conll", strings.Repeat("the D\ndog N\n\nto T\nrun V\n\n", 4)+"a D\n")
	path := filepath.Join(t.TempDir(), "model")
	templates := write(t, "templates.txt", "u:w-1=%x[-1,form]\n")
	done(t, "", append([]string{"train", "--quiet", "--model", path, "--features", templates, "--tag-dictionary", least, "--loss", "cross-entropy", train}, flags...)...)
	return path
}

func TestTagDictionary(t *testing.T) {
	const text = "the\nrun\n\nthe\ncat\n"
	m := dictated(t, "4")
	pruned, whole := "the D\nrun V\n\nthe D\ncat N\n", "the D\nrun N\n\nthe D\ncat N\n"
	for _, flags := range [][]string{nil, {"--posterior"}} {
		assert.Equal(t, pruned, done(t, text, append([]string{"tag", "--model", m}, flags...)...).out)
		assert.Equal(t, whole, done(t, text, append([]string{"tag", "--model", m, "--no-dictionary"}, flags...)...).out)
	}
	assert.Equal(t, whole, done(t, text, "tag", "--model", dictated(t, "5")).out, "no word is that frequent")
	assert.Contains(t, done(t, text, "tag", "--model", m, "--probs").out, "run V 1.000000\n")
	assert.Contains(t, done(t, text, "tag", "--model", m, "--nbest", "2").out, "run V\n\n# 1 ", "the first sentence has only one labelling")

	// Fixed labels take precedence, and turn the dictionary off.
	assert.Equal(t, "the _ D\nrun D D\n", done(t, "the _\nrun D\n", "tag", "--model", m, "--fixed").out)

	accuracy := func(args ...string) float64 {
		var r struct{ Accuracy float64 }
		require.NoError(t, json.Unmarshal([]byte(done(t, "the D\nrun V\n", append([]string{"eval", "--json", "--samples", "0"}, args...)...).out), &r))
		return r.Accuracy
	}
	assert.InDelta(t, 1, accuracy("--model", m, "-"), 1e-12)
	assert.InDelta(t, 0.5, accuracy("--model", m, "--no-dictionary", "-"), 1e-12)

	seen := done(t, "", "inspect", m).out
	assert.Contains(t, seen, "dictionary      4 words, restricted to the labels in it\n")
	assert.Contains(t, seen, "tag-dictionary  4\n")
	assert.Contains(t, done(t, "", "inspect", "--json", m).out, `"dictionary":4,`)

	small := filepath.Join(t.TempDir(), "small")
	done(t, "", "prune", m, "--output", small, "--below", "0.01")
	assert.Equal(t, pruned, done(t, text, "tag", "--model", small).out, "a smaller model keeps it")
	assert.Contains(t, done(t, "", "export", m, "--to", "crfsuite", "--output", small).errors, "no tag dictionary")
}

// A model trained in BIOES accepts BIO labels that the dictionary does not contain.
func TestDictionaryOfOtherScheme(t *testing.T) {
	train := write(t, "ner.conll", strings.Repeat("Rome B-LOC\nis O\n\nNew B-LOC\nYork I-LOC\n\n", 3))
	path := filepath.Join(t.TempDir(), "model")
	done(t, "", "train", "--quiet", "--model", path, "--scheme", "bioes", "--tag-dictionary", "1", train)
	assert.Equal(t, "Rome _ B-LOC\nYork I-LOC I-LOC\n", done(t, "Rome _\nYork I-LOC\n", "tag", "--fixed", "--model", path).out)
	// York alone could only end a span: the sentence is labelled without the dictionary.
	out := done(t, "York\n", "tag", "--model", path).out
	assert.NotContains(t, out, "I-LOC")
}

func TestTagDictionaryIsRefused(t *testing.T) {
	m := dictated(t, "1")
	for _, x := range []struct {
		status int
		says   string
		args   []string
	}{
		{exitUsage, "--tag-dictionary -1", []string{"train", "--model", m, "--tag-dictionary", "-1", "testdata/train.conll"}},
		{exitUsage, "it labels spans, not words", []string{"train", "--model", m, "--model-type", "semi", "--tag-dictionary", "1", "testdata/train.conll"}},
		{exitFailed, "word column", []string{"train", "--quiet", "--model", m, "--tag-dictionary", "1", "testdata/train.crfsuite"}},
		{exitUsage, "--no-dictionary", []string{"eval", "--no-dictionary", "testdata/labelled.conll"}},
	} {
		o := tagger(t, "", x.args...)
		assert.Equal(t, x.status, o.status, x.args)
		assert.Contains(t, o.errors, x.says)
	}
}
