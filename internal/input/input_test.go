package input_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
)

const text = "a X\nb Y\n\nc X\n\n"

// words returns the first column of all remaining sentences.
func words(t *testing.T, in *input.Input) (list []string) {
	t.Helper()
	var s input.Sentence
	for {
		if err := in.Next(&s); err == io.EOF {
			return list
		} else {
			require.NoError(t, err)
		}
		for k := range s.Rows.Len() {
			list = append(list, s.Rows.Field(k, 0))
		}
	}
}

func TestMemoryIsReadLikeAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.conll")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	var list []*corpus.Sentence
	for _, rows := range [][][]string{{{"a", "X"}, {"b", "Y"}}, {{"c", "X"}}} {
		s, err := corpus.NewSentence(rows)
		require.NoError(t, err)
		list = append(list, s)
	}
	spool := input.Spool{Source: corpus.Source{Paths: []string{path}, Sentences: list}}
	require.Equal(t, 2, spool.Len())
	for k := range spool.Len() {
		in, err := spool.Open(t.Context(), k)
		require.NoError(t, err)
		defer in.Close()
		assert.Equal(t, corpus.CoNLL, in.Format)
		assert.Equal(t, 2, in.Layout.Columns)
		assert.Equal(t, []string{"a", "b", "c"}, words(t, in))
	}
}

func TestSpoolReadsStandardInputTwice(t *testing.T) {
	spool := input.Spool{Source: corpus.Source{Paths: []string{"-"}, Stdin: strings.NewReader(text)}}
	for range 2 {
		in, err := spool.Open(t.Context(), 0)
		require.NoError(t, err)
		assert.Equal(t, "stdin", in.Name)
		assert.Equal(t, []string{"a", "b", "c"}, words(t, in))
		spool.Rewind()
	}
}

func TestErrorsNameTheInput(t *testing.T) {
	_, err := input.Open(t.Context(), "-", strings.NewReader("\n\n"), input.Options{Format: corpus.CoNLL})
	require.ErrorIs(t, err, input.ErrNoSentence)
	assert.ErrorContains(t, err, "stdin: ")
	_, err = input.Open(t.Context(), filepath.Join(t.TempDir(), "none"), nil, input.Options{})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = input.OpenFile(t.TempDir())
	assert.ErrorContains(t, err, "is a directory")
	short, err := corpus.NewSentence([][]string{{"a"}})
	require.NoError(t, err)
	long, err := corpus.NewSentence([][]string{{"a", "b"}})
	require.NoError(t, err)
	_, err = input.OfSentences("sentences", []*corpus.Sentence{short, long})
	assert.ErrorContains(t, err, "2 columns, expected 1")
	for _, rows := range [][][]string{{{""}}, {{"a\tb"}}, {{"a"}, {"b", "c"}}, {{}}} {
		_, err := corpus.NewSentence(rows)
		assert.Error(t, err, "%q", rows)
	}
}

// A read from a silent pipe ends when the context ends.
func TestReadingEndsWithTheContext(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	_, err := input.Open(ctx, "-", r, input.Options{Format: corpus.CoNLL})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestSampleKeepsWhatStandsBehindTheLastSentence(t *testing.T) {
	for _, n := range []int{1, 2, 100} {
		in, err := input.Open(t.Context(), "-", strings.NewReader("a X\n\nb Y\n\n# the end\n\n"), input.Options{Format: corpus.CoNLL})
		require.NoError(t, err)
		list, err := in.Sample(n)
		require.NoError(t, err)
		require.Len(t, list, min(n, 2))
		s := new(input.Sentence)
		if n == 1 {
			require.NoError(t, in.Next(s))
		}
		require.Equal(t, io.EOF, in.Next(s))
		assert.Equal(t, "# the end\n\n", s.Rows.String())
		require.Equal(t, io.EOF, in.Next(s))
		assert.Empty(t, s.Rows.String())
	}
}

func TestCompressedInputs(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.gz", "a.zst", "a.gz.conll"} { // by content, not by name
		path := filepath.Join(dir, name)
		write := func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
		require.NoError(t, safefile.Write(path, compress.To(strings.TrimSuffix(name, ".conll"), write)))
		in, err := input.Open(t.Context(), path, nil, input.Options{})
		require.NoError(t, err)
		assert.Equal(t, []string{"a", "b", "c"}, words(t, in))
		assert.False(t, in.Live)
		in.Close()

		file, err := os.ReadFile(path)
		require.NoError(t, err)
		spool := input.Spool{Source: corpus.Source{Paths: []string{"-"}, Stdin: bytes.NewReader(file)}}
		for range 2 {
			in, err := spool.Open(t.Context(), 0)
			require.NoError(t, err)
			assert.Equal(t, []string{"a", "b", "c"}, words(t, in))
			spool.Rewind()
		}

		require.NoError(t, os.WriteFile(path, file[:len(file)-2], 0o666))
		in, err = input.Open(t.Context(), path, nil, input.Options{})
		for err == nil {
			err = in.Next(new(input.Sentence))
		}
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, 1, strings.Count(err.Error(), path), err)
	}
}

// A small file that grows without end meets the limits of lines.
func TestDecompressionIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bomb.gz")
	require.NoError(t, safefile.Write(path, compress.To(path, func(w io.Writer) error {
		zeros := make([]byte, 1<<20)
		for k := range zeros {
			zeros[k] = '0'
		}
		for range 20 {
			if _, err := w.Write(zeros); err != nil {
				return err
			}
		}
		return nil
	})))
	_, err := input.Open(t.Context(), path, nil, input.Options{Format: corpus.CoNLL})
	require.ErrorIs(t, err, corpus.ErrTooLong)
	assert.ErrorContains(t, err, path+":1: ")
}
