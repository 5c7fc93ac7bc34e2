package corpus_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// readAll returns the rows of all sentences in the notation of the tests, with | between fields and
// spaces between tokens. It checks that the text is preserved byte for byte.
func readAll(t *testing.T, text string, opts corpus.Options) ([]string, error) {
	t.Helper()
	r := corpus.NewReader(iotest.OneByteReader(strings.NewReader(text)), "f", opts)
	var sentences []string
	var s corpus.Sentence
	var out strings.Builder
	w := corpus.NewWriter(&out)
	for {
		err := r.Read(&s)
		require.NoError(t, w.Write(&s))
		if err == io.EOF {
			require.Zero(t, s.Len())
			require.Equal(t, text, out.String())
			return sentences, nil
		}
		if err != nil {
			require.Empty(t, s.String())
			require.Equal(t, err, r.Read(&s), "the error is sticky")
			return sentences, err
		}
		require.NotZero(t, s.Len())
		sentences = append(sentences, tokens(&s))
	}
}

func tokens(s *corpus.Sentence) string {
	rows := make([]string, s.Len())
	for t := range rows {
		fields := make([]string, s.Columns())
		for c := range fields {
			fields[c] = s.Field(t, c)
		}
		rows[t] = strings.Join(fields, "|")
	}
	return strings.Join(rows, " ")
}

func TestReader(t *testing.T) {
	for _, c := range []struct {
		name, text string
		opts       corpus.Options
		want       []string
	}{
		{name: "empty"},
		{name: "blanks only", text: "\n \n\t\n   "},
		{name: "byte order mark only", text: "\uFEFF"},
		{name: "comments only", text: "# a b\n\n# c d\n"},
		{name: "document line only", text: "-DOCSTART- -X- O\n\n"},
		{name: "spaces", text: "a b\nc d\n\ne f\n\n", want: []string{"a|b c|d", "e|f"}},
		{name: "runs of spaces", text: "  a   b  \nc d\n", want: []string{"a|b c|d"}},
		{name: "a tab among spaces", text: "a b\nc \t d\n", want: []string{"a|b c|d"}},
		{name: "tabs", text: "New York\tB\na\tO\n", want: []string{"New York|B a|O"}},
		{name: "empty fields", text: "a\t\tO\n\t\tO\n", want: []string{"a||O ||O"}},
		{name: "one column", text: "a\nb\n\n#\n", want: []string{"a b", "#"}},
		{name: "Unicode blanks", text: "a\u00A0b\u2003c\u3000d O\n\u00A0 O\n", want: []string{"a\u00A0b\u2003c\u3000d|O \u00A0|O"}},
		{name: "no last line end", text: "a b\nc d", want: []string{"a|b c|d"}},
		{name: "CR LF", text: "a b\r\nc d\r\n\r\ne f\r\n \r\n", want: []string{"a|b c|d", "e|f"}},
		{name: "last line ends in CR", text: "a b\r\n\r\nc d\r", want: []string{"a|b", "c|d"}},
		{name: "doubled CR", text: "a b\r\r\n\r\r\nc d\r\r\n", want: []string{"a|b", "c|d"}},
		{name: "CR in a word", text: "a\rx b\n", want: []string{"a\rx|b"}},
		{name: "byte order mark", text: "\uFEFFa b\n\uFEFF b\n", want: []string{"a|b \uFEFF|b"}},
		{name: "blank lines that hold blanks", text: "a\tb\n\t\nc\td\n  \n\t \t\n", want: []string{"a|b", "c|d"}},
		{name: "runs of blank lines", text: "\n\na b\n\n\n\nc d\n\n\n", want: []string{"a|b", "c|d"}},
		{name: "document lines", text: "-DOCSTART- -X- O\n\na b O\n-DOCSTART-\nc d O\n\n-DOCSTART-\t1\n",
			want: []string{"a|b|O", "c|d|O"}},
		{name: "no document lines", text: "-DOCSTART-s O\nthe -DOCSTART-\n", want: []string{"-DOCSTART-s|O the|-DOCSTART-"}},
		{name: "# as a word", text: "# # B-NP\n1 CD I-NP\n#tag NN O\n", want: []string{"#|#|B-NP 1|CD|I-NP #tag|NN|O"}},
		{name: "# as first words", text: "#\tO\n#\tO\n\n#a\tO\n", want: []string{"#|O #|O", "#a|O"}},
		{name: "comments before rows", text: "# sent_id = a b\n# text = # c\n1\tc\tO\n",
			want: []string{"1|c|O"}},
		{name: "comment of as many fields", text: "#\turl\t[date]\t\n1\ta\tO\tO\n\n#\turl\t[date]\n1\t#\tO\tO\n",
			want: []string{"1|a|O|O", "1|#|O|O"}},
		{name: "empty comment", text: "#\na O\n# \nb O\n#\t\n", want: []string{"a|O b|O"}},
		{name: "comments between and behind tokens", text: "a O\n# x y\nb O\n# z z\n\n# w w\n\n", want: []string{"a|O b|O"}},
		{name: "comment that is a token among so many columns", text: "a b c\n# x y\n", want: []string{"a|b|c #|x|y"}},
		{name: "comments only, columns known", text: "# # B-NP\n# x\n\n", opts: corpus.Options{Columns: 3}, want: []string{"#|#|B-NP"}},
		{name: "tabs by option", text: "New York\n# b\n", opts: corpus.Options{Tabs: true}, want: []string{"New York # b"}},
		{name: "not UTF-8", text: "\xff\xfe O\n\x80 O\n", want: []string{"\xff\xfe|O \x80|O"}},
		{name: "CoNLL-U by option", text: "", opts: corpus.Options{Format: corpus.CoNLLU}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readAll(t, c.text, c.opts)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestReaderErrors(t *testing.T) {
	conllu := strings.Repeat("\t_", 9) + "\n"
	for _, c := range []struct {
		name, text string
		opts       corpus.Options
		want       string
		is         error
	}{
		{name: "few columns", text: "# c\na b c d\n\na b c\n", want: "f:4: 3 columns, expected 4", is: corpus.ColumnsError{Found: 3, Expected: 4}},
		{name: "one column", text: "a b\nc\n", want: "f:2: 1 column, expected 2", is: corpus.ColumnsError{Found: 1, Expected: 2}},
		{name: "many columns", text: "a\tb\nc\td\te\n", want: "f:2: 3 columns, expected 2", is: corpus.ColumnsError{Found: 3, Expected: 2}},
		{name: "expected columns", text: "a b\n", opts: corpus.Options{Columns: 3}, want: "f:1: 2 columns, expected 3", is: corpus.ColumnsError{Found: 2, Expected: 3}},
		{name: "NUL", text: "a b\n\nc\x00 d\n", want: "f:3: binary data", is: corpus.ErrBinary},
		{name: "UTF-16", text: "\xff\xfea\x00 \x00b\x00\n\x00", want: "f:1: binary data", is: corpus.ErrBinary},
		{name: "long line", text: "a b\n\nc d\n\nd " + strings.Repeat("x", 17<<20), want: "f:5: line of more than 16 MiB: too long", is: corpus.ErrTooLong},
		{name: "long first line", text: strings.Repeat("x", 17<<20), want: "f:1: line of more than 16 MiB: too long", is: corpus.ErrTooLong},
		{name: "attributes", text: "O\tw=a\tlast\nO\tw=b\n", want: "f: the input contains CRFsuite attributes, not columns", is: corpus.ErrAttributes},
		{name: "CoNLL-U columns", text: "1" + conllu + "2\tb\n", want: "f:2: 2 columns, expected 10 tab-separated ones in CoNLL-U; read files with other columns as CoNLL", is: corpus.ColumnsError{Found: 2, Expected: 10}},
		{name: "CoNLL-U ID", text: "1" + conllu + "b" + conllu, want: `f:2: column 1: ID "b" is not a number, range or empty node`},
		{name: "CoNLL-U by option", text: "a b\n", opts: corpus.Options{Format: corpus.CoNLLU}, want: "f:1: 1 column, expected 10 tab-separated ones in CoNLL-U; read files with other columns as CoNLL", is: corpus.ColumnsError{Found: 1, Expected: 10}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := corpus.NewReader(strings.NewReader(c.text), "f", c.opts)
			var s corpus.Sentence
			err := r.Read(&s)
			for err == nil {
				err = r.Read(&s)
			}
			require.EqualError(t, err, c.want)
			if c.is != nil {
				require.ErrorIs(t, err, c.is)
			}
			assert.Empty(t, s.String())
			assert.Equal(t, err, r.Read(&s), "the error is sticky")
		})
	}
}

func TestReaderUnreadable(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Open(dir)
	require.NoError(t, err)
	defer f.Close()
	r := corpus.NewReader(f, dir, corpus.Options{})
	_, err = r.Layout()
	require.ErrorContains(t, err, dir)
	require.Equal(t, 1, strings.Count(err.Error(), dir))
	require.Equal(t, err, r.Read(new(corpus.Sentence)))

	broken := errors.New("broken")
	r = corpus.NewReader(io.MultiReader(strings.NewReader("a b\n\nc d\n"), iotest.ErrReader(broken)), "f", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	err = r.Read(&s)
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "f: broken")
	require.Zero(t, s.Len())
}

func TestReaderLines(t *testing.T) {
	r := corpus.NewReader(strings.NewReader("\uFEFF\n# x y\n\n# number one\na O\n# number two\nb O\n-DOCSTART-\nc O\n\n# the end\n"), "", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	assert.Equal(t, []int{5, 7}, []int{s.Line(0), s.Line(1)})
	assert.Equal(t, []string{"# number one", "# number two"}, s.Comments(nil))
	assert.Equal(t, []string{"a", "b"}, s.Column([]string{"left over"}, 0))
	assert.Equal(t, "\n# x y\n\n# number one\na O\n# number two\nb O\n", s.String())
	first := s.Clone()
	require.NoError(t, r.Read(&s))
	assert.Equal(t, 9, s.Line(0))
	assert.Equal(t, "-DOCSTART-\nc O\n\n", s.String())
	assert.Equal(t, "a|O b|O", tokens(first), "Read does not change a clone")
	require.Equal(t, io.EOF, r.Read(&s))
	assert.Equal(t, "# the end\n", s.String())
	require.Equal(t, io.EOF, r.Read(&s))
	assert.Empty(t, s.String())
}

func TestFieldOutOfRangePanics(t *testing.T) {
	var s corpus.Sentence
	require.NoError(t, corpus.NewReader(strings.NewReader("a b\nc d\n"), "", corpus.Options{}).Read(&s))
	assert.Panics(t, func() { s.Field(0, 2) })
	assert.Panics(t, func() { s.Field(2, 0) })
}

// Read returns a sentence as soon as its blank line arrives. Otherwise two programs connected by
// pipes would deadlock.
func TestReaderDoesNotReadAhead(t *testing.T) {
	in, out := io.Pipe()
	defer in.Close()
	r := corpus.NewReader(in, "", corpus.Options{})
	var s corpus.Sentence
	for _, text := range []string{"# c\na b\n\n", "d e\nf g\n\n"} {
		go io.WriteString(out, text)
		require.NoError(t, r.Read(&s))
		require.Equal(t, text, s.String())
	}
}

// After the first MiB of possible comments, such lines are comments.
func TestReaderManyComments(t *testing.T) {
	comments := strings.Repeat("# x\n", 1<<19)
	r := corpus.NewReader(strings.NewReader(comments+"a b\n# c\n"), "", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	assert.Equal(t, "a|b #|c", tokens(&s))
	assert.Equal(t, 1<<19+1, s.Line(0))
}

func TestLongSentence(t *testing.T) {
	rows := strings.Repeat("word label\n", 1<<18)
	r := corpus.NewReader(strings.NewReader(rows), "", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	assert.Equal(t, 1<<18, s.Len())
	assert.Equal(t, 1<<18, s.Line(s.Len()-1))
}

func TestReaderAllocatesOnceASentence(t *testing.T) {
	text := bytes.Repeat([]byte("# a comment\n1\tNew York\tPROPN\tB-LOC\n2\tslept\tVERB\tO\n3\t.\tPUNCT\tO\n\n"), 500)
	r := corpus.NewReader(bytes.NewReader(text), "", corpus.Options{})
	var s corpus.Sentence
	var forms []string
	require.NoError(t, r.Read(&s))
	forms = s.Column(forms, 1)
	allocs := testing.AllocsPerRun(300, func() {
		if err := r.Read(&s); err != nil {
			t.Fatal(err)
		}
		forms = s.Column(forms, 1)
	})
	assert.LessOrEqual(t, allocs, 1.0)
}

func TestRowsAreTheLinesOfTheTokens(t *testing.T) {
	r := corpus.NewReader(strings.NewReader("# a comment\na  x \r\nb\tc\n# d e\n\nlast y"), "", corpus.Options{})
	var s corpus.Sentence
	require.NoError(t, r.Read(&s))
	require.Equal(t, 2, s.Len())
	assert.Equal(t, []string{"a  x ", "b\tc"}, []string{s.Row(0), s.Row(1)})
	require.NoError(t, r.Read(&s))
	assert.Equal(t, "last y", s.Row(0))
}

func TestSkipMalformedRows(t *testing.T) {
	for _, c := range []struct{ text, words, skipped string }{
		{"a X\nb\nc Y\n\nd X Y\n\ne X\n", "a c|e", "f:2: 1 column, expected 2; f:5: 3 columns, expected 2"},
		{"1\ta\tX\n\nx\tb\tX\n2\tc\n1\td\tY\n", "a|d", "f:4: column 1: ID \"x\" is not a number, range or empty node; " +
			"f:5: 2 columns, expected 3 tab-separated ones in CoNLL-U; read files with other columns as CoNLL"},
	} {
		form, text := 0, c.text
		if strings.Contains(text, "\t") {
			form, text = 1, "# global.columns = ID FORM UPOS\n"+text
		}
		var skipped, sentences []string
		r := corpus.NewReader(strings.NewReader(text), "f", corpus.Options{Skip: func(err error) { skipped = append(skipped, err.Error()) }})
		var written strings.Builder
		w := corpus.NewWriter(&written)
		for {
			var s corpus.Sentence
			err := r.Read(&s)
			require.NoError(t, w.Write(&s))
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			sentences = append(sentences, strings.Join(s.Column(nil, form), " "))
		}
		assert.Equal(t, c.words, strings.Join(sentences, "|"))
		assert.Equal(t, c.skipped, strings.Join(skipped, "; "))
		assert.Equal(t, text, written.String(), "skipped rows are written back")
	}
}
