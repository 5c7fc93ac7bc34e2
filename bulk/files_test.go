package bulk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// folder creates files with their names as content, and returns their folder.
func folder(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(name+"\n"), 0o666))
	}
	return dir
}

// upper is a Tag that writes the content in capital letters. It fails for content with "bad".
func upper(_ context.Context, w io.Writer, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.ToUpper(string(text))); err != nil {
		return err
	}
	if strings.Contains(string(text), "bad") {
		return errors.New("bad input")
	}
	return nil
}

// outputs returns the content of the files in a folder, without the manifests.
func outputs(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == manifests {
			return cmpSkip(err)
		}
		if !d.IsDir() {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			name, err := filepath.Rel(dir, path)
			require.NoError(t, err)
			found[filepath.ToSlash(name)] = string(text)
		}
		return nil
	}))
	return found
}

func cmpSkip(err error) error {
	if err == nil {
		return filepath.SkipDir
	}
	return err
}

func TestTagFiles(t *testing.T) {
	in, out := folder(t, "a.txt", "s/b.txt", "s/_hidden/c", ".d"), filepath.Join(t.TempDir(), "x", "out")
	m, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: upper, Version: "v", Suffix: ".up"})
	require.NoError(t, err)
	want := map[string]string{"a.txt.up": "A.TXT\n", "s/b.txt.up": "S/B.TXT\n"}
	assert.Equal(t, want, outputs(t, out))
	sum := sha256.Sum256([]byte("A.TXT\n"))
	assert.Equal(t, File{Input: filepath.Join(in, "a.txt"), Size: 6, Output: filepath.Join(out, "a.txt.up"), Lines: 1, Bytes: 6,
		SHA256: hex.EncodeToString(sum[:])}, m.Files[0])
	assert.Equal(t, int64(2), m.Lines)
	data, err := os.ReadFile(filepath.Join(out, manifests, "shard-0-of-1.json"))
	require.NoError(t, err)
	var stored Manifest
	require.NoError(t, json.Unmarshal(data, &stored))
	assert.Equal(t, m, &stored)

	// Again: refused, or skipped with the same manifest.
	_, err = TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: upper, Version: "v", Suffix: ".up"})
	assert.EqualError(t, err, filepath.Join(out, "a.txt.up")+": the output exists; resume, or choose another folder")
	again, err := os.ReadFile(filepath.Join(out, manifests, "shard-0-of-1.json"))
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again))
	none := func(context.Context, io.Writer, string) error { return errors.New("called") }
	m, err = TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: none, Version: "v", Suffix: ".up", Resume: true})
	require.NoError(t, err)
	assert.Equal(t, 2, m.Skipped)
	assert.Equal(t, stored.Bytes, m.Bytes)
	m, err = TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: none, Version: "w", Suffix: ".up", Resume: true})
	assert.ErrorIs(t, err, ErrInputs)
	assert.Contains(t, m.Failed[0].Error, `version "v", expected "w"`)
	require.NoError(t, os.WriteFile(filepath.Join(in, "a.txt"), []byte("longer text"), 0o666))
	m, err = TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: none, Version: "v", Suffix: ".up", Resume: true})
	assert.ErrorIs(t, err, ErrInputs)
	assert.Contains(t, m.Failed[0].Error, "had 6 bytes, and has 11 now")
}

// Shards together tag everything once.
func TestShards(t *testing.T) {
	names := []string{"a", "bb", "ccc", "dddd", "eeeee", "f/g"}
	in, out := folder(t, names...), t.TempDir()
	calls := map[string]int{}
	tag := func(ctx context.Context, w io.Writer, path string) error {
		calls[filepath.Base(path)]++
		return upper(ctx, w, path)
	}
	for shard := range 2 {
		m, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: tag, Shard: shard, Shards: 2})
		require.NoError(t, err)
		assert.Len(t, m.Files, 3)
	}
	assert.Len(t, calls, len(names))
	assert.Len(t, outputs(t, out), len(names))
	for name, n := range calls {
		assert.Equal(t, 1, n, name)
	}
	_, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: tag, Shard: 2, Shards: 2})
	assert.ErrorContains(t, err, "2/2: want a number from 0 to 1")
}

// A failure is named, and the others are tagged. Nothing incomplete has the name of an output.
func TestOneInputFails(t *testing.T) {
	in, out := folder(t, "a", "bad", "c"), t.TempDir()
	var failed error
	m, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: upper, Failed: func(err error) {
		failed = errors.Join(failed, err)
	}})
	assert.ErrorIs(t, err, ErrInputs)
	assert.NotErrorIs(t, err, ErrRetry)
	assert.EqualError(t, failed, "bad input")
	assert.Equal(t, []Failure{{filepath.Join(in, "bad"), "bad input"}}, m.Failed)
	assert.Equal(t, map[string]string{"a": "A\n", "c": "C\n"}, outputs(t, out))
}

// An input may be a link to a folder. A link in a folder could lead back to it.
func TestLinks(t *testing.T) {
	in, links := folder(t, "a", "s/b"), t.TempDir()
	link := filepath.Join(links, "link")
	require.NoError(t, os.Symlink(in, link))
	require.NoError(t, os.Symlink(filepath.Join(in, "a"), filepath.Join(in, "c")))
	require.NoError(t, os.Symlink("missing", filepath.Join(in, ".hidden")))
	m, err := TagFiles(t.Context(), []string{link}, FileOptions{Dir: filepath.Join(links, "out"), Tag: upper})
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(link, "a"), m.Files[0].Input)
	assert.Equal(t, map[string]string{"a": "A\n", "c": "A\n", "s/b": "S/B\n"}, outputs(t, filepath.Join(links, "out")))
	_, err = TagFiles(t.Context(), []string{links}, FileOptions{Dir: t.TempDir(), Tag: upper})
	assert.EqualError(t, err, link+": is a link to a folder; pass that folder as an input, or hide the link")
}

// An interrupt or a full disk ends the run. Running again finishes the rest.
func TestRetry(t *testing.T) {
	for _, cause := range []error{context.Canceled, &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}} {
		in, out := folder(t, "a", "b", "c"), t.TempDir()
		tag := func(ctx context.Context, w io.Writer, path string) error {
			if err := upper(ctx, w, path); err != nil || filepath.Base(path) != "b" {
				return err
			}
			return cause
		}
		_, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: tag})
		assert.ErrorIs(t, err, ErrRetry)
		assert.ErrorIs(t, err, cause)
		assert.Equal(t, map[string]string{"a": "A\n"}, outputs(t, out))
		m, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: upper, Resume: true})
		require.NoError(t, err)
		assert.Equal(t, 1, m.Skipped)
		assert.Equal(t, map[string]string{"a": "A\n", "b": "B\n", "c": "C\n"}, outputs(t, out))
	}
}

// Processes that do the same work leave the same output.
func TestSameShardTwice(t *testing.T) {
	names := []string{"a", "b", "c", "d", "e", "f"}
	in, out := folder(t, names...), t.TempDir()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			m, err := TagFiles(t.Context(), []string{in}, FileOptions{Dir: out, Tag: upper, Resume: true})
			if assert.NoError(t, err) {
				assert.Len(t, m.Files, len(names))
			}
		})
	}
	group.Wait()
	assert.Len(t, outputs(t, out), len(names))
}

func TestTagFilesRefuses(t *testing.T) {
	in, other := folder(t, "a"), folder(t, "a")
	file := filepath.Join(in, "a")
	for says, c := range map[string]struct {
		dir, suffix string
		inputs      []string
	}{
		"have the same output":                {t.TempDir(), "", []string{file, filepath.Join(other, "a")}},
		"would destroy the input":             {in, "", []string{file}},
		"is part of the input":                {in, "", []string{in}},
		"no such file":                        {t.TempDir(), "", []string{filepath.Join(in, "missing")}},
		"expected a file or folder":           {t.TempDir(), "", []string{os.DevNull}},
		"not a directory":                     {filepath.Join(file, "out"), "", []string{other}},
		"out: want the name of a folder":      {"", "", []string{other}},
		"suffix .x/y: want the end of a name": {t.TempDir(), ".x/y", []string{other}},
	} {
		_, err := TagFiles(t.Context(), c.inputs, FileOptions{Dir: c.dir, Suffix: c.suffix, Tag: upper})
		assert.ErrorContains(t, err, says)
		assert.NotErrorIs(t, err, ErrRetry, says)
	}
}

func TestParseShard(t *testing.T) {
	shard, shards, err := ParseShard("3/8")
	require.NoError(t, err)
	assert.Equal(t, [2]int{3, 8}, [2]int{shard, shards})
	for _, s := range []string{"", "3", "8/8", "-1/8", "0/0", "a/b", "1/2/3"} {
		_, _, err := ParseShard(s)
		assert.Error(t, err, s)
	}
}
