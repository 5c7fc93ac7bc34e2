package trellis_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/model"
)

// words has templates for the current word, the previous word, and label pairs.
const words = "u:w=%x[0,form]\nu:p=%x[-1,form]\nb:w=%x[0,form]\nb\n"

const pairsLeftOut = "leaving out the attributes of label pairs: CRFsuite files cannot hold them"

// templates writes words to a file and returns its name.
func templates(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "words.txt")
	require.NoError(t, os.WriteFile(name, []byte(words), 0o600))
	return name
}

func TestPickedAttributes(t *testing.T) {
	var said []string
	c := trellis.Config{Features: templates(t), Log: func(text string) { said = append(said, text) }}
	var out strings.Builder
	require.NoError(t, trellis.WriteAttributes(t.Context(), &out, stdin("a x B-X\nb:c x I-X\n\n\na y O\n"), c))
	assert.Equal(t, "B-X\tu\\:w=a\tu\\:p=_x-1\nI-X\tu\\:w=b\\:c\tu\\:p=a\n\nO\tu\\:w=a\tu\\:p=_x-1\n\n", out.String())
	assert.Equal(t, []string{"words.txt: " + pairsLeftOut}, said)
}

func TestTemplates(t *testing.T) {
	// Templates does not read the source if the user names a file or a preset.
	name := templates(t)
	for _, c := range []struct{ features, want string }{{name, name}, {"pos", "preset pos"}} {
		got, err := trellis.Templates(t.Context(), corpus.Source{}, trellis.Config{Features: c.features})
		require.NoError(t, err)
		assert.Equal(t, c.want, got.Name())
	}
	// Otherwise it picks the preset that suits the labels.
	for _, c := range []struct{ text, want string }{
		{"a B-X\nb I-X\nc O\n", "preset ner"},
		{"a DET\nb NOUN\nc VERB\n", "preset pos"},
	} {
		for _, auto := range []string{"", "auto"} {
			var said []string
			got, err := trellis.Templates(t.Context(), stdin(c.text), trellis.Config{Features: auto, Log: func(text string) { said = append(said, text) }})
			require.NoError(t, err)
			assert.Equal(t, c.want, got.Name())
			require.Len(t, said, 1)
			assert.Contains(t, said[0], strings.TrimPrefix(c.want, "preset "))
		}
	}
}

func TestPickedAttributesErrors(t *testing.T) {
	for name, c := range map[string]struct {
		source corpus.Source
		c      trellis.Config
		want   string
	}{
		"attributes":      {stdin("X\tw=a\tp=b\nY\tw=c\n"), trellis.Config{}, "there are no templates for ready-made attributes"},
		"no such preset":  {stdin("a X\n"), trellis.Config{Features: "no such"}, "features no such: no such file, and the presets are"},
		"no such column":  {stdin("a X\n"), trellis.Config{Features: "pos", Label: "9"}, `column "9"`},
		"no sentence":     {stdin(""), trellis.Config{}, "no sentence"},
		"ragged":          {stdin("a X\nb\n"), trellis.Config{Features: "pos"}, "stdin:2: 1 column, expected 2"},
		"no such file":    {corpus.Source{Paths: []string{"no such file"}}, trellis.Config{}, "no such file"},
		"unknown options": {stdin("a X\n"), trellis.Config{Features: "pos", Format: "tsv"}, "tsv"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := trellis.WriteAttributes(t.Context(), &out, c.source, c.c)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, out.String())
		})
	}
}

// savedContent saves a model and opens it. It returns the model and its file name.
func savedContent(t *testing.T, c crf.Content) (*trellis.Model, string) {
	t.Helper()
	made, err := crf.New(c)
	require.NoError(t, err)
	var file bytes.Buffer
	require.NoError(t, made.Save(&file, crf.SaveOptions{}))
	name := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(name, file.Bytes(), 0o600))
	m, err := trellis.Open(name)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, m.Close()) })
	return m, name
}

// wordModel returns a model with the templates words, and its file name.
func wordModel(t *testing.T) (*trellis.Model, string) {
	t.Helper()
	p, err := features.Parse(strings.NewReader(words), "words", features.DialectTrellis)
	require.NoError(t, err)
	return savedContent(t, crf.Content{
		Labels: []string{"X", "Y"},
		Input:  model.Input{Templates: p, Names: map[string]int{"form": 0}},
		Meta:   model.Metadata{Normalize: model.NFC},
	})
}

func TestModelAttributes(t *testing.T) {
	for name, c := range map[string]struct {
		text        string
		label, form string
		want        string
	}{
		"labelled":      {"a X\nb Y\n", "2", "", "X\tu\\:w=a\tu\\:p=_x-1\nY\tu\\:w=b\tu\\:p=a\n\n"},
		"words only":    {"a\n\nb\n", "", "", "_\tu\\:w=a\tu\\:p=_x-1\n\n_\tu\\:w=b\tu\\:p=_x-1\n\n"},
		"other column":  {"1 a X\n2 b Y\n", "3", "2", "X\tu\\:w=a\tu\\:p=_x-1\nY\tu\\:w=b\tu\\:p=a\n\n"},
		"normal form":   {"e\u0301 X\n", "2", "", "X\tu\\:w=\u00e9\tu\\:p=_x-1\n\n"},
		"a format else": {"1\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n", "upos", "form", "X\tu\\:w=a\tu\\:p=_x-1\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			var said []string
			say := func(text string) { said = append(said, text) }
			m, name := wordModel(t)
			require.NoError(t, m.WriteAttributes(t.Context(), &out, stdin(c.text), trellis.FileOptions{Label: c.label, Form: c.form, Warn: say}))
			assert.Equal(t, c.want, out.String())
			assert.Equal(t, []string{name + ": " + pairsLeftOut}, said)
		})
	}
}

func TestModelAttributesErrors(t *testing.T) {
	m, _ := wordModel(t)
	run := func(text string, m *trellis.Model, label string) error {
		return m.WriteAttributes(t.Context(), new(strings.Builder), stdin(text), trellis.FileOptions{Label: label})
	}
	assert.ErrorContains(t, run("a X\n", m, "9"), `column "9"`)
	assert.ErrorContains(t, run("a X\nb\n", m, "2"), "stdin:2: 1 column, expected 2")
	assert.ErrorContains(t, run("X\tw=a\tp=b\nY\tw=c\n", m, ""), "stdin")
	readyMade, name := savedContent(t, crf.Content{Labels: []string{"X"}})
	assert.EqualError(t, run("a X\n", readyMade, ""), name+": the model has no templates, because it was trained on attribute files")
}
