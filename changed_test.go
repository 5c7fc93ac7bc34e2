package trellis_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// After its file has been truncated, every method of a model returns an error and does not crash.
func TestModelWhoseFileIsCutShort(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mapped file cannot be cut short")
	}
	templates, err := features.Parse(strings.NewReader("u:%x[0,0]\n"), "words", features.DialectTrellis)
	require.NoError(t, err)
	p := crf.Content{Labels: []string{"A", "B"}, Input: model.Input{Templates: templates, Columns: 1, Names: map[string]int{"form": 0}}}
	for k := range 60000 { // large enough to be mapped
		p.Attributes = append(p.Attributes, crf.Attribute{Name: fmt.Sprint("u:w", k), Weights: []crf.LabelWeight{{Weight: 1}}})
	}
	made, err := crf.New(p)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, made.Save(&file, crf.SaveOptions{Precision: crf.Float64}))
	dir := t.TempDir()
	path := filepath.Join(dir, "model")
	require.NoError(t, os.WriteFile(path, file.Bytes(), 0o644))
	m, err := trellis.Open(path)
	require.NoError(t, err)
	defer m.Close()
	labels, err := m.Tag([]string{"w70", "w700"})
	require.NoError(t, err)
	require.Equal(t, []string{"A", "A"}, labels)
	require.NoError(t, os.Truncate(path, 4096))

	words := []string{"w71", "w711", "w7111"}
	var rows [][]string
	for _, w := range words {
		rows = append(rows, []string{w, "A"})
	}
	s, err := corpus.NewSentence(rows)
	require.NoError(t, err)
	data := corpus.Source{Sentences: []*corpus.Sentence{s}}
	for name, use := range map[string]func() error{
		"Tag":         func() error { _, err := m.Tag(words); return err },
		"TagSentence": func() error { _, err := m.TagSentence(features.Rows(rows)); return err },
		"Label": func() error {
			_, err := m.Label(model.Sentence{Columns: features.Rows(rows)}, model.TagOptions{NBest: 2})
			return err
		},
		"Explain":  func() error { _, err := m.Explain(words, trellis.ExplainOptions{}); return err },
		"Evaluate": func() error { _, err := m.Evaluate(t.Context(), data); return err },
		"TagFiles": func() error {
			var out bytes.Buffer
			err := m.TagFiles(t.Context(), &out, data, trellis.FileOptions{})
			require.Empty(t, out.String())
			return err
		},
		"Describe":       func() error { _, err := m.Describe(1); return err },
		"Prune":          func() error { _, err := m.Prune(trellis.PruneOptions{}); return err },
		"ExportCRFsuite": func() error { _, err := m.ExportCRFsuite(filepath.Join(dir, "out")); return err },
		"SaveFile":       func() error { return m.SaveFile(filepath.Join(dir, "out")) },
		"TagAll": func() error {
			_, err := model.TagAll(t.Context(), m.Labeller(), []features.Sequence{features.Rows(rows)}, 2)
			return err
		},
	} {
		err := use()
		require.ErrorIs(t, err, model.ErrChanged, name)
		require.ErrorContains(t, err, path+": ", name)
		require.NoFileExists(t, filepath.Join(dir, "out"), name)
	}
}
