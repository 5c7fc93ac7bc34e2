package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// An answer is the object that --json writes for the text alone.
func TestTagLines(t *testing.T) {
	model := wordModel(t)
	o := done(t, "7\tMaria lives in Oslo.\n\n", "tag", "--model", model, "--lines", "tsv")
	assert.Empty(t, o.errors)
	want := done(t, "Maria lives in Oslo.", "tag", "--model", model, "--text", "--json", "--per", "paragraph").out
	assert.Equal(t, "7\t"+want+"\n", o.out)

	out := filepath.Join(t.TempDir(), "out.jsonl")
	done(t, `{"text":"Maria lives in Oslo."}`, "tag", "--model", model, "--lines", "jsonl", "--output", out)
	assert.Equal(t, want, read(t, out))
	bytes := done(t, `{"text":"Zoë lives in Oslo."}`, "tag", "--model", model, "--lines", "jsonl", "--offsets", "bytes").out
	assert.Contains(t, bytes, `"end":19,`)
	assert.True(t, strings.HasPrefix(done(t, "?", "tag", "--model", model, "--lines", "jsonl").out, `{"error":"stdin:1: `))
}

func TestTagLinesRefuses(t *testing.T) {
	model := wordModel(t)
	for says, args := range map[string][]string{
		"--lines csv: want jsonl or tsv":                                     {"--lines", "csv"},
		"--lines writes a line for each line, and does not support --json":   {"--lines", "tsv", "--json"},
		"--lines writes a line for each line, and does not support --format": {"--lines", "tsv", "--format", "conll"},
		"--offsets graphemes: want runes, bytes or utf16 for --json":         {"--lines", "tsv", "--offsets", "graphemes"},
		"--threads -1: want a positive number":                               {"--lines", "tsv", "--threads", "-1"},
	} {
		o := tagger(t, "", append([]string{"tag", "--model", model}, args...)...)
		assert.Equal(t, exitUsage, o.status, says)
		assert.Contains(t, o.errors, says)
	}
	o := tagger(t, "Maria\n", "tag", "--model", nerModel(t), "--lines", "tsv")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "only words, but the model reads column 2 too")
}
