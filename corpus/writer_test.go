package corpus_test

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

var update = flag.Bool("update", false, "write the golden files")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), got)
}

// rewrite writes all sentences of text with the edits that edit returns, and the rest of the text
// at the end.
func rewrite(t *testing.T, text string, edit func(s *corpus.Sentence) []corpus.Edit) string {
	t.Helper()
	var out strings.Builder
	rewriteTo(t, corpus.NewWriter(&out), text, edit)
	return out.String()
}

func rewriteTo(t *testing.T, w *corpus.Writer, text string, edit func(s *corpus.Sentence) []corpus.Edit) {
	t.Helper()
	r := corpus.NewReader(strings.NewReader(text), "", corpus.Options{})
	var s corpus.Sentence
	for {
		err := r.Read(&s)
		for _, e := range edit(&s) {
			require.NoError(t, w.WriteEdited(&s, e))
		}
		if err == io.EOF {
			return
		}
		require.NoError(t, err)
	}
}

// labels returns one new column: the length of each word.
func labels(s *corpus.Sentence) []string {
	var col []string
	for t := range s.Len() {
		col = append(col, "L"+string(rune('0'+len(s.Field(t, 0)))))
	}
	return col
}

func appendLabels(s *corpus.Sentence) []corpus.Edit {
	return []corpus.Edit{{Append: [][]string{labels(s)}}}
}

func TestWriterGolden(t *testing.T) {
	for _, name := range []string{"traps.conll", "traps.tsv", "traps-crlf.conll"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		base, ext, _ := strings.Cut(name, ".")
		got := rewrite(t, string(data), appendLabels)
		golden(t, base+".tagged."+ext, got)
		sentences, err := readAll(t, string(data), corpus.Options{})
		require.NoError(t, err)
		tagged, err := readAll(t, got, corpus.Options{})
		require.NoError(t, err)
		assert.Len(t, tagged, len(sentences))
	}
}

func TestWriteAppended(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"spaces", "a b\ncd   e\n\n", "a b L1\ncd   e L2\n\n"},
		{"tabs", "a b\tc\n\n", "a b\tc\tL3\n\n"},
		{"no line end", "a b", "a b L1"},
		{"CR LF", "a b\r\n\r\nc d", "a b L1\r\n\r\nc d L1"},
		{"CR at the end", "a b\n\nc d\r", "a b L1\n\nc d L1\r"},
		{"blanks at the end of a row", "a b \n", "a b  L1\n"},
		{"byte order mark", "\uFEFFa b\n", "\uFEFFa b L1\n"},
		{"document lines", "-DOCSTART- O\n\na b\n-DOCSTART- O\nc d\n", "-DOCSTART- O\n\na b L1\n-DOCSTART- O\nc d L1\n"},
		{"comments", "# x y z\na b\n#\n\n# w x y\n", "# x y z\na b L1\n#\n\n# w x y\n"},
		{"comments that would be tokens", "# e f\n# g h i\na b\n\n# g h\n", "# e f #\n# g h i\na b L1\n\n# g h #\n"},
		{"comments before a blank line that would be tokens", "# e f\n\na b\n", "# e f #\n\na b L1\n"},
		{"comments with tabs that would be tokens", "#\te\tf\n#\te\t\na\tb\n", "#\te\tf\t#\n#\te\t\na\tb\tL1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := rewrite(t, c.text, appendLabels)
			assert.Equal(t, c.want, got)
			want, err := readAll(t, c.text, corpus.Options{})
			require.NoError(t, err)
			read, err := readAll(t, got, corpus.Options{})
			require.NoError(t, err)
			assert.Len(t, read, len(want))
		})
	}
}

func TestWriteReplaced(t *testing.T) {
	for col, want := range []string{
		"# x\nL1   b c\n\nL2 e  f \n",
		"# x\na   L1 c\n\nde L2  f \n",
		"# x\na   b L1\n\nde e  L2 \n",
	} {
		got := rewrite(t, "# x\na   b c\n\nde e  f \n", func(s *corpus.Sentence) []corpus.Edit {
			return []corpus.Edit{{Replace: labels(s), Column: col}}
		})
		assert.Equal(t, want, got)
	}
	got := rewrite(t, "a b\n", func(s *corpus.Sentence) []corpus.Edit {
		return []corpus.Edit{{Replace: labels(s), Column: 1, Append: [][]string{labels(s), labels(s)}}}
	})
	assert.Equal(t, "a L1 L1 L1\n", got)
	got = rewrite(t, "a  b c \n", func(s *corpus.Sentence) []corpus.Edit {
		return []corpus.Edit{{Replace: labels(s), Column: 1, More: []corpus.Replacement{{2, constant(s.Len(), "x")}, {0, constant(s.Len(), "y")}}}}
	})
	assert.Equal(t, "y  L1 x \n", got)
}

func nbest(s *corpus.Sentence) []corpus.Edit {
	if s.Len() == 0 {
		return []corpus.Edit{{}}
	}
	return []corpus.Edit{
		{Comments: []string{"0 0.9"}, Append: [][]string{labels(s)}},
		{Comments: []string{"1 0.1"}, Append: [][]string{labels(s)}, Again: true},
	}
}

func TestWriteAgain(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"tabs", "\uFEFF# x\n\n# y\na\tb\n\nc\td\n\n\n",
			"\uFEFF# x\n\n# 0 0.9\n# y\na\tb\tL1\n\n# 1 0.1\n# y\na\tb\tL1\n\n# 0 0.9\nc\td\tL1\n\n# 1 0.1\nc\td\tL1\n\n\n"},
		{"document line", "a\tb\n-DOCSTART-\nc\td\n",
			"# 0 0.9\na\tb\tL1\n\n# 1 0.1\na\tb\tL1\n-DOCSTART-\n# 0 0.9\nc\td\tL1\n\n# 1 0.1\nc\td\tL1\n"},
		{"no line end", "a\tb", "# 0 0.9\na\tb\tL1\n\n# 1 0.1\na\tb\tL1"},
		{"no line end after CR LF", "a\tb\r\nc\td", "# 0 0.9\r\na\tb\tL1\r\nc\td\tL1\r\n\r\n# 1 0.1\r\na\tb\tL1\r\nc\td\tL1"},
		{"blank line without end", "a\tb\n ", "# 0 0.9\na\tb\tL1\n \n# 1 0.1\na\tb\tL1\n "},
		{"spaces, the comment would be a token", "a b\n\n", "# 0 0.9 #\na b L1\n\n# 1 0.1 #\na b L1\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := rewrite(t, c.text, nbest)
			assert.Equal(t, c.want, got)
			want, err := readAll(t, c.text, corpus.Options{})
			require.NoError(t, err)
			read, err := readAll(t, got, corpus.Options{})
			require.NoError(t, err)
			assert.Len(t, read, 2*len(want))
		})
	}
}

func TestWriteSeveralInputs(t *testing.T) {
	same := func(s *corpus.Sentence) []corpus.Edit { return []corpus.Edit{{}} }
	var out strings.Builder
	w := corpus.NewWriter(&out)
	for _, text := range []string{"\uFEFFa b", "\uFEFFc d\n", "", "-DOCSTART-\ne f\n\n", "g h\r\n\r\n# x y", "i j\n \n", "\n", "k l"} {
		rewriteTo(t, w, text, same)
	}
	assert.Equal(t, "\uFEFFa b\n\nc d\n-DOCSTART-\ne f\n\ng h\r\n\r\n# x y\n\ni j\n \n\nk l", out.String())
}

func TestWriterRefuses(t *testing.T) {
	read := func(text string) *corpus.Sentence {
		var s corpus.Sentence
		require.NoError(t, corpus.NewReader(strings.NewReader(text), "", corpus.Options{}).Read(&s))
		return &s
	}
	spaces, tabs := read("a b\n"), read("a\tb\n")
	conllu := read("1" + strings.Repeat("\t_", 9) + "\n")
	for _, c := range []struct {
		name string
		s    *corpus.Sentence
		e    corpus.Edit
		is   error
	}{
		{"too few values", spaces, corpus.Edit{Append: [][]string{{}}}, corpus.ErrUnwritable},
		{"too many values", spaces, corpus.Edit{Replace: []string{"x", "y"}}, corpus.ErrUnwritable},
		{"an empty value", tabs, corpus.Edit{Append: [][]string{{""}}}, corpus.ErrUnwritable},
		{"a space among spaces", spaces, corpus.Edit{Append: [][]string{{"x y"}}}, corpus.ErrUnwritable},
		{"a tab", tabs, corpus.Edit{Replace: []string{"x\ty"}}, corpus.ErrUnwritable},
		{"a line end", tabs, corpus.Edit{Replace: []string{"x\n"}}, corpus.ErrUnwritable},
		{"a CR", tabs, corpus.Edit{Replace: []string{"x\r"}}, corpus.ErrUnwritable},
		{"a NUL", tabs, corpus.Edit{Replace: []string{"\x00"}}, corpus.ErrUnwritable},
		{"a comment of two lines", tabs, corpus.Edit{Comments: []string{"x\ny"}}, corpus.ErrUnwritable},
		{"column out of range", tabs, corpus.Edit{Replace: []string{"x"}, Column: 2}, corpus.ErrColumn},
		{"column below range", tabs, corpus.Edit{Replace: []string{"x"}, Column: -1}, corpus.ErrColumn},
		{"further column out of range", tabs, corpus.Edit{More: []corpus.Replacement{{2, []string{"x"}}}}, corpus.ErrColumn},
		{"a bad value further on", tabs, corpus.Edit{More: []corpus.Replacement{{1, []string{""}}}}, corpus.ErrUnwritable},
		{"a column replaced twice", tabs, corpus.Edit{Replace: []string{"x"}, More: []corpus.Replacement{{0, []string{"x"}}}}, corpus.ErrColumn},
		{"a further column twice", tabs, corpus.Edit{More: []corpus.Replacement{{1, []string{"x"}}, {1, []string{"x"}}}}, corpus.ErrColumn},
		{"a column more in CoNLL-U", conllu, corpus.Edit{Append: [][]string{{"x"}}}, corpus.ErrUnwritable},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			require.ErrorIs(t, corpus.NewWriter(&out).WriteEdited(c.s, c.e), c.is)
			assert.Empty(t, out.String())
		})
	}
	space := corpus.Edit{Append: [][]string{{"x y"}}}
	assert.NoError(t, corpus.NewWriter(io.Discard).WriteEdited(tabs, space))

	full := errors.New("disk full")
	assert.ErrorIs(t, corpus.NewWriter(failingWriter{full}).Write(tabs), full)
	one := attrfile.Items{Labels: []string{"O"}, Attributes: [][]attrfile.Attribute{nil}, Weight: 1}
	assert.ErrorIs(t, attrfile.NewWriter(failingWriter{full}).Write(&one), full)
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriterAllocatesNothing(t *testing.T) {
	var s corpus.Sentence
	r := corpus.NewReader(strings.NewReader("# x = y\nNew York\tB-LOC\nslept\tO\n\n"), "", corpus.Options{})
	require.NoError(t, r.Read(&s))
	w := corpus.NewWriter(io.Discard)
	e := corpus.Edit{Append: [][]string{{"B-LOC", "O"}}, Comments: []string{"0 1.0"}}
	require.NoError(t, w.WriteEdited(&s, e))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		if err := w.WriteEdited(&s, e); err != nil {
			t.Fatal(err)
		}
	}))
}
