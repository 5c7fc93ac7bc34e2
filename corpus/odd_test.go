package corpus_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// readWhole returns the tokens of all sentences, and the output of Write.
func readWhole(t *testing.T, r io.Reader, name string, opts corpus.Options) (list []string, written string, err error) {
	t.Helper()
	var out strings.Builder
	reader, w := corpus.NewReader(r, name, opts), corpus.NewWriter(&out)
	for {
		var s corpus.Sentence
		err := reader.Read(&s)
		if err != nil && err != io.EOF {
			return list, out.String(), err
		}
		require.NoError(t, w.Write(&s))
		if err == io.EOF {
			return list, out.String(), nil
		}
		list = append(list, tokens(&s))
	}
}

// Lines may end in CR alone. They are written with LF.
func TestLinesThatEndInCR(t *testing.T) {
	text := "a b\rc d\r\re f\r"
	long := strings.Repeat("ab cd\ref gh\r\r", 1<<14) // more than one read
	for _, c := range []struct {
		text string
		want []string
	}{
		{text, []string{"a|b c|d", "e|f"}},
		{"\uFEFF" + text, []string{"a|b c|d", "e|f"}},
		{"a b\rc d", []string{"a|b c|d"}},
		{"a\tb c\rd\te\r", []string{"a|b c d|e"}},
		{"a b\r", []string{"a|b"}},
		{"a\rb\tc\nd\te\n", []string{"a\rb|c d|e"}}, // a CR within a line of a file with LF line ends
	} {
		got, written, err := readWhole(t, strings.NewReader(c.text), "f", corpus.Options{Format: corpus.CoNLL})
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%q", c.text)
		if len(c.want[0]) > len("a|b") && !strings.Contains(c.text, "\n") {
			assert.Equal(t, strings.ReplaceAll(c.text, "\r", "\n"), written)
		} else {
			assert.Equal(t, c.text, written)
		}
	}
	got, written, err := readWhole(t, iotest.HalfReader(strings.NewReader(long)), "f", corpus.Options{})
	require.NoError(t, err)
	require.Len(t, got, 1<<14)
	require.True(t, strings.ReplaceAll(long, "\r", "\n") == written)
	format, r := corpus.Detect(iotest.OneByteReader(strings.NewReader(text)), "")
	require.Equal(t, corpus.CoNLL, format)
	got, _, err = readWhole(t, r, "f", corpus.Options{Format: format})
	require.NoError(t, err)
	require.Equal(t, []string{"a|b c|d", "e|f"}, got)
	checkBlocks(t, corpus.Options{}, text, long)
}

// Blanks after the last column are neither a column nor part of one, and are preserved.
func TestBlanksAtLineEnds(t *testing.T) {
	for _, c := range []struct{ text, tokens, tagged string }{
		{"a\tX\nb\tY\t\nc\tZ \nd\tW\t \n", "a|X b|Y c|Z d|W", "a\tX\tL\nb\tY\tL\nc\tZ\tL\nd\tW\tL\n"},
		{"a\tX\t\nb\tY\n", "a|X b|Y", "a\tX\tL\nb\tY\tL\n"},
		{"a\tX \r\nb\tY\t\r\n", "a|X b|Y", "a\tX\tL\r\nb\tY\tL\r\n"},
		{"a X  \nb Y\n", "a|X b|Y", "a X   L\nb Y L\n"},
		{"a\t\nb\t\n", "a| b|", "a\t\tL\nb\t\tL\n"}, // an empty column in all rows
		{"a\tX\t\nb\tY\tZ\n", "a|X| b|Y|Z", "a\tX\t\tL\nb\tY\tZ\tL\n"},
		{"a long row of a word\tX \nanother long row\tY\t\t\n", "a long row of a word|X another long row|Y", "a long row of a word\tX\tL\nanother long row\tY\tL\n"},
	} {
		got, written, err := readWhole(t, strings.NewReader(c.text), "f", corpus.Options{Format: corpus.CoNLL})
		require.NoError(t, err)
		assert.Equal(t, []string{c.tokens}, got)
		assert.Equal(t, c.text, written)
		checkBlocks(t, corpus.Options{Format: corpus.CoNLL}, c.text)
		var s corpus.Sentence
		require.NoError(t, corpus.NewReader(strings.NewReader(c.text), "f", corpus.Options{Format: corpus.CoNLL}).Read(&s))
		var out strings.Builder
		require.NoError(t, corpus.NewWriter(&out).WriteEdited(&s, corpus.Edit{Append: [][]string{constant(s.Len(), "L")}}))
		assert.Equal(t, c.tagged, out.String())
	}
	_, _, err := readWhole(t, strings.NewReader("a\tX\nb\tY\tZ\n"), "f", corpus.Options{})
	require.EqualError(t, err, "f:2: 3 columns, expected 2")
	row := "1\ta\tb\tc\td\te\tf\tg\th\ti"
	got, written, err := readWhole(t, strings.NewReader(row+"\t \n"+row+" \n"), "f", corpus.Options{Format: corpus.CoNLLU})
	require.NoError(t, err)
	assert.Equal(t, []string{strings.ReplaceAll(row+" "+row, "\t", "|")}, got)
	assert.Equal(t, row+"\t \n"+row+" \n", written)
}

// Malformed CoNLL-U is rejected, not read as other columns.
func TestBrokenCoNLLU(t *testing.T) {
	nine := "1\ta\tb\tc\td\te\tf\tg\th\n"
	blanks := "1 a b c d e f g h i\n"
	for _, c := range []struct{ name, text, says string }{
		{"x.conllu", nine, "x.conllu:1: 9 columns, expected 10 tab-separated ones in CoNLL-U"},
		{"X.CONLLU", blanks, "X.CONLLU:1: 1 column, expected 10 tab-separated ones in CoNLL-U"},
		{"x", "# sent_id = s1\n# text = a\n" + nine, "x:3: 9 columns, expected 10 tab-separated ones in CoNLL-U"},
		{"x", "# text = a\n" + blanks, "x:2: 1 column, expected 10 tab-separated ones in CoNLL-U"},
		{"x", nine, ""},
		{"x", "# sent_id = s1\n1\ta\tO\t-\t-\n", ""}, // UNER uses these comment names
		{"x", "# sentence\n" + blanks, ""},
		{"x", "# sent_id = s1\na\tb\tc\td\te\tf\tg\th\ti\n", ""},
	} {
		_, _, err := readWhole(t, strings.NewReader(c.text), c.name, corpus.Options{})
		format, r := corpus.Detect(strings.NewReader(c.text), c.name)
		_, _, detected := readWhole(t, r, c.name, corpus.Options{Format: format})
		require.Equal(t, err, detected)
		if c.says == "" {
			require.NoError(t, err)
			require.Equal(t, corpus.CoNLL, format)
		} else {
			require.ErrorContains(t, err, c.says)
			require.ErrorAs(t, err, new(corpus.ColumnsError))
		}
		_, _, err = readWhole(t, strings.NewReader(c.text), c.name, corpus.Options{Format: corpus.CoNLL})
		require.NoError(t, err)
	}
}
