package corpus_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// checkPlain compares the fast path for rows with the slow path.
func checkPlain(t *testing.T, data []byte, opts corpus.Options) {
	t.Helper()
	many := corpus.NewReader(bytes.NewReader(data), "f", opts)
	one := corpus.NewReader(iotest.OneByteReader(bytes.NewReader(data)), "f", opts)
	for {
		var got, want corpus.Sentence
		err := many.Read(&got)
		require.Equal(t, one.Read(&want), err)
		require.Equal(t, want.String(), got.String())
		require.Equal(t, want.Comments(nil), got.Comments(nil))
		require.Equal(t, tokens(&want), tokens(&got))
		for i := range want.Len() {
			require.Equal(t, want.Line(i), got.Line(i))
		}
		if err != nil {
			return
		}
	}
}

func TestPlainRows(t *testing.T) {
	more := "much more of it\nand one more too\n\n"
	for _, text := range []string{
		more, "\n\n" + more, "a b c d\r\n\r\n" + strings.ReplaceAll(more, "\n", "\r\n"), "a  b\tc d \n" + more, " a b c d\n" + more,
		"-DOCSTART- b c d\n" + more, "-x b c d\n" + more, "a b c d\n-DOCSTART- b\n" + more, "# a b c\n" + more, "#a b c d\n" + more,
		"!a b c d\n\"a b c d\n" + more, more + "a b c d", more + "a b c d\n", more + "a b c\n" + more, more + "a b c d e\n" + more,
		"a\t\tb\t\n\t\t\t\n" + strings.ReplaceAll(more, " ", "\t"), more + "a b\x00 c d\n" + more, "\uFEFF" + more, more + "x\xff\xfe b c d\n" + more,
		"12345678\n1234567\n123456\n\n12345\n1234\n123\n12\n1\n", "1" + conllu10 + "1-2" + conllu10 + "# c\n2" + conllu10 + "\n3" + conllu10 + "x" + conllu10 + more,
		"# global.columns = FORM ID X\na\t1\tx\nb\t1-2\tx\nc\t2\tx\nd\tx\tx\n" + more,
	} {
		checkPlain(t, []byte(text), corpus.Options{})
	}
	for _, name := range []string{"traps.conll", "traps.tsv", "traps-crlf.conll"} {
		data, err := os.ReadFile("testdata/" + name)
		require.NoError(t, err)
		checkPlain(t, data, corpus.Options{})
	}
}

// A line may be exactly as long as the limit, on both paths.
func TestPlainLongLines(t *testing.T) {
	for _, n := range []int{16<<20 - 1, 16 << 20} {
		text := "a b\n" + strings.Repeat("x", n-2) + " b\nlong enough\n"
		r := corpus.NewReader(io.MultiReader(strings.NewReader("a b\n"), strings.NewReader(text)), "f", corpus.Options{})
		var s corpus.Sentence
		if err := r.Read(&s); n < 16<<20 {
			require.NoError(t, err)
			require.Equal(t, 4, s.Len())
		} else {
			require.EqualError(t, err, "f:3: line of more than 16 MiB: too long")
		}
	}
}

func FuzzPlainRows(f *testing.F) {
	seed(f, "traps*.conll", "a b c d\n-DOCSTART- b\nand so on again\n", "1"+conllu10+"1.1"+conllu10)
	f.Fuzz(func(t *testing.T, data []byte) {
		checkPlain(t, data, corpus.Options{})
		checkPlain(t, data, corpus.Options{Format: corpus.CoNLL})
		checkPlain(t, data, corpus.Options{Format: corpus.CoNLLU})
	})
}
