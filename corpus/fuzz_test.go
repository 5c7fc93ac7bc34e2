package corpus_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
)

// seed adds the handmade files whose names end in ext, and texts.
func seed(f *testing.F, ext string, texts ...string) {
	files, err := filepath.Glob(filepath.Join("testdata", "*"+ext))
	require.NoError(f, err)
	require.NotEmpty(f, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(data)
	}
	for _, text := range texts {
		f.Add([]byte(text))
	}
}

// sentences returns all sentences of data and the text after them, or nil on an error.
func sentences(data []byte, opts corpus.Options) []*corpus.Sentence {
	r := corpus.NewReader(bytes.NewReader(data), "", opts)
	var all []*corpus.Sentence
	for {
		var s corpus.Sentence
		err := r.Read(&s)
		if err != nil && err != io.EOF {
			return nil
		}
		all = append(all, &s)
		if err == io.EOF {
			return all
		}
	}
}

// checkWritten checks that the writer reproduces the input, and returns the output with the edit.
func checkWritten(t *testing.T, data []byte, all []*corpus.Sentence, edit func(*corpus.Sentence) corpus.Edit) []byte {
	var same, edited bytes.Buffer
	w, we := corpus.NewWriter(&same), corpus.NewWriter(&edited)
	for _, s := range all {
		require.NoError(t, w.Write(s))
		require.NoError(t, we.WriteEdited(s, edit(s)))
	}
	if bytes.IndexByte(data, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(data, "\r"), '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n")) // CR line ends are the only bytes that change
	}
	require.Equal(t, data, append([]byte{}, same.Bytes()...), "written back")
	return edited.Bytes()
}

func constant(n int, label string) []string {
	column := make([]string, n)
	for i := range column {
		column[i] = label
	}
	return column
}

func FuzzConll(f *testing.F) {
	seed(f, "traps*.conll", "a b\nc d\n\n", "# # B-NP\na b c\n", "#\tu\tv\t\n1\ta\tb\tc\n", "\uFEFF-DOCSTART- O\na O\r\n-DOCSTART-\nb O", "a\tb\n\t\n\tc\n", "# x y\na b", "\x00", "a\rb c\r", "a b\rc d\r\re f\r", "a\tb\t \nc\td \ne\tf\n", "a\tb\t\n\n", "#\t0\t \n\t0\t")
	f.Fuzz(func(t *testing.T, data []byte) {
		sentences(data, corpus.Options{}) // no panic in any format
		opts := corpus.Options{Format: corpus.CoNLL}
		all := sentences(data, opts)
		if all == nil {
			return
		}
		out := checkWritten(t, data, all, func(s *corpus.Sentence) corpus.Edit {
			return corpus.Edit{Append: [][]string{constant(s.Len(), "L")}}
		})
		again := sentences(out, opts)
		require.Len(t, again, len(all), "%q", out)
		for i, s := range all[:len(all)-1] {
			require.Equal(t, s.Len(), again[i].Len())
			require.Equal(t, s.Columns()+1, again[i].Columns())
			for tok := range s.Len() {
				require.Equal(t, s.Line(tok), again[i].Line(tok))
				require.Equal(t, "L", again[i].Field(tok, s.Columns()))
				for c := range s.Columns() {
					require.Equal(t, s.Field(tok, c), again[i].Field(tok, c))
				}
			}
		}
	})
}

func FuzzConllu(f *testing.F) {
	row := strings.Repeat("\t_", 9) + "\n"
	seed(f, ".conllu", "1"+row, "1-2"+row+"1"+row+"1.1"+row+"\n", "# global.columns = ID FORM UPOS X\n1\ta\tb\tc\n", "#a\n \n1"+row)
	f.Fuzz(func(t *testing.T, data []byte) {
		opts := corpus.Options{Format: corpus.CoNLLU}
		all := sentences(data, opts)
		if all == nil || all[0].Columns() < 4 {
			return
		}
		out := checkWritten(t, data, all, func(s *corpus.Sentence) corpus.Edit {
			return corpus.Edit{Replace: constant(s.Len(), "1"), Column: 3}
		})
		again := sentences(out, opts)
		require.Len(t, again, len(all))
		for i, s := range all {
			require.Equal(t, s.Len(), again[i].Len())
			for tok := range s.Len() {
				require.Equal(t, s.Line(tok), again[i].Line(tok))
				for c := range s.Columns() {
					want := s.Field(tok, c)
					if c == 3 {
						want = "1"
					}
					require.Equal(t, want, again[i].Field(tok, c))
				}
			}
		}
	})
}
