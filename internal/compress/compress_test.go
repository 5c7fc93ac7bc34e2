package compress

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var long = strings.Repeat("Anna\tB-PER\nlives\tO\n\n", 5000)

// compressed returns text as a file of this name holds it.
func compressed(t *testing.T, name, text string) string {
	var b bytes.Buffer
	require.NoError(t, To(name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})(&b))
	return b.String()
}

func TestRoundTrip(t *testing.T) {
	for _, text := range []string{"", "a", "\x1f", "\x28\xb5", "no magic", long} {
		for _, name := range []string{"x.gz", "X.GZ", "x.zst", "x.conll", "-"} {
			file := compressed(t, name, text)
			assert.Equal(t, file, compressed(t, name, text), "the same bytes each time")
			packed := strings.HasSuffix(strings.ToLower(name), "gz") || strings.HasSuffix(name, "zst")
			assert.Equal(t, packed, Is([]byte(file)), name)
			for _, src := range []io.Reader{strings.NewReader(file), iotest.OneByteReader(strings.NewReader(file)), iotest.DataErrReader(strings.NewReader(file))} {
				r := NewReader(src, name)
				got, err := io.ReadAll(r)
				require.NoError(t, err)
				assert.Equal(t, text, string(got))
				require.NoError(t, r.Close())
			}
		}
	}
	// Streams one after another are one.
	r := NewReader(strings.NewReader(compressed(t, "x.gz", "a")+compressed(t, "x.gz", "b")), "x.gz")
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, "ab", string(got))
}

// Whoever types a line waits for the answer to it.
func TestPlainTextIsNotHeldBack(t *testing.T) {
	src, typist := io.Pipe()
	defer src.Close()
	go func() { _, _ = typist.Write([]byte("a\n")) }()
	r := NewReader(src, "stdin")
	var b [10]byte
	n, err := io.ReadAtLeast(r, b[:], 2)
	require.NoError(t, err)
	assert.Equal(t, "a\n", string(b[:n]))
}

// Files of the programs gzip and zstd are read.
func TestGoldenStreams(t *testing.T) {
	want, err := os.ReadFile("testdata/text.txt")
	require.NoError(t, err)
	for _, name := range []string{"testdata/text.txt.gz", "testdata/text.txt.zst"} {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		require.True(t, Is(file))
		got, err := io.ReadAll(NewReader(bytes.NewReader(file), name))
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got))
	}
}

func TestDamagedStreams(t *testing.T) {
	for _, name := range []string{"x.gz", "x.zst"} {
		file := compressed(t, name, long)
		for _, c := range []struct{ file, want string }{
			{file[:len(file)/2], "decompress " + name + ": the "},
			{file[:len(file)-1], "stream is truncated: unexpected EOF"},
			{file[:5], "truncated"},
			{file[:20] + strings.Repeat("\xff", 20) + file[40:], "stream is damaged: "},
			{file[:len(file)-3] + "\x00\x00\x00", "stream is damaged: "},
		} {
			got, err := io.ReadAll(NewReader(strings.NewReader(c.file), name))
			require.ErrorContains(t, err, c.want)
			path, ok := errors.AsType[*fs.PathError](err)
			require.True(t, ok)
			assert.Equal(t, name, path.Path)
			assert.Less(t, len(got), len(long)+1)
		}
		// An error of the file is none of the stream.
		failure := errors.New("cable out")
		_, err := io.ReadAll(NewReader(io.MultiReader(strings.NewReader(file[:20]), iotest.ErrReader(failure)), name))
		assert.Equal(t, failure, err)
	}
	_, err := io.ReadAll(NewReader(iotest.ErrReader(io.ErrClosedPipe), "x"))
	assert.Equal(t, io.ErrClosedPipe, err)
	// A window beyond the limit is refused before its memory is taken: 1 GiB.
	_, err = io.ReadAll(NewReader(strings.NewReader("\x28\xb5\x2f\xfd\x00\xa0\x01\x00\x00a"), "x.zst"))
	assert.ErrorContains(t, err, "window size exceeded")
}

func TestErrorsOfWriting(t *testing.T) {
	failure := errors.New("disk full")
	for _, name := range []string{"x.gz", "x.zst", "x"} {
		err := To(name, func(io.Writer) error { return failure })(io.Discard)
		assert.ErrorIs(t, err, failure)
		r, w := io.Pipe()
		require.NoError(t, r.CloseWithError(failure))
		err = To(name, func(w io.Writer) error {
			_, err := io.WriteString(w, long)
			return err
		})(w)
		assert.ErrorIs(t, err, failure, name)
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("plain"))
	for _, format := range formats {
		var b bytes.Buffer
		if err := To("x"+format.extension, func(w io.Writer) error { _, err := w.Write([]byte("text")); return err })(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		f.Add(b.Bytes()[:b.Len()/2])
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := NewReader(bytes.NewReader(file), "x")
		got, err := io.ReadAll(io.LimitReader(r, 1<<20))
		if !Is(file) && len(file) < 1<<20 {
			require.NoError(t, err)
			assert.Equal(t, string(file), string(got))
		}
		if err == nil {
			require.NoError(t, r.Close())
		}
	})
}
