package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/beam/tag"
	"github.com/trellis-nlp/trellis/report"
)

func TestMain(m *testing.M) {
	flag.Parse()
	beWorker()
	beam.Init()
	os.Exit(m.Run())
}

// The command labels files, names the bad ones, and labels the rest later.
func TestRun(t *testing.T) {
	folder := t.TempDir()
	texts := map[string]string{"a.txt": "Maria lives in Oslo.\n", "b.txt": "Ann saw Paris.\n\nShe left.\n"}
	for name, text := range texts {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644))
	}
	bad := filepath.Join(folder, "c.txt.gz")
	require.NoError(t, os.WriteFile(bad, []byte("\x1f\x8b\x08broken"), 0o644))
	out := filepath.Join(folder, "out")
	o := settings{list: tag.ListOptions{Patterns: []string{filepath.Join(folder, "*.txt*")}, Out: out}, Options: tag.Options{Format: "text"}}

	var screen strings.Builder
	err := run(t.Context(), &o, &screen)
	require.ErrorContains(t, err, bad)
	assert.Equal(t, "3 files, 3 sentences, 12 tokens; 1 files failed\n", screen.String())
	model, err := trellis.Ready()
	require.NoError(t, err)
	for name := range texts {
		var want bytes.Buffer
		require.NoError(t, model.TagTextFiles(t.Context(), report.NewJSON(&want, report.JSONOptions{}), trellis.Files(filepath.Join(folder, name)), trellis.TextOptions{}))
		got, err := os.ReadFile(filepath.Join(out, name+".jsonl"))
		require.NoError(t, err)
		assert.Equal(t, want.String(), string(got), name)
	}

	require.NoError(t, os.WriteFile(bad, []byte("Now it is good.\n"), 0o644))
	o.list.Resume = true
	screen.Reset()
	require.NoError(t, run(t.Context(), &o, &screen))
	assert.Equal(t, "1 files, 1 sentences, 5 tokens; 0 files failed\n", screen.String())
	screen.Reset()
	require.NoError(t, run(t.Context(), &o, &screen))
	assert.Equal(t, "all outputs exist\n", screen.String())
}

// Wrong usage is an error before a pipeline starts.
func TestWrongUsage(t *testing.T) {
	for want, o := range map[string]settings{
		"want --out FOLDER and names": {},
		"-1 threads":                  {list: tag.ListOptions{Patterns: []string{"x"}, Out: "out"}, Options: tag.Options{Threads: -1}},
		"no such file":                {list: tag.ListOptions{Patterns: []string{"missing-*"}, Out: "out"}},
	} {
		require.ErrorContains(t, run(t.Context(), &o, new(strings.Builder)), want)
	}
}
