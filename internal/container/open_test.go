package container_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/container"
)

// sized returns a file of the format of about n bytes.
func sized(t *testing.T, n int) []byte {
	return written(t, format, []container.Section{{Name: "large", Data: bytes.Repeat([]byte{1}, n)}})
}

// large is above the size that Open copies.
const large = 3 << 20

// opened returns the path of a new file of the format and its mapping.
func opened(t *testing.T, n int) (string, *container.Mapping) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, sized(t, n), 0o644))
	m, err := format.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, m.Close()) })
	return path, m
}

func TestOpen(t *testing.T) {
	for _, n := range []int{0, 100, large} {
		path, m := opened(t, n)
		want := sized(t, n)
		require.True(t, bytes.Equal(want, m.Data))
		// A mapping keeps its content after another file takes its place.
		other := path + ".other"
		require.NoError(t, os.WriteFile(other, []byte("changed"), 0o644))
		require.NoError(t, os.Rename(other, path))
		require.True(t, bytes.Equal(want, m.Data))
		require.NoError(t, m.Check())
		require.NoError(t, m.Close())
		require.NoError(t, m.Close())
	}
	_, err := format.Open(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = format.Open(t.TempDir())
	require.Error(t, err, "a folder")
}

// total keeps the compiler from removing sum.
var total int

// sum reads every page of a mapping.
func sum(m *container.Mapping) {
	for _, b := range m.Data {
		total += int(b)
	}
}

func TestGuardTurnsAFaultIntoAnError(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mapped file cannot be cut short")
	}
	path, m := opened(t, large)
	require.NoError(t, container.Guard(func() error { sum(m); return nil }))
	require.NoError(t, os.Truncate(path, 100))
	for _, guard := range []func(func() error) error{container.Guard, m.Guard} {
		err := guard(func() error { sum(m); return nil })
		require.ErrorIs(t, err, container.ErrChanged)
		require.ErrorContains(t, err, path+": the file was cut short")
	}
	require.ErrorIs(t, m.Check(), container.ErrChanged)
}

func TestGuardBlamesAChangedFileForAnIndex(t *testing.T) {
	path, m := opened(t, large)
	wrong := func() error {
		_ = make([]int, 1)[int(m.Data[0])]
		return nil
	}
	require.Panics(t, func() { _ = container.Guard(wrong) }, "the file is as it was")
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.Write([]byte("overwritten"))
	require.NoError(t, errors.Join(err, f.Close()))
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Second)))
	require.ErrorIs(t, container.Guard(wrong), container.ErrChanged)
	require.PanicsWithValue(t, "mine", func() { _ = container.Guard(func() error { panic("mine") }) })
	require.NoError(t, m.Close())
	require.Panics(t, func() {
		_ = container.Guard(func() error { var none *[1 << 20]int; none[5]++; return nil })
	}, "a fault elsewhere")
}

func TestSmallFilesAreCopied(t *testing.T) {
	path, m := opened(t, 1000)
	want := bytes.Clone(m.Data)
	require.NoError(t, os.Truncate(path, 0))
	require.True(t, bytes.Equal(want, m.Data))
	require.NoError(t, m.Check())
}

// endless repeats a text forever, and fails the test if a reader reads too far.
type endless struct {
	t    *testing.T
	head *bytes.Reader
	left int
}

func (e *endless) Read(p []byte) (int, error) {
	if n, _ := e.head.Read(p); n > 0 {
		return n, nil
	}
	if e.left -= len(p); e.left < 0 {
		e.t.Error("read without end")
		return 0, io.ErrUnexpectedEOF
	}
	clear(p)
	return len(p), nil
}

func TestReadStopsWhereTheHeaderSays(t *testing.T) {
	for _, head := range [][]byte{nil, []byte("some text"), sized(t, 5000)} {
		data, err := format.Read(&endless{t, bytes.NewReader(head), 1 << 16})
		if err == nil {
			_, err = format.Parse(data)
		}
		require.ErrorIs(t, err, container.ErrFormat)
	}
	data, err := format.Read(bytes.NewReader(sized(t, 5000)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(sized(t, 5000), data))
}

func BenchmarkGuard(b *testing.B) {
	for b.Loop() {
		_ = container.Guard(func() error { return nil })
	}
}
