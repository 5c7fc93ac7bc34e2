package lines

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// lastEnd returns the end of the last blank line of text that ends after from.
func lastEnd(text []byte, from int) int {
	start := max(from-1, 0)
	if k := bytes.LastIndex(text[start:], []byte("\n\n")); k >= 0 {
		return start + k + 2
	}
	return 0
}

// cut returns the blocks of l, and the error after them unless it is io.EOF.
func cut(l *Reader, size int) (list []*Block, err error) {
	for {
		b := new(Block)
		if err := l.Cut(b, size, lastEnd); err == io.EOF {
			return list, nil
		} else if err != nil {
			return list, err
		}
		list = append(list, b)
	}
}

// Blocks hold whole sentences with the line numbers of the input.
func TestCut(t *testing.T) {
	text := "a\nb\n\nc\n\nd\ne\nf\n\n\ng"
	for name, c := range map[string]struct {
		text string
		size int
		want []string
		bom  bool
	}{
		"small":        {text, 1, []string{"a\nb\n\nc\n\nd\ne\nf\n\n\n", "g"}, false}, // all that one Read returned
		"large":        {text, 100, []string{text}, false},
		"empty":        {"", 1, nil, false},
		"mark":         {BOM + text, 100, []string{text}, true},
		"CR":           {strings.ReplaceAll(text, "\n", "\r"), 100, []string{text}, false},
		"no sentences": {"a\nb\n", 1, []string{"a\nb\n"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := New(strings.NewReader(c.text), "f", at)
			list, err := cut(&l, c.size)
			require.NoError(t, err)
			var got []string
			for _, b := range list {
				got = append(got, string(b.Text))
				assert.Equal(t, len(b.Text), b.Len())
				r := b.Open()
				assert.Equal(t, c.bom, r.BOM)
			}
			assert.Equal(t, c.want, got)
		})
	}

	l := New(iotest.OneByteReader(strings.NewReader(text)), "f", at)
	list, err := cut(&l, 4)
	require.NoError(t, err)
	number, sentences := 0, ""
	for _, b := range list {
		r := b.Open()
		require.Equal(t, number, r.Number)
		read, err := all(&r)
		require.NoError(t, err)
		number += len(read)
		require.Equal(t, number, r.Number)
		sentences += strings.Join(read, "") + "|"
	}
	assert.Equal(t, "a\nb\n\n|c\n\n|d\ne\nf\n\n|\ng|", sentences)
}

// Errors in blocks have their position in the input.
func TestBlockErrors(t *testing.T) {
	l := New(iotest.OneByteReader(strings.NewReader("a\n\nb\n\x00\n\n")), "f", at)
	list, err := cut(&l, 1)
	require.NoError(t, err)
	require.Len(t, list, 2)
	r := list[0].Open()
	_, err = all(&r)
	require.NoError(t, err)
	r = list[1].Open()
	_, err = all(&r)
	require.ErrorIs(t, err, ErrBinary)
	assert.EqualError(t, err, "f:4:0: binary data")

	// The text before a read error is a block that ends in the error.
	broken := errors.New("broken")
	l = New(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), "f", at)
	list, err = cut(&l, 1)
	require.EqualError(t, err, "f: broken")
	require.Len(t, list, 1)
	r = list[0].Open()
	got, err := all(&r)
	require.EqualError(t, err, "f: broken")
	assert.Equal(t, []string{"a\n"}, got)

	// A line that is too long ends up in a block, whose reader rejects it.
	l = New(io.MultiReader(strings.NewReader("a\n\n"), endless("x")), "f", at)
	b := new(Block)
	require.NoError(t, l.Cut(b, 1, lastEnd))
	require.NoError(t, l.Cut(b, 1, lastEnd))
	require.LessOrEqual(t, b.Len(), 2*MaxLine)
	r = b.Open()
	_, err = r.Next()
	require.ErrorIs(t, err, ErrTooLong)
	assert.EqualError(t, err, "f:3:0: line of more than 16 MiB: too long")
}

// A sentence without an end also ends up in a block.
func TestCutEndsLongSentences(t *testing.T) {
	l := New(endless("word\n"), "f", at)
	l.Limit = 1 << 20
	b := new(Block)
	require.NoError(t, l.Cut(b, 1, lastEnd))
	assert.Greater(t, b.Len(), l.Limit)
	assert.LessOrEqual(t, b.Len(), 2*MaxLine)
	r := b.Open()
	assert.Equal(t, l.Limit, r.Limit)
}

// endless is an input that repeats a text.
type endless string

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= len(e) {
		n += copy(p[n:], e)
	}
	return n, nil
}

func TestPut(t *testing.T) {
	l := New(strings.NewReader(""), "f", at)
	b := &Block{Text: []byte("old text")}
	l.Put(b, "a\nb\x00\n", 7)
	r := b.Open()
	line, err := r.Next()
	require.NoError(t, err)
	assert.Equal(t, "a\n", string(line))
	_, err = r.Next()
	assert.EqualError(t, err, "f:9:0: binary data")
}
