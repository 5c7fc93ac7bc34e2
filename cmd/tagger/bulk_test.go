package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bulkInputs returns a folder of inputs in several formats, and their names.
func bulkInputs(t *testing.T) (string, []string) {
	in := t.TempDir()
	names := []string{"story.txt", "text.conll", "more.txt"}
	for _, name := range names[:2] {
		require.NoError(t, os.WriteFile(filepath.Join(in, name), []byte(read(t, "testdata/"+name)), 0o666))
	}
	long := strings.Repeat("Maria lives in Oslo. She left Berlin.\n\n", 20_000)
	require.NoError(t, os.WriteFile(filepath.Join(in, names[2]), []byte(long), 0o666))
	return in, names
}

// An output is what tag writes, also after an interrupt, a kill and two shards.
func TestBulkWritesWhatTagWrites(t *testing.T) {
	in, names := bulkInputs(t)
	model, out := wordModel(t), t.TempDir()
	args := []string{"bulk", "--model", model, "--json", "--out", out, "--resume", in}

	ctx, stop := context.WithCancel(t.Context())
	stop()
	o := taggerContext(ctx, strings.NewReader(""), args...)
	assert.Equal(t, exitRetry, o.status, o.errors)
	assert.Contains(t, o.errors, "run again to resume")

	killed := exec.CommandContext(t.Context(), filepath.Join(programFolder(t), "tagger"), args...)
	require.NoError(t, killed.Start())
	time.Sleep(200 * time.Millisecond)
	_ = killed.Process.Kill() // it may have ended
	_ = killed.Wait()

	for _, shard := range []string{"0/2", "1/2"} {
		done(t, "", append(args, "--shard", shard)...)
	}
	for _, name := range names {
		want := done(t, "", "tag", "--model", model, "--json", filepath.Join(in, name)).out
		assert.True(t, want == read(t, filepath.Join(out, name)), name)
	}
	assert.Contains(t, done(t, "", args...).errors, "3 files are tagged, 3 of them before; 0 failed")
}

// A damaged input is named, and the others are tagged.
func TestBulkNamesDamagedInputs(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(in, "a.gz"), []byte("\x1f\x8b\x08damaged"), 0o666))
	require.NoError(t, os.WriteFile(filepath.Join(in, "b"), []byte("Oslo"), 0o666))
	o := tagger(t, "", "bulk", "--model", wordModel(t), "--text", "--out", out, in)
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "a.gz: the gzip stream")
	assert.Contains(t, o.errors, "1 of 2 inputs failed")
	assert.Equal(t, "[Oslo LOC]\n", read(t, filepath.Join(out, "b")))
	assert.NoFileExists(t, filepath.Join(out, "a.gz"))
}

func TestBulkRefuses(t *testing.T) {
	model := wordModel(t)
	for says, args := range map[string][]string{
		"--shard 3: want I/N with I from 0 to N-1, such as 0/8\n": {"--shard", "3"},
		"--shard 2/2: want I/N":                                   {"--shard", "2/2"},
		"--output: bulk writes to":                                {"--output", "x"},
		"--json and --html":                                       {"--json", "--html"},
	} {
		o := tagger(t, "", append([]string{"bulk", "--model", model, "--out", t.TempDir(), "testdata/story.txt"}, args...)...)
		assert.Equal(t, exitUsage, o.status, says)
		assert.Contains(t, o.errors, says)
	}
	o := tagger(t, "", "bulk", "--model", model, "--out", "/dev/full/x", "testdata/story.txt")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "not a directory")
}
