package rewrite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/rewrite"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
)

// words are templates of the word, the word before, and of label pairs.
const words = "u:w=%x[0,form]\nu:p=%x[-1,form]\nb:w=%x[0,form]\nb\n"

const pairsLeftOut = "attributes of label pairs are left out: CRFsuite has no place for them"

// templates writes words to a file and returns its name.
func templates(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "words.txt")
	require.NoError(t, os.WriteFile(name, []byte(words), 0o600))
	return name
}

func TestPickedAttributes(t *testing.T) {
	var said []string
	c := recipe.Config{Features: templates(t), Log: func(text string) { said = append(said, text) }}
	var out strings.Builder
	require.NoError(t, rewrite.PickedAttributes(t.Context(), &out, stdin("a x B-X\nb:c x I-X\n\n\na y O\n"), c))
	assert.Equal(t, "B-X\tu\\:w=a\tu\\:p=_x-1\nI-X\tu\\:w=b\\:c\tu\\:p=a\n\nO\tu\\:w=a\tu\\:p=_x-1\n\n", out.String())
	assert.Equal(t, []string{"words.txt: " + pairsLeftOut}, said)
}

func TestTemplates(t *testing.T) {
	// A file and a preset are taken as they are, without a look at the source.
	name := templates(t)
	for _, c := range []struct{ features, want string }{{name, name}, {"pos", "preset pos"}} {
		got, err := rewrite.Templates(t.Context(), corpus.Source{}, recipe.Config{Features: c.features})
		require.NoError(t, err)
		assert.Equal(t, c.want, got.Name())
	}
	// Otherwise the labels say which preset it is.
	for _, c := range []struct{ text, want string }{
		{"a B-X\nb I-X\nc O\n", "preset ner"},
		{"a DET\nb NOUN\nc VERB\n", "preset pos"},
	} {
		for _, auto := range []string{"", "auto"} {
			var said []string
			got, err := rewrite.Templates(t.Context(), stdin(c.text), recipe.Config{Features: auto, Log: func(text string) { said = append(said, text) }})
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
		c      recipe.Config
		want   string
	}{
		"attributes":      {stdin("X\tw=a\tp=b\nY\tw=c\n"), recipe.Config{}, "attributes: there are no templates"},
		"no such preset":  {stdin("a X\n"), recipe.Config{Features: "no such"}, "features no such: no such file, and the presets are"},
		"no such column":  {stdin("a X\n"), recipe.Config{Features: "pos", Label: "9"}, `column "9"`},
		"no sentence":     {stdin(""), recipe.Config{}, "no sentence"},
		"ragged":          {stdin("a X\nb\n"), recipe.Config{Features: "pos"}, "stdin:2: 1 column, expected 2"},
		"no such file":    {corpus.Source{Paths: []string{"no such file"}}, recipe.Config{}, "no such file"},
		"unknown options": {stdin("a X\n"), recipe.Config{Features: "pos", Format: "xml"}, "xml"},
	} {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			err := rewrite.PickedAttributes(t.Context(), &out, c.source, c.c)
			require.ErrorContains(t, err, c.want)
			assert.Empty(t, out.String())
		})
	}
}

// labeller returns a model that reads words.
func labeller(t *testing.T) *crf.Model {
	t.Helper()
	p, err := features.Parse(strings.NewReader(words), "words", features.DialectTrellis)
	require.NoError(t, err)
	m, err := crf.New(crf.Content{
		Labels: []string{"X", "Y"},
		Input:  model.Input{Templates: p, Names: map[string]int{"form": 0}},
		Meta:   model.Metadata{Normalize: model.NFC},
	})
	require.NoError(t, err)
	return m
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
			require.NoError(t, rewrite.ModelAttributes(t.Context(), &out, stdin(c.text), labeller(t), "m", corpus.FormatAuto, c.label, c.form, say))
			assert.Equal(t, c.want, out.String())
			assert.Equal(t, []string{"m: " + pairsLeftOut}, said)
		})
	}
}

func TestModelAttributesErrors(t *testing.T) {
	run := func(text string, m model.Labeller, label string) error {
		return rewrite.ModelAttributes(t.Context(), new(strings.Builder), stdin(text), m, "m", corpus.FormatAuto, label, "", nil)
	}
	assert.ErrorContains(t, run("a X\n", labeller(t), "9"), `column "9"`)
	assert.ErrorContains(t, run("a X\nb\n", labeller(t), "2"), "stdin:2: 1 column, expected 2")
	assert.ErrorContains(t, run("X\tw=a\tp=b\nY\tw=c\n", labeller(t), ""), "stdin")
	readyMade, err := crf.New(crf.Content{Labels: []string{"X"}})
	require.NoError(t, err)
	assert.EqualError(t, run("a X\n", readyMade, ""), "m: the model has no templates: it reads attribute files")
}
