package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/cluster"
)

func TestClusterReadsAllFormats(t *testing.T) {
	text := "the cat sees a dog\na dog hears the rain\nrain\n"
	rows, conllu := "", ""
	for line := range strings.Lines(text) {
		for _, word := range strings.Fields(line) {
			rows += word + " X\n"
			conllu += "1\t" + word + strings.Repeat("\t_", 8) + "\n"
		}
		rows, conllu = rows+"\n", conllu+"\n"
	}
	want := done(t, text, "cluster", "-", "--output", "-", "--clusters", "3", "--quiet").out
	c, err := cluster.Read(strings.NewReader(want), "")
	require.NoError(t, err)
	assert.Equal(t, 7, c.Len())
	for _, input := range []string{rows, conllu} {
		assert.Equal(t, want, done(t, input, "cluster", "-", "-o", "-", "--clusters", "3").out)
	}
	assert.Equal(t, want, done(t, text, "cluster", "-", "-o", "-", "--clusters", "3", "--format", "text").out)
	out := filepath.Join(t.TempDir(), "words.paths")
	o := done(t, rows, "cluster", "-", "-o", out, "--clusters", "3", "--format", "conll", "--form", "1")
	assert.Equal(t, want, read(t, out))
	assert.Contains(t, o.errors, "11 tokens, 7 different words\n10%\n")
	assert.Contains(t, o.errors, "100%\n")
}

func TestClusterAlgorithms(t *testing.T) {
	for _, algorithm := range []string{"clark", "kmeans"} {
		out := done(t, "a b c\na c b b\n", "cluster", "-", "-o", "-", "--clusters", "2", "--algorithm", algorithm, "--threads", "1", "--quiet").out
		c, err := cluster.Read(strings.NewReader(out), "")
		require.NoError(t, err)
		assert.Equal(t, 3, c.Len())
		assert.False(t, c.Tree())
	}
}

func TestClusterFails(t *testing.T) {
	out := filepath.Join(t.TempDir(), "words.paths")
	for _, c := range []struct {
		says   string
		status int
		args   []string
	}{
		{"-1 clusters: want a positive", exitUsage, []string{"--clusters", "-1"}},
		{"minimum count of -1: want", exitUsage, []string{"--min-count", "-1"}},
		{"window of 5 clusters: want at least", exitUsage, []string{"--window", "5"}},
		{"only the algorithm brown has a window", exitUsage, []string{"--algorithm", "clark", "--window", "2000"}},
		{"want brown, clark or kmeans", exitUsage, []string{"--algorithm", "black"}},
		{"want auto, text, conll or conllu", exitUsage, []string{"--format", "crfsuite"}},
		{"no word to cluster", exitFailed, []string{"--min-count", "9"}},
		{`stdin: --form: column "7": no such column`, exitFailed, []string{"--format", "conll", "--form", "7"}},
	} {
		o := tagger(t, "a X\nb Y\n", append([]string{"cluster", "-", "--output", out}, c.args...)...)
		assert.Equal(t, c.status, o.status, c.says)
		assert.Contains(t, o.errors, c.says)
		assert.NoFileExists(t, out)
	}
}
