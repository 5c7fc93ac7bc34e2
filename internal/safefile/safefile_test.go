package safefile_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// content returns a function that writes text.
func content(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// names lists a directory, including leftover files.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestWriteMakesAndReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, safefile.Write(path, content("one")))
	assert.Equal(t, "one", read(t, path))
	require.NoError(t, safefile.Write(path, content("two")))
	assert.Equal(t, "two", read(t, path))
	assert.Equal(t, []string{"model"}, names(t, dir))
}

func TestModeIsThatOfAnOrdinaryFileOrKept(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no permission bits")
	}
	dir := t.TempDir()
	ordinary, path := filepath.Join(dir, "ordinary"), filepath.Join(dir, "model")
	require.NoError(t, os.WriteFile(ordinary, nil, 0o666))
	require.NoError(t, safefile.Write(path, content("one")))
	assert.Equal(t, mode(t, ordinary), mode(t, path))
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, safefile.Write(path, content("two")))
	assert.Equal(t, fs.FileMode(0o600), mode(t, path))
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Mode().Perm()
}

func TestErrorLeavesThePlaceAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o644))
	broken := errors.New("broken")
	err := safefile.Write(path, func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	require.ErrorIs(t, err, broken)
	assert.Equal(t, "old", read(t, path))
	assert.Equal(t, []string{"model"}, names(t, dir))
}

func TestAbortAndCommit(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	f, err := safefile.Create(path)
	require.NoError(t, err)
	_, err = io.WriteString(f, "text")
	require.NoError(t, err)
	assert.NoFileExists(t, path)
	f.Abort()
	assert.Empty(t, names(t, dir))

	f, err = safefile.Create(path)
	require.NoError(t, err)
	_, err = io.WriteString(f, "text")
	require.NoError(t, err)
	require.NoError(t, f.Commit())
	f.Abort()
	assert.Equal(t, "text", read(t, path))
}

func TestSymbolicLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "real"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(real, []byte("old"), 0o644))
	if err := os.Symlink(real, link); err != nil {
		t.Skip("no symbolic links here")
	}
	require.NoError(t, safefile.Write(link, content("new")))
	assert.Equal(t, "new", read(t, real))
	info, err := os.Lstat(link)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&fs.ModeSymlink)
}

func TestBadPlaces(t *testing.T) {
	dir := t.TempDir()
	require.EqualError(t, safefile.Check(dir), dir+": is a directory")
	missing := filepath.Join(dir, "no", "model")
	require.ErrorIs(t, safefile.Check(missing), fs.ErrNotExist)
	require.ErrorContains(t, safefile.Write(missing, content("x")), missing+": ")
	assert.Empty(t, names(t, dir))
	require.NoError(t, safefile.Check(filepath.Join(dir, "model")))
	assert.Empty(t, names(t, dir))
}

// A write of the same path removes leftover files after a day. Files of other paths stay.
func TestStaleFilesAreRemoved(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-25 * time.Hour)
	for name, when := range map[string]time.Time{
		".model.3w5e11264sgsf.tmp": old, ".model.1.tmp": time.Now(), ".model.tmp": old, ".model.a-b.tmp": old, ".other.1.tmp": old, "model": old,
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		require.NoError(t, os.Chtimes(path, when, when))
	}
	require.NoError(t, safefile.Write(filepath.Join(dir, "model"), content("new")))
	assert.Equal(t, []string{".model.1.tmp", ".model.a-b.tmp", ".model.tmp", ".other.1.tmp", "model"}, names(t, dir))
}

func TestFullDisk(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs /dev/full")
	}
	err := safefile.Write("/dev/full", content("text"))
	require.ErrorContains(t, err, "/dev/full: no space left")

	f, err := safefile.Create("/dev/full")
	require.NoError(t, err)
	_, _ = io.WriteString(f, "text")
	require.ErrorContains(t, f.Commit(), "no space left", "an error of writing that nobody looked at")
}

func ExampleWrite() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "notes.txt")
	err := safefile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, "all or nothing\n")
		return err
	})
	text, _ := os.ReadFile(path)
	fmt.Print(err, " ", string(text))
	// Output: <nil> all or nothing
}
