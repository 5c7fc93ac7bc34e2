package features

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPresetsAreTheEmbeddedFiles(t *testing.T) {
	entries, err := os.ReadDir("presets")
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".txt"))
	}
	assert.Equal(t, names, PresetNames())
}

func TestPresets(t *testing.T) {
	for _, name := range PresetNames() {
		t.Run(name, func(t *testing.T) {
			templates, err := Preset(name)
			require.NoError(t, err)
			source, err := PresetSource(name)
			require.NoError(t, err)
			assert.Equal(t, source, templates.Source())
			assert.Equal(t, DialectTrellis, templates.Dialect())
			assert.Equal(t, DialectTrellis, parse(t, source, DialectAuto).Dialect(), "also if read as a file")
			assert.Equal(t, []string{"b"}, templates.TransitionNames())

			// Equal attributes of two templates would be one feature that counts twice.
			without, err := templates.Bind(2, map[string]int{"form": 1})
			require.NoError(t, err)
			assert.Equal(t, []int{1}, without.Columns())
			with, err := templates.Bind(3, map[string]int{"form": 1, "pos": 2})
			require.NoError(t, err)
			assert.False(t, with.HasBigrams())
			e := with.NewExtractor()
			e.Reset(Rows{{"1", "Mr.", "NNP"}, {"2", "O'Neil-Smith2", "NNP"}, {"3", "23", "CD"}, {"4", "a", "DT"}, {"5", "AbCd", "NN"}})
			for i := range e.Len() {
				seen := make(map[string]bool)
				for _, a := range e.Unigrams(i) {
					require.False(t, seen[string(a)], "%s occurs twice", a)
					seen[string(a)] = true
				}
			}

			_, err = templates.Bind(1, nil)
			assert.ErrorIs(t, err, ErrColumn, "every preset needs the word")
		})
	}
}

func TestPosColumnIsUsedIfBound(t *testing.T) {
	for name, want := range map[string]bool{"chunk": true, "morph": true, "ner": true, "pos": false} {
		templates, err := Preset(name)
		require.NoError(t, err)
		program, err := templates.Bind(2, map[string]int{"form": 0, "pos": 1})
		require.NoError(t, err)
		assert.Equal(t, want, len(program.Columns()) == 2, name)
	}
}

func TestUnknownPreset(t *testing.T) {
	_, err := Preset("lemma")
	require.ErrorIs(t, err, ErrUnknownPreset)
	assert.ErrorContains(t, err, `"lemma": want one of chunk, morph, ner, pos`)
	_, err = PresetSource("../presets/pos")
	assert.ErrorIs(t, err, ErrUnknownPreset)
}
