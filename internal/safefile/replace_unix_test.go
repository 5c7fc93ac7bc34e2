//go:build unix

package safefile_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

// The new file has the mode, owner and group of the old file, regardless of the umask.
func TestReplacedFileKeepsModeAndOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Chmod(path, 0o666))
	defer syscall.Umask(syscall.Umask(0o077))
	require.NoError(t, safefile.Write(path, content("new")))
	assert.Equal(t, fs.FileMode(0o666), mode(t, path))
	if os.Getuid() != 0 {
		t.Skip("only root may give files away")
	}
	require.NoError(t, os.Chown(path, 1234, 5678))
	require.NoError(t, safefile.Write(path, content("newer")))
	info, err := os.Stat(path)
	require.NoError(t, err)
	owner := info.Sys().(*syscall.Stat_t)
	assert.Equal(t, []uint32{1234, 5678}, []uint32{owner.Uid, owner.Gid})
	assert.Equal(t, fs.FileMode(0o666), mode(t, path))
}

func TestDanglingLinkIsFollowed(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "sub", "target"), filepath.Join(dir, "link")
	require.NoError(t, os.Mkdir(filepath.Dir(target), 0o755))
	require.NoError(t, os.Symlink("second", link))
	require.NoError(t, os.Symlink("sub/target", filepath.Join(dir, "second")))
	for _, text := range []string{"one", "two"} {
		require.NoError(t, safefile.Check(link))
		require.NoError(t, safefile.Write(link, content(text)))
		assert.Equal(t, text, read(t, target))
		info, err := os.Lstat(link)
		require.NoError(t, err)
		assert.NotZero(t, info.Mode()&fs.ModeSymlink)
	}
	require.NoError(t, os.Symlink("loop", filepath.Join(dir, "loop")))
	require.ErrorContains(t, safefile.Write(filepath.Join(dir, "loop"), content("")), "too many")
}

// Names may have the maximum length of the file system. Temporary files of killed processes are
// then removed too.
func TestLongNames(t *testing.T) {
	for _, name := range []string{strings.Repeat("x", 255), strings.Repeat("é", 127)} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		f, err := safefile.Create(path)
		require.NoError(t, err)
		left := names(t, dir)
		require.Len(t, left, 1)
		require.NoError(t, os.Chtimes(filepath.Join(dir, left[0]), time.Time{}, time.Now().Add(-48*time.Hour)))
		require.NoError(t, safefile.Write(path, content("text")))
		assert.Equal(t, []string{name}, names(t, dir))
		f.Abort()
		assert.Equal(t, "text", read(t, path))
	}
}
