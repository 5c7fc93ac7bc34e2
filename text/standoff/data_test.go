package standoff_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/text"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// realFiles have a form column and columns of labels, from 0.
var realFiles = []struct {
	path   string
	form   int
	layers []int
}{
	{"wnut17/test.conll", 0, []int{1}},
	{"wnut17/dev.conll", 0, []int{1}},
	{"uner-danish-ddt/test.iob2", 1, []int{2}},
	{"conll2000/test.txt", 0, []int{2}},
	{"germeval2014/dev.tsv", 1, []int{2, 3}},
	{"german-ler/ler_test.conll", 0, []int{1}},
	{"litbank-en/1023_bleak_house_brat.tsv", 0, []int{1, 2, 3, 4}},
	{"litbank-en/105_persuasion_brat.tsv", 0, []int{1, 2, 3, 4}},
}

// realDocuments makes each sentence of a file a document.
func realDocuments(t testing.TB, path string, form int, layers []int) (list []standoff.Document) {
	f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(path)))
	if err != nil {
		t.Skip("no data: ", err)
	}
	defer f.Close()
	r := corpus.NewReader(f, path, corpus.Options{Format: corpus.CoNLL})
	var s corpus.Sentence
	for {
		if err := r.Read(&s); errors.Is(err, io.EOF) {
			return list
		} else {
			require.NoError(t, err)
		}
		var labels [][]string
		for _, column := range layers {
			labels = append(labels, s.Column(nil, column))
		}
		var d standoff.Document
		d.SetTokens(s.Column(nil, form), labels...)
		list = append(list, d)
	}
}

// Spans of real sentences cover the same text in bytes, runes and UTF-16 in each format, and give
// the same labels when they come back.
func TestRealSpansSurviveAllFormats(t *testing.T) {
	for _, file := range realFiles {
		t.Run(file.path, func(t *testing.T) {
			list := realDocuments(t, file.path, file.form, file.layers)
			if testing.Short() {
				list = list[:min(len(list), 200)]
			}
			spans := 0
			var want [][]string
			for _, d := range list {
				spans += len(d.Spans)
				runes, units := []rune(d.Text), utf16.Encode([]rune(d.Text))
				for _, s := range d.Spans {
					r := d.Range(s)
					require.Equal(t, d.Covered(s), string(runes[r.Start.Rune:r.End.Rune]))
					require.Equal(t, d.Covered(s), string(utf16.Decode(units[r.Start.UTF16:r.End.UTF16])))
				}
				want = append(want, firstLayer(t, d, d.Tokens))
			}
			require.Positive(t, spans)
			for _, format := range []standoff.Format{standoff.Doccano, standoff.DoccanoEntities, standoff.SpaCy, standoff.SpaCyDoc, standoff.LabelStudio} {
				got := read(t, write(t, standoff.Options{Format: format}, list), standoff.Options{})
				require.Len(t, got, len(list))
				for k, d := range got {
					require.Equal(t, list[k].Text, d.Text)
					require.Equal(t, list[k].Spans, d.Spans)
					require.Equal(t, want[k], firstLayer(t, d, list[k].Tokens))
				}
			}
			got := read(t, write(t, standoff.Options{Format: standoff.HuggingFace}, list), standoff.Options{})
			for k, d := range got {
				require.Equal(t, want[k], firstLayer(t, d, d.Tokens))
			}
		})
	}
}

// Spans in the original text of sentences survive each format, too.
func TestRealTextsSurviveAllFormats(t *testing.T) {
	const path = "../../../shared/data/uner-danish-ddt/dev.iob2"
	f, err := os.Open(path)
	if err != nil {
		t.Skip("needs " + path)
	}
	defer f.Close()
	rows := corpus.NewReader(f, path, corpus.Options{})
	layout, err := rows.Layout()
	require.NoError(t, err)
	var list []standoff.Document
	var s corpus.Sentence
	for rows.Read(&s) == nil {
		d := standoff.Document{ID: text.Comment(&s, "sent_id")}
		d.SetSentence(&s, &layout, 1, s.Column(nil, 2))
		require.Equal(t, text.Comment(&s, "text"), d.Text)
		runes, units := []rune(d.Text), utf16.Encode([]rune(d.Text))
		for _, span := range d.Spans {
			r := d.Range(span)
			require.Equal(t, d.Covered(span), string(runes[r.Start.Rune:r.End.Rune]))
			require.Equal(t, d.Covered(span), string(utf16.Decode(units[r.Start.UTF16:r.End.UTF16])))
		}
		list = append(list, d)
	}
	require.Len(t, list, 564)
	for _, format := range []standoff.Format{standoff.Doccano, standoff.DoccanoEntities, standoff.SpaCy, standoff.SpaCyDoc, standoff.LabelStudio, standoff.XML} {
		for k, d := range read(t, write(t, standoff.Options{Format: format}, list), standoff.Options{Format: format}) {
			require.Equal(t, list[k].Text, d.Text)
			require.Equal(t, list[k].Spans, d.Spans)
		}
	}
	files := make(folder)
	w := standoff.NewBratWriter(files.create, standoff.Options{})
	for k := range list {
		require.NoError(t, w.Write(&list[k]))
	}
	r, err := standoff.NewBratReader(fstest.MapFS(files), standoff.Options{})
	require.NoError(t, err)
	byID := make(map[string]standoff.Document)
	for _, d := range readAll(t, r) {
		byID[d.ID] = d
	}
	for _, d := range list {
		require.Equal(t, d.Text, byID[d.ID].Text)
		require.Equal(t, d.Spans, byID[d.ID].Spans)
	}
}

// firstLayer returns the labels of a document on given tokens.
func firstLayer(t *testing.T, d standoff.Document, tokens []text.Token) []string {
	var report standoff.Report
	d.Tokens = tokens
	sentences, err := (&standoff.Aligner{Policy: standoff.Strict, Layers: 4, Report: &report}).Align(&d)
	require.NoError(t, err)
	require.Len(t, sentences, 1)
	require.Zero(t, report.Count(standoff.Cut)+report.Count(standoff.Empty)+report.Count(standoff.Overlapping), "%v", report.Changes)
	return sentences[0].Labels[0]
}

func BenchmarkRead(b *testing.B) {
	list := realDocuments(b, "wnut17/test.conll", 0, []int{1})
	for _, format := range []standoff.Format{standoff.Doccano, standoff.SpaCy, standoff.LabelStudio, standoff.HuggingFace} {
		b.Run(format.String(), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "in.json")
			require.NoError(b, os.WriteFile(path, []byte(write(b, standoff.Options{Format: format}, list)), 0o666))
			info, err := os.Stat(path)
			require.NoError(b, err)
			b.SetBytes(info.Size())
			for b.Loop() {
				f, err := os.Open(path)
				require.NoError(b, err)
				r, err := standoff.NewReader(f, path, standoff.Options{})
				require.NoError(b, err)
				var d standoff.Document
				n := 0
				for r.Read(&d) == nil {
					n++
				}
				assert.Equal(b, len(list), n)
				_ = f.Close()
			}
		})
	}
}

func BenchmarkAlign(b *testing.B) {
	list := realDocuments(b, "wnut17/test.conll", 0, []int{1})
	size := 0
	for k := range list {
		list[k].Tokens = nil
		size += len(list[k].Text)
	}
	b.SetBytes(int64(size))
	a := standoff.Aligner{Tokenizer: text.Space{}}
	for b.Loop() {
		for k := range list {
			if _, err := a.Align(&list[k]); err != nil {
				b.Fatal(err)
			}
		}
	}
}
