package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus/check"
	"github.com/trellis-nlp/trellis/study"
)

func TestCheckExitStatus(t *testing.T) {
	clean := "testdata/train.conll"
	warned := write(t, "warned.conll", read(t, clean)+"A\u200bna\tPROPN\tB-PER\nwon\tVERB\tO\n\n")
	wrong := write(t, "wrong.conll", read(t, clean)+"Ana\tPROPN\tI-PER\nwon\tVERB\tO\n\n")
	for _, x := range []struct {
		args   []string
		status int
		errors string
	}{
		{[]string{clean}, exitDone, ""},
		{[]string{"--strict", clean}, exitDone, ""},
		{[]string{warned}, exitDone, ""},
		{[]string{"--strict", warned}, exitFailed, "tagger: the check found mistakes: kinds of warnings: 1\n"},
		{[]string{wrong}, exitFailed, "tagger: the check found mistakes: kinds of errors: 1\n"},
		{[]string{clean, "--dev", "testdata/dev.conll", "--test", wrong}, exitFailed, "tagger: the check found mistakes: kinds of errors: 1\n"},
		{[]string{"--examples", "-1", clean}, exitUsage, "tagger: --examples -1: want a number that is not negative\nRun 'tagger check --help' for usage.\n"},
		{[]string{"nosuch.conll"}, exitFailed, "tagger: nosuch.conll: no such file or directory\n"},
	} {
		o := tagger(t, "", append([]string{"check"}, x.args...)...)
		assert.Equal(t, x.status, o.status, "%v: %s", x.args, o.out)
		assert.Equal(t, x.errors, o.errors)
	}
	o := tagger(t, read(t, wrong), "check", "--json", "-")
	assert.Equal(t, exitFailed, o.status)
	var r check.Report
	require.NoError(t, json.Unmarshal([]byte(o.out), &r))
	assert.Equal(t, check.Error, r.Findings[0].Severity)
	assert.Equal(t, "stdin", r.Findings[0].Examples[0].File)
}

func TestCheckOutput(t *testing.T) {
	o := tagger(t, "", "check", "testdata/train.conll", "--dev", "testdata/dev.conll")
	golden(t, "check.txt", o.out)
}

func TestAudit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "suspects.jsonl")
	page := filepath.Join(t.TempDir(), "suspects.html")
	o := done(t, "", "audit", "--quiet", "--threads", "1", "--folds", "3", "--top", "3", "--json", path, "--html", page, "testdata/train.conll")
	assert.Contains(t, read(t, page), "testdata/train.conll:20")
	assert.Contains(t, read(t, page), "3 labels in doubt")
	golden(t, "audit.txt", o.out)
	assert.Empty(t, o.errors)
	lines := strings.Split(strings.TrimSpace(read(t, path)), "\n")
	require.Len(t, lines, 3)
	var s study.Suspect
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &s))
	assert.Equal(t, 1, s.Rank)
	assert.Equal(t, "testdata/train.conll", s.File)

	o = done(t, read(t, "testdata/train.conll"), "audit", "--threads", "1", "--folds", "2", "--json", "-", "-")
	assert.Contains(t, o.errors, "fold 2/2: F1 ")
	assert.Equal(t, "{", o.out[:1])

	for _, args := range [][]string{{"--by", "word"}, {"--folds", "1"}, {"--score", "luck"}, {"--json", "testdata/train.conll"}, {"--top", "-1"}} {
		o := tagger(t, "", append(append([]string{"audit"}, args...), "testdata/train.conll")...)
		assert.Equal(t, exitUsage, o.status, "%v: %s", args, o.errors)
	}
}

func TestSelect(t *testing.T) {
	words := modelOf(t, "--pos", "none", "testdata/train.conll")
	for _, x := range []struct{ name, pool string }{
		{"select.txt", "testdata/story.txt"}, {"select.jsonl", "testdata/people.jsonl"}, {"select.conll", "testdata/text.conll"},
	} {
		o := done(t, "", "select", "--model", words, "-n", "2", "--threads", "1", x.pool)
		golden(t, x.name, o.out)
		assert.Contains(t, o.errors, "tagger: note: chose 2 of ")
	}
	o := done(t, read(t, "testdata/story.txt"), "select", "--model", words, "--text", "--json", "-")
	var c struct{ Score float64 }
	require.NoError(t, json.Unmarshal([]byte(strings.SplitN(o.out, "\n", 2)[0]), &c))
	assert.Positive(t, c.Score)

	o = done(t, "", "select", "--model", words, "--train", "testdata/train.conll", "testdata/train.conll")
	assert.Empty(t, o.out)
	assert.Contains(t, o.errors, "chose 0 of ")

	folder := t.TempDir()
	done(t, "", "select", "--model", words, "-n", "1", "--output", folder, "--format", "brat", "testdata/people.2.txt")
	assert.FileExists(t, filepath.Join(folder, "people.2.txt"))

	out := filepath.Join(folder, "out.conll")
	done(t, "", "select", "--model", words, "-n", "1", "-o", out, "testdata/text.conll")
	assert.Contains(t, read(t, out), "# score = ")

	for _, args := range [][]string{{"-n", "0"}, {"--strategy", "luck"}, {"--diversity", "2"}, {"--output", "testdata/text.conll"}, {"--tokenizer", "rules", "--format", "conll"}} {
		o := tagger(t, "", append(append([]string{"select", "--model", words}, args...), "testdata/text.conll")...)
		assert.Equal(t, exitUsage, o.status, "%v: %s", args, o.errors)
	}
	assert.Equal(t, exitUsage, tagger(t, "", "select", "testdata/text.conll").status)
}
