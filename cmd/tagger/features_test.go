package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/features"
)

// The templates of --show train the same model as auto.
func TestShownTemplatesAreThoseOfTrain(t *testing.T) {
	const text = "the the DET B-PER\ncats cat NOUN I-PER\nsleep sleep VERB O\n\na a DET O\ndog dog NOUN B-LOC\nbarks bark VERB O\n"
	file := write(t, "further.conll", text)
	for name, args := range map[string][]string{
		"names": {"testdata/train.conll"}, "further columns": {file}, "plain": {"--label", "2", "testdata/train.conll"},
		"pos": {"--pos", "3", file}, "CoNLL-U": {"testdata/train.conllu"},
	} {
		t.Run(name, func(t *testing.T) {
			shown := done(t, "", append([]string{"features", "--show"}, args...)...)
			assert.Contains(t, shown.errors, "tagger: note: features auto: ")
			chosen, _ := trained(t, "", args...)
			written, o := trained(t, "", append([]string{"--features", write(t, "shown.txt", shown.out)}, args...)...)
			assert.NotContains(t, o.errors, "features auto")
			a, err := loadModel(chosen)
			require.NoError(t, err)
			b, err := loadModel(written)
			require.NoError(t, err)
			assert.Equal(t, a.Attributes(), b.Attributes())
			assert.Equal(t, a.Features(), b.Features())
			assert.Equal(t, shown.out, b.Input().Templates.Source())
			assert.Equal(t, shown.out, done(t, "", "features", "--show", "--model", chosen).out)
		})
	}
}

func TestShowPreset(t *testing.T) {
	for _, name := range features.PresetNames() {
		source, err := features.PresetSource(name)
		require.NoError(t, err)
		assert.Equal(t, source, done(t, "", "features", "--show", "--features", name).out)
	}
	file := t.TempDir() + "/own.txt"
	done(t, "", "features", "--show", "--features", "testdata/templates.txt", "--output", file)
	assert.Equal(t, read(t, "testdata/templates.txt"), read(t, file))
}

// The written attributes train the same model as the templates.
func TestDump(t *testing.T) {
	o := done(t, "", "features", "--dump", "testdata/train.conll")
	assert.Contains(t, o.errors, "features auto: preset ner")
	assert.Equal(t, o.out, done(t, read(t, "testdata/train.conll"), "features").out)
	assert.Equal(t, o.out, done(t, "", "features", "--features", "ner", "testdata/train.conll").out)

	path, _ := trained(t, o.out, "--loss", "softmax-margin", "--cost", "entity", "--cost-fn", "3", "--format", "crfsuite", "-")
	m, err := loadModel(path)
	require.NoError(t, err)
	templated, err := loadModel(nerModel(t))
	require.NoError(t, err)
	assert.Equal(t, templated.Features(), m.Features())
}

// Without templates that read learned word statistics, a model writes the same attributes as train
// uses.
func TestDumpOfModel(t *testing.T) {
	files := []string{"--dump", "testdata/train.conll", "--dump", "testdata/dev.conll"}
	picked := done(t, "", append([]string{"features", "--features", "testdata/templates.txt"}, files...)...).out
	m := modelOf(t, "--features", "testdata/templates.txt", "testdata/train.conll")
	assert.Equal(t, picked, done(t, "", append([]string{"features", "--model", m}, files...)...).out)
	assert.Equal(t, picked, done(t, "", "features", "--model", m, "testdata/train.conll", "testdata/dev.conll").out)
}

func TestFeaturesThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"nothing to look at":     {[]string{"--show"}, exitUsage, "name a FILE from which train would pick"},
		"both":                   {[]string{"--show", "--dump", "testdata/train.conll"}, exitUsage, "choose one"},
		"templates of two kinds": {[]string{"--model", "m", "--features", "ner", "testdata/train.conll"}, exitUsage, "has its own templates and columns"},
		"pos of a model":         {[]string{"--model", "m", "--pos", "2", "testdata/train.conll"}, exitUsage, "has its own templates and columns"},
		"no templates":           {[]string{"--show", "--features", "absent.txt"}, exitFailed, "absent.txt: no such file"},
		"attributes":             {[]string{"--show", "testdata/train.crfsuite"}, exitFailed, "there are no templates for ready-made attributes"},
		"other columns":          {[]string{"testdata/train.conll", "testdata/numbered.conll"}, exitFailed, "4 columns, expected 3 as in the first"},
		"format":                 {[]string{"--format", "x", "testdata/train.conll"}, exitUsage, "--format"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", append([]string{"features"}, c.args...)...)
			assert.Equal(t, c.status, o.status, o.errors)
			assert.Contains(t, strings.Join(strings.Fields(o.errors), " "), c.says)
		})
	}
}
