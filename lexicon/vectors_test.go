package lexicon

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/features"
)

func vectors(t testing.TB, text string) *Vectors {
	t.Helper()
	x, err := ReadVectors("vector", strings.NewReader(text), "test.vec", 0)
	require.NoError(t, err)
	return x
}

func TestReadVectors(t *testing.T) {
	const words = "the 0.5 -1e-2 3\ndog 1 2 3 \r\nthe 9 9 9\n. . . 4 5 6\nDog 7 8 9\n"
	for _, text := range []string{words, "5 3\n" + words, "\uFEFF5 3\n\n" + words, strings.ReplaceAll(words, " ", "\t"), "4 3\n" + words} {
		x := vectors(t, text)
		assert.Equal(t, 3, x.Dim())
		assert.Equal(t, 4, x.Len())
		assert.Equal(t, []float32{0.5, -0.01, 3}, x.Vector("the"))
		assert.Equal(t, []float32{0.5, -0.01, 3}, x.Vector("THE"))
		assert.Equal(t, []float32{1, 2, 3}, x.Vector("DOG"))
		assert.Equal(t, []float32{7, 8, 9}, x.Vector("Dog"))
		assert.Equal(t, []float32{4, 5, 6}, x.Vector(". . ."))
		assert.Nil(t, x.Vector("cat"))
		assert.Equal(t, []string{"known", "", "known"}, x.Reader()(nil, []string{"The", "cat", "dog"}))
	}
	few, err := ReadVectors("vector", strings.NewReader("5 3\n"+words), "test.vec", 2)
	require.NoError(t, err)
	assert.Equal(t, 2, few.Len())
	assert.Nil(t, few.Vector("."))
}

func TestReadVectorsErrors(t *testing.T) {
	for _, tt := range []struct {
		text string
		is   error
		says string
	}{
		{"", ErrEmpty, "v.txt: vectors vector: no entries"},
		{"3 2\n", ErrEmpty, "no entries"},
		{"3 2\na 1 2\nb 1 2\n", ErrWords, "v.txt: the file is incomplete: found 2 words, but the first line announces 3"},
		{"a 1 2\nb 1\n", ErrVector, "v.txt:2: not a word and its vector: 2 fields, want a word and 2 numbers"},
		{"a 1 2\nb 1 x\n", ErrVector, `v.txt:2: not a word and its vector: "x" is not a number`},
		{"a 1 inf\n", ErrVector, `"inf" is not a number`},
		{"a 1 1e39\n", ErrVector, `"1e39" is not a number`},
		{"a\n", ErrVector, "0 dimensions"},
		{"1 99999999\n", ErrVector, "99999999 dimensions, want 1 to 65536"},
		{"a 1\nb\x00 1\n", corpus.ErrBinary, "v.txt:2: "},
		{"a 1\n" + strings.Repeat("b", maxEntry+1), corpus.ErrTooLong, "v.txt:2: line of more than 1 MiB"},
	} {
		_, err := ReadVectors("vector", strings.NewReader(tt.text), "v.txt", 0)
		require.ErrorIs(t, err, tt.is, "%.40q", tt.text)
		assert.ErrorContains(t, err, tt.says)
	}
	_, err := ReadVectors("my vector", strings.NewReader("a 1\n"), "", 0)
	require.ErrorIs(t, err, ErrName)
	failed := errors.New("failed")
	_, err = ReadVectors("vector", iotest.ErrReader(failed), "v.txt", 0)
	require.ErrorIs(t, err, failed)
}

func TestTemplatesOfVectors(t *testing.T) {
	x := vectors(t, "dog 1 2\nbarks 3 4\n")
	templates, err := features.Parse(strings.NewReader(x.Templates()), "", features.DialectTrellis)
	require.NoError(t, err)
	p, err := templates.Bind(1, map[string]int{"form": 0}, x)
	require.NoError(t, err)
	e := p.NewExtractor()
	e.Reset(features.Rows{{"the"}, {"Dog"}, {"barks"}})
	for i, want := range []string{
		"u:vector[1]0=1 u:vector[1]1=2", "u:vector[0]0=1 u:vector[0]1=2 u:vector[1]0=3 u:vector[1]1=4",
		"u:vector[0]0=3 u:vector[0]1=4 u:vector[-1]0=1 u:vector[-1]1=2",
	} {
		var got []string
		for _, v := range e.Values(i) {
			got = append(got, fmt.Sprintf("%s=%v", v.Name, v.Value))
		}
		assert.Equal(t, want, strings.Join(got, " "))
	}
	read := x.VectorReader()
	assert.Zero(t, testing.AllocsPerRun(20, func() {
		read("DOG")
		read("cat")
	}))
}

// All vectors that are read are finite, of equal length, and can be looked up.
func FuzzReadVectors(f *testing.F) {
	for _, seed := range []string{"2 2\na 1 2\nb 3 4\n", "a 1e-3\n", "a b 1 2\n", "\uFEFF1 1\n\xff 1\n", "a nan\n", "1 1\n1 1\n", "x\x00 1\n"} {
		f.Add(seed, 0)
	}
	f.Add("a 1\nb 2\n", 1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		x, err := ReadVectors("vector", strings.NewReader(text), "v.txt", max(limit, 0))
		if err != nil {
			return
		}
		require.Len(t, x.rows, x.Len()*x.Dim())
		if limit > 0 {
			require.LessOrEqual(t, x.Len(), limit)
		}
		got, err := Decode(sectionsOf(x))
		require.NoError(t, err)
		require.Equal(t, x, got)
	})
}
