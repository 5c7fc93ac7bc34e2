package crf

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// largeFile writes a model that Open maps and does not copy. All words have the first label.
func largeFile(t *testing.T) string {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("u:%x[0,0]\n"), "words", features.DialectTrellis)
	require.NoError(t, err)
	p := Content{Labels: []string{"A", "B"}, Input: model.Input{Templates: templates, Columns: 1}}
	for k := range 60000 {
		p.Attributes = append(p.Attributes, Attribute{Name: fmt.Sprint("u:w", k), Weights: []LabelWeight{{Weight: 1}}})
	}
	m, err := New(p)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "model")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, m.Save(f, SaveOptions{Precision: Float64}))
	require.NoError(t, f.Close())
	return path
}

func TestTruncatedModelFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mapped file cannot be truncated")
	}
	path := largeFile(t)
	m, err := Open(path)
	require.NoError(t, err)
	defer m.Close()
	seq := features.Rows{{"w70"}, {"w700"}, {"w7000"}}
	_, err = m.Tag(seq)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, 4096))
	other := features.Rows{{"w71"}, {"w711"}, {"w7111"}}
	_, err = m.Tag(other)
	require.ErrorIs(t, err, model.ErrChanged)
	_, err = nbest(m, other, 2)
	require.ErrorIs(t, err, model.ErrChanged)
	_, err = model.TagAll(t.Context(), m, []features.Sequence{other}, 2)
	require.ErrorIs(t, err, model.ErrChanged)
	tagger, err := m.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	_, err = tagger.(model.Scorer).Scores(model.Sentence{Columns: other}, nil)
	require.ErrorIs(t, err, model.ErrChanged)
	require.ErrorIs(t, m.Check(), model.ErrChanged)
	_, _, err = Train(t.Context(), pos(t), Options{Init: m})
	require.ErrorIs(t, err, model.ErrChanged)
}

// Changes that cause no fault are noticed after 64 sentences.
func TestOverwrittenModelFile(t *testing.T) {
	path := largeFile(t)
	m, err := Open(path)
	require.NoError(t, err)
	defer m.Close()
	tagger, err := m.NewTagger(model.TagOptions{})
	require.NoError(t, err)
	_, err = tagger.Label(model.Sentence{Columns: features.Rows{{"w1"}}}, nil)
	require.NoError(t, err)
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(time.Hour)))
	_, err = model.TagAll(t.Context(), m, []features.Sequence{features.Rows{{"w1"}}}, 1)
	require.ErrorIs(t, err, model.ErrChanged)
	_, err = m.Tag(features.Rows{{"w1"}})
	require.ErrorIs(t, err, model.ErrChanged)
	for k := range 64 {
		if _, err = tagger.Label(model.Sentence{Columns: features.Rows{{fmt.Sprint("w", k)}}}, nil); err != nil {
			break
		}
	}
	require.ErrorIs(t, err, model.ErrChanged)
}
