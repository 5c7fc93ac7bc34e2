package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/explain"
)

func TestExplainGolden(t *testing.T) {
	for name, args := range map[string][]string{
		"explained.txt":         {"--text", "--top", "2", "--nbest", "3", "testdata/story.txt"},
		"explained.against.txt": {"--text", "--token", "2", "--against", "B-PER", "--color", "always", "testdata/story.txt"},
		"explained.errors.txt":  {"--errors", "--label", "3", "testdata/dev.other.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", "1")
			o := done(t, "", append([]string{"explain", "--model", wordModel(t)}, args...)...)
			assert.Empty(t, o.errors)
			golden(t, name, o.out)
		})
	}
}

// The objects have the chosen labels of tag, also without --text and from standard input.
func TestExplainJSON(t *testing.T) {
	o := done(t, "Maria lives in Oslo.\n", "explain", "--model", wordModel(t), "--json", "--brief")
	assert.Equal(t, assumed, o.errors)
	var x explain.Explanation
	require.NoError(t, json.Unmarshal([]byte(o.out), &x))
	assert.Equal(t, "Maria lives in Oslo.", x.Text)
	assert.Nil(t, x.Tokens[0].Attributes)
	labels := strings.Fields(done(t, "Maria\nlives\nin\nOslo\n.\n", "tag", "--model", wordModel(t)).out)
	for k, token := range x.Tokens {
		assert.Equal(t, labels[2*k:2*k+2], []string{token.Text, token.Label})
		assert.NotNil(t, token.Contrast)
	}
	full := done(t, "Maria\nlives\nin\nOslo\n.\n", "explain", "--model", wordModel(t), "--json")
	assert.Empty(t, full.errors)
	assert.Contains(t, full.out, `"attributes":[`)
}

func TestExplainAsPage(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.html")
	o := done(t, "", "explain", "--model", wordModel(t), "--text", "--html", "--output", page, "testdata/story.txt")
	assert.Empty(t, o.out)
	got := read(t, page)
	assert.Contains(t, got, `<svg class="lattice"`)
	assert.Equal(t, 1, strings.Count(got, "</html>"))
}

// explain works without a model, and on attribute files.
func TestExplainOtherModels(t *testing.T) {
	o := done(t, "Time flies.\n", "explain", "--text", "--token", "2")
	assert.Contains(t, o.out, "2 flies  ")
	m := itemsModel(t)
	o = done(t, "", "explain", "--model", m, "--top", "1", "testdata/text.crfsuite")
	assert.Contains(t, o.out, "\n1 ")
}

func TestExplainRefuses(t *testing.T) {
	m := wordModel(t)
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--json and --html: choose one", []string{"--json", "--html"}},
		{"--top 0: want a positive number", []string{"--top", "0"}},
		{"--color red: want auto, always or never", []string{"--color", "red"}},
		{"--token -1: want a number from 1, or 0 for all tokens", []string{"--token", "-1"}},
		{"--nbest -1: want a number that is not negative", []string{"--nbest", "-1"}},
		{"--against X: want a label of the model, such as ", []string{"--text", "--against", "X"}},
		{"--errors: plain text has no labels", []string{"--text", "--errors"}},
		{"--errors compares wrong labels with the correct ones; it cannot be combined with --against and --token", []string{"--errors", "--token", "1"}},
	} {
		o := tagger(t, "Maria lives in Oslo.\n", append([]string{"explain", "--model", m}, c.args...)...)
		assert.NotEqual(t, exitDone, o.status)
		assert.Contains(t, o.errors, "tagger: "+c.want)
	}
}
