//go:build unix

package safefile_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/trellis-nlp/trellis/internal/safefile"
)

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, unix.Mkfifo(path, 0o644))
	return path
}

func TestCheckDoesNotOpenAFIFO(t *testing.T) {
	done := make(chan error)
	path := fifo(t)
	go func() { done <- safefile.Check(path) }()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a reader")
	}
}

func TestWaitEndsWithTheContext(t *testing.T) {
	path := fifo(t)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	_, err := safefile.Wait(ctx, path, func() (*os.File, error) { return os.Open(path) })
	require.ErrorIs(t, err, context.DeadlineExceeded)
	err = safefile.WriteContext(ctx, filepath.Join(t.TempDir(), "file"), content("a context that has ended does not keep it from writing"))
	require.NoError(t, err)
}

// An interrupt just before the FIFO is opened is not lost.
func TestWaitSeesAnEarlierEnd(t *testing.T) {
	path := fifo(t)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err := safefile.Wait(ctx, path, func() (*os.File, error) { return os.Open(path) })
	require.ErrorIs(t, err, context.Canceled)
}

func TestWriteIntoAFIFO(t *testing.T) {
	path := fifo(t)
	got := make(chan string)
	go func() {
		b, _ := os.ReadFile(path)
		got <- string(b)
	}()
	require.NoError(t, safefile.WriteContext(t.Context(), path, content("text")))
	assert.Equal(t, "text", <-got)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeNamedPipe)
}
