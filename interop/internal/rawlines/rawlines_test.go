package rawlines_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/interop/internal/rawlines"
)

func all(r *rawlines.Reader) (read []string, err error) {
	for {
		line, err := r.Next()
		if err != nil {
			return read, err
		}
		read = append(read, line)
	}
}

func TestNext(t *testing.T) {
	for text, want := range map[string][]string{
		"": nil, "a": {"a"}, "a\n": {"a"}, "\n": {""}, "a\r\n\r\nb\r": {"a\r", "\r", "b\r"}, "a\n\nb\vc": {"a", "", "b\vc"},
	} {
		got, err := all(rawlines.NewReader(iotest.OneByteReader(strings.NewReader(text)), ""))
		assert.Equal(t, io.EOF, err)
		assert.Equal(t, want, got, "%q", text)
	}
}

func TestErrorsNameTheLine(t *testing.T) {
	_, err := all(rawlines.NewReader(strings.NewReader("a\n"+strings.Repeat("x", rawlines.Max+1)), "f"))
	require.ErrorIs(t, err, corpus.ErrTooLong)
	require.ErrorContains(t, err, "f:2: ")

	broken := errors.New("broken")
	_, err = all(rawlines.NewReader(io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(broken)), "f"))
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "f:3: ")

	r := rawlines.NewReader(strings.NewReader("a\nb\n"), "f")
	_, err = r.Next()
	require.NoError(t, err)
	require.ErrorContains(t, r.Fail(broken), "f:1: broken")
}
