package corpus_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/attrfile"
)

// readData returns a file of the shared data sets. It skips the test if the file is missing.
func readData(t testing.TB, file string) []byte {
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", filepath.FromSlash(file)))
	if os.IsNotExist(err) {
		t.Skip("the data sets are not here")
	}
	require.NoError(t, err)
	return data
}

func TestDataSets(t *testing.T) {
	for _, c := range []struct {
		file             string
		sentences, words int
		layout           corpus.Layout
		label            string
		labels           int
	}{
		{"ud-ewt/train.conllu", 12544, 204577, conllu, "", 17},
		{"ud-ewt/dev.conllu", 2001, 25147, conllu, "", 17},
		{"ud-ewt/test.conllu", 2077, 25094, conllu, "xpos", 48},
		{"conll2000/train.txt", 8936, 211727, conll(3, false, false), "", 22},
		{"conll2000/test.txt", 2012, 47377, conll(3, false, false), "", 19},
		{"wnut17/train.conll", 3394, 62730, conll(2, true, false), "", 13},
		{"wnut17/dev.conll", 1009, 15733, conll(2, true, false), "", 13},
		{"wnut17/test.conll", 1287, 23394, conll(2, true, false), "", 13},
		{"uner-danish-ddt/train.iob2", 4383, 80378, conll(5, true, true), "3", 7},
		{"uner-danish-ddt/dev.iob2", 564, 10332, conll(5, true, true), "3", 7},
		{"uner-danish-ddt/test.iob2", 565, 10023, conll(5, true, true), "3", 7},
		{"germeval2014/test.tsv", 5100, 96499, conll(4, true, true), "3", 20},
		{"germeval2014/dev.tsv", 2200, 41653, conll(4, true, true), "-2", 22},
	} {
		t.Run(c.file, func(t *testing.T) {
			data := readData(t, "data/"+c.file)
			r := corpus.NewReader(bytes.NewReader(data), c.file, corpus.Options{})
			layout, err := r.Layout()
			require.NoError(t, err)
			assert.Equal(t, c.layout, layout)
			col, err := layout.Label(c.label)
			require.NoError(t, err)
			var s corpus.Sentence
			var out bytes.Buffer
			out.Grow(len(data))
			w := corpus.NewWriter(&out)
			sentences, words, labels := 0, 0, map[string]bool{}
			for {
				err := r.Read(&s)
				require.NoError(t, w.Write(&s))
				if err == io.EOF {
					break
				}
				require.NoError(t, err)
				sentences++
				words += s.Len()
				for i := range s.Len() {
					labels[s.Field(i, col.Column)] = true
				}
			}
			assert.Equal(t, c.sentences, sentences)
			assert.Equal(t, c.words, words)
			assert.Len(t, labels, c.labels)
			assert.True(t, bytes.Equal(data, out.Bytes()), "written back byte for byte")
		})
	}
}

// The attribute files were generated from the column files next to them.
func TestAttributeFiles(t *testing.T) {
	for _, c := range []struct {
		attributes, columns string
		sentences           int
	}{
		{"interop/tiny/train.crfsuite", "interop/tiny/train.txt", 12},
		{"interop/tiny/test.crfsuite", "interop/tiny/test.txt", 7},
		{"interop/wnut17/dev.crfsuite", "data/wnut17/dev.conll", 1009},
	} {
		t.Run(c.attributes, func(t *testing.T) {
			format, in := corpus.Detect(bytes.NewReader(readData(t, c.attributes)), "")
			require.Equal(t, corpus.CRFsuite, format)
			attributes := attrfile.NewReader(in, c.attributes)
			columns := corpus.NewReader(bytes.NewReader(readData(t, c.columns)), c.columns, corpus.Options{})
			var out bytes.Buffer
			w := attrfile.NewWriter(&out)
			var it, back attrfile.Items
			var s corpus.Sentence
			for range c.sentences {
				require.NoError(t, attributes.Read(&it))
				require.NoError(t, columns.Read(&s))
				require.Equal(t, s.Column(nil, s.Columns()-1), it.Labels)
				require.NoError(t, w.Write(&it))
				require.NoError(t, attrfile.NewReader(bytes.NewReader(out.Bytes()), "").Read(&back))
				require.Equal(t, it.Attributes, back.Attributes)
				out.Reset()
			}
			require.Equal(t, io.EOF, attributes.Read(&it))
			require.Equal(t, io.EOF, columns.Read(&s))
			assert.Zero(t, attributes.Warnings())
		})
	}
}

var conllu = corpus.Layout{
	Format: corpus.CoNLLU, Columns: 10, Tabs: true, Numbered: true,
	Names: []string{"id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"},
}

func conll(columns int, tabs, numbered bool) corpus.Layout {
	return corpus.Layout{Format: corpus.CoNLL, Columns: columns, Tabs: tabs, Numbered: numbered}
}

func BenchmarkReader(b *testing.B) {
	for _, file := range []string{"conll2000/train.txt", "ud-ewt/train.conllu"} {
		b.Run(filepath.Base(file), func(b *testing.B) {
			data := readData(b, "data/"+file)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				r := corpus.NewReader(bytes.NewReader(data), file, corpus.Options{})
				var s corpus.Sentence
				for r.Read(&s) == nil {
				}
			}
		})
	}
}

// BenchmarkBlocks is BenchmarkReader with blocks, as for many goroutines, but on a single one.
func BenchmarkBlocks(b *testing.B) {
	for _, file := range []string{"conll2000/train.txt", "ud-ewt/train.conllu"} {
		b.Run(filepath.Base(file), func(b *testing.B) {
			data := readData(b, "data/"+file)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var s corpus.Sentence
			var block corpus.Block
			parser := new(corpus.Reader)
			for b.Loop() {
				r := corpus.NewReader(bytes.NewReader(data), file, corpus.Options{})
				for r.Block(&block, 64<<10) == nil {
					for parser.Open(&block); parser.Read(&s) == nil; {
					}
				}
			}
		})
	}
}

func BenchmarkWriter(b *testing.B) {
	data := readData(b, "data/conll2000/train.txt")
	r := corpus.NewReader(bytes.NewReader(data), "", corpus.Options{})
	var s corpus.Sentence
	require.NoError(b, r.Read(&s))
	w := corpus.NewWriter(io.Discard)
	e := corpus.Edit{Append: [][]string{s.Column(nil, 2)}}
	b.SetBytes(int64(len(s.String())))
	for b.Loop() {
		if err := w.WriteEdited(&s, e); err != nil {
			b.Fatal(err)
		}
	}
}
