package trellis_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/explain"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/model"
)

// nameOf returns a capitalised name for a number.
func nameOf(k int) string {
	return string([]byte{"BCDFGHJKLMNPRSTVWZ"[k%18], "aeiou"[k/18%5], "bdgklmnprst"[k%11], "aeiou"[k%5]})
}

// documentsOf returns marked documents about one name each. Only the first sentence of a document
// shows whether the name is of a person or of a place.
func documentsOf(from, to int) string {
	var b strings.Builder
	for k := from; k < to; k++ {
		name, label, before := nameOf(k), "PER", "Mr"
		if k%2 == 1 {
			label, before = "LOC", "near"
		}
		fmt.Fprintf(&b, "-DOCSTART- O\n\n%s O\n%s B-%s\n. O\n\n", before, name, label)
		for _, verb := range []string{"was", "seemed", "is"} {
			fmt.Fprintf(&b, "%s B-%s\n%s O\nfine O\n. O\n\n", name, label, verb)
		}
	}
	return b.String()
}

// trainOnDocuments trains a model that reads documents.
func trainOnDocuments(t testing.TB) *trellis.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "train.conll")
	require.NoError(t, os.WriteFile(path, []byte(documentsOf(0, 80)), 0o644))
	m, _, err := trellis.Train(t.Context(), trellis.Files(path), trellis.Config{Document: "mark", Features: "ner", Optimizer: "sgd", Epochs: new(10), Threads: 1})
	require.NoError(t, err)
	return m
}

// tagDocuments returns the output of TagFiles for a text.
func tagDocuments(t testing.TB, m *trellis.Model, text string, o trellis.FileOptions) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.conll")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	var out bytes.Buffer
	require.NoError(t, m.TagFiles(t.Context(), &out, trellis.Files(path), o))
	return out.String()
}

// A sentence that does not show the type of a name gets it from the rest of its document, in rows,
// in plain text and in the formats of annotation tools.
func TestDocumentsDecide(t *testing.T) {
	m := trainOnDocuments(t)
	text := documentsOf(80, 88)
	out := tagDocuments(t, m, text, trellis.FileOptions{Threads: 1})
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 2 {
			assert.Equal(t, f[1], f[2], line)
		}
	}
	r, err := m.EvaluateFiles(t.Context(), fileWith(t, text), trellis.EvalOptions{})
	require.NoError(t, err)
	assert.InDelta(t, 1, r.F1, 0)

	for k, label := range []string{"PER", "LOC"} {
		before := []string{"Mr", "near"}[k]
		d, err := m.TagText(fmt.Sprintf("%s Zora. Zora was fine.", before))
		require.NoError(t, err)
		require.Len(t, d.Sentences, 2)
		require.Len(t, d.Sentences[1].Entities, 1)
		assert.Equal(t, label, d.Sentences[1].Entities[0].Label)
		var docs documentList
		path := filepath.Join(t.TempDir(), "x.jsonl")
		require.NoError(t, os.WriteFile(path, fmt.Appendf(nil, `{"text":"%s Zora. Zora was fine.","label":[]}`+"\n", before), 0o644))
		require.NoError(t, m.TagDocuments(t.Context(), &docs, trellis.Files(path), trellis.FileOptions{}))
		require.Len(t, docs, 1)
		assert.Equal(t, d.Sentences[1].Labels, docs[0].Sentences[1].Labels)
	}
	x, err := m.Explain([]string{"Mr", "Zora"}, trellis.ExplainOptions{})
	require.NoError(t, err)
	assert.Equal(t, "B-PER", x.Tokens[1].Label)
}

// numberDocuments puts the number of the document into a column instead of marks.
func numberDocuments(text string) string {
	var b strings.Builder
	document := 0
	for line := range strings.Lines(text) {
		switch f := strings.Fields(line); {
		case len(f) == 0:
			b.WriteString(line)
		case f[0] == "-DOCSTART-":
			document++
		default:
			fmt.Fprintf(&b, "%s %d %s\n", f[0], document, f[1])
		}
	}
	return b.String()
}

// A column separates the documents in training, tagging and evaluation.
func TestAColumnSeparatesDocuments(t *testing.T) {
	m, _, err := trellis.Train(t.Context(), fileWith(t, numberDocuments(documentsOf(0, 80))),
		trellis.Config{Document: "2", Features: "ner", Optimizer: "sgd", Epochs: new(10), Threads: 1})
	require.NoError(t, err)
	text := numberDocuments(documentsOf(80, 88))
	r, err := m.EvaluateFiles(t.Context(), fileWith(t, text), trellis.EvalOptions{})
	require.NoError(t, err)
	assert.InDelta(t, 1, r.F1, 0)
	for line := range strings.Lines(tagDocuments(t, m, text, trellis.FileOptions{Threads: 2})) {
		if f := strings.Fields(line); len(f) > 3 {
			assert.Equal(t, f[2], f[3], line)
		}
	}

	words := fileWith(t, "Zora\nwas\n\n")
	const want = `x.conll:1: document column: column "2": no such column`
	assert.ErrorContains(t, m.TagFiles(t.Context(), io.Discard, words, trellis.FileOptions{}), want)
}

type documentList []trellis.Document

func (l *documentList) Write(d *trellis.Document) error {
	*l = append(*l, *d)
	return nil
}

// fileWith returns a file with a text.
func fileWith(t testing.TB, text string) trellis.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.conll")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return trellis.Files(path)
}

// The output is the same for each number of threads and for pipes. It keeps the text around
// sentences. Documents of more than document.Limit sentences are complete.
func TestTagDocumentsInAnyBlocks(t *testing.T) {
	m := trainOnDocuments(t)
	long := strings.Repeat("Kobe O\nwas O\n\n", document.Limit+10)
	text := "\n\n" + documentsOf(100, 120) + "-DOCSTART- O\n\n" + long + "\n\n"
	one := tagDocuments(t, m, text, trellis.FileOptions{Threads: 1})
	assert.True(t, one == tagDocuments(t, m, text, trellis.FileOptions{Threads: 3}))
	var out bytes.Buffer
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, text)
		_ = w.CloseWithError(err)
	}()
	require.NoError(t, m.TagFiles(t.Context(), &out, trellis.Source{Paths: []string{"-"}, Stdin: r}, trellis.FileOptions{}))
	assert.True(t, one == out.String())
	var stripped strings.Builder
	for line := range strings.Lines(one) {
		if f := strings.Fields(line); len(f) == 3 {
			line = f[0] + " " + f[1] + "\n"
		}
		stripped.WriteString(line)
	}
	assert.True(t, text == stripped.String())
}

// A model file holds both models, and gives the same file again.
func TestModelOfDocumentsIsStored(t *testing.T) {
	m := trainOnDocuments(t)
	path := filepath.Join(t.TempDir(), "x.model")
	require.NoError(t, m.SaveFile(path))
	again, err := trellis.Open(path)
	require.NoError(t, err)
	defer again.Close()
	assert.Equal(t, fileOf(t, m), fileOf(t, again))
	assert.True(t, model.ReadsDocuments(again.Labeller()))
	text := documentsOf(60, 70)
	assert.Equal(t, tagDocuments(t, m, text, trellis.FileOptions{}), tagDocuments(t, again, text, trellis.FileOptions{}))
	d, err := again.Describe(0)
	require.NoError(t, err)
	assert.Equal(t, "mark", d.Notes["document"])
	small, err := again.Prune(trellis.PruneOptions{Below: 1e-6})
	require.NoError(t, err)
	assert.True(t, model.ReadsDocuments(small.Labeller()))
	_, err = again.ExportCRFsuite(path)
	require.ErrorIs(t, err, interop.ErrUnlike)
}

// Goroutines share a model, and contexts belong to their documents.
func TestTagDocumentsConcurrently(t *testing.T) {
	m := trainOnDocuments(t)
	var wait sync.WaitGroup
	for k := range 8 {
		wait.Go(func() {
			for i := range 10 {
				label, before := "PER", "Mr"
				if (k+i)%2 == 1 {
					label, before = "LOC", "near"
				}
				d, err := m.TagText(fmt.Sprintf("%s Zora. Zora was fine.", before))
				if assert.NoError(t, err) && assert.Len(t, d.Sentences[1].Entities, 1) {
					assert.Equal(t, label, d.Sentences[1].Entities[0].Label)
				}
			}
		})
	}
	wait.Wait()
}

// SetContext does nothing for other models and for sentences that do not fit.
func TestSetContext(t *testing.T) {
	m := trainOnDocuments(t).Labeller()
	tagger, err := m.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	list := []model.Sentence{{Columns: features.Rows{{"Mr"}, {"Zora"}}}, {}, {Columns: features.Rows{{}}}, {Columns: features.Rows{{"Zora"}}}}
	require.NoError(t, model.SetContext(tagger, list))
	assert.NotEmpty(t, list[0].Context[0][1])
	assert.Nil(t, list[1].Context)
	assert.Nil(t, list[2].Context)
	assert.Equal(t, [][]string{{"PER5"}, {""}}, list[3].Context)
	for _, s := range list {
		_, err := tagger.Label(s, nil)
		assert.Equal(t, s.Context == nil && s.Columns != nil, err != nil)
	}
	list[0].Context = list[3].Context
	_, err = tagger.Label(list[0], nil)
	require.ErrorIs(t, err, model.ErrInput)

	first, err := m.Input().First.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	list[0].Context = nil
	require.NoError(t, model.SetContext(first, list[:1]))
	assert.Nil(t, list[0].Context)
	_, err = explain.New(m)
	require.NoError(t, err)
}
