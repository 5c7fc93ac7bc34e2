package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
)

// handMade writes a model with known weights.
func handMade(t *testing.T, o crf.SaveOptions) string {
	t.Helper()
	m, err := crf.New(crf.Content{
		Meta: model.Metadata{Notes: map[string]string{"date": "2026-01-31", "loss": "none"}}, Labels: []string{"A", "B"},
		Attributes: []crf.Attribute{
			{Name: "x", Weights: []crf.LabelWeight{{Label: 0, Weight: 1.5}, {Label: 1, Weight: -0.25}}},
			{Name: "y", Weights: []crf.LabelWeight{{Label: 0, Weight: -3}}},
			{Name: "z", Weights: []crf.LabelWeight{{Label: 1, Weight: 0.125}}},
		},
		Transitions: []crf.PairWeight{{From: 0, To: 1, Weight: 0.5}},
	})
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "hand.model")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, m.Save(f, o))
	require.NoError(t, f.Close())
	return path
}

func TestInspect(t *testing.T) {
	path := handMade(t, crf.SaveOptions{})
	want := `labels      2, scheme plain
attributes  3 with names, ready-made attributes
features    5, 1 of them transitions, weights float32
date        2026-01-31
loss        none

  from \ to  A     B
          A  .  0.50
          B  .     .

A
   -3.0000  y
    1.5000  x

B
   -0.2500  x
    0.1250  z
`
	first, rest, _ := strings.Cut(done(t, "", "inspect", path).out, "\n")
	assert.Contains(t, first, path+", ")
	assert.Equal(t, want, rest)
	assert.NotContains(t, done(t, "", "inspect", "--top", "1", path).out, "1.5000")
	assert.NotContains(t, done(t, "", "inspect", "--top", "0", path).out, "3.0000")

	stripped := done(t, "", "inspect", handMade(t, crf.SaveOptions{Strip: true, Precision: crf.Int16})).out
	assert.Contains(t, stripped, "without names")
	assert.Contains(t, stripped, "weights int16")
	assert.NotContains(t, stripped, "3.0000")
}

func TestInspectJSON(t *testing.T) {
	path := handMade(t, crf.SaveOptions{Precision: crf.Float64})
	info, err := os.Stat(path)
	require.NoError(t, err)
	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", path).out), &d))
	assert.Equal(t, model.Description{
		File: path, Bytes: info.Size(), Weights: "float64", Scheme: "plain", Labels: []string{"A", "B"}, Attributes: 3, Features: 5,
		Notes: map[string]string{"date": "2026-01-31", "loss": "none"}, Transitions: []model.LabelPair{{From: "A", To: "B", Weight: 0.5}},
		Strongest: map[string][]model.StrongAttribute{
			"A": {{Attribute: "y", Weight: -3}, {Attribute: "x", Weight: 1.5}}, "B": {{Attribute: "x", Weight: -0.25}, {Attribute: "z", Weight: 0.125}},
		},
	}, d)
}

func TestPrune(t *testing.T) {
	path := handMade(t, crf.SaveOptions{})
	out := filepath.Join(t.TempDir(), "small.model")
	for _, k := range []struct {
		flags    []string
		features int
		names    string
	}{
		{[]string{"--below", "0.2"}, 4, "xy"},
		{[]string{"--below", "2"}, 2, "y"},
		{[]string{"--keep", "3"}, 4, "xy"},
		{[]string{"--keep", "100"}, 5, "xyz"},
		{[]string{"--keep", "0"}, 1, ""},
		{[]string{"--weights", "float64"}, 5, "xyz"},
	} {
		o := done(t, "", append([]string{"prune", path, "-o", out}, k.flags...)...)
		lines := strings.Split(strings.TrimSpace(o.out), "\n")
		require.Len(t, lines, 2)
		assert.Contains(t, lines[0], path+": 3 attributes, 5 features, ")
		m, err := loadModel(out)
		require.NoError(t, err)
		assert.Equal(t, k.features, m.Features(), "%v", k.flags)
		p, err := m.Content()
		require.NoError(t, err)
		names := ""
		for _, a := range p.Attributes {
			names += a.Name
		}
		assert.Equal(t, k.names, names, "%v", k.flags)
		assert.Equal(t, "2026-01-31", m.Meta.Notes["date"])
	}
}

func TestPruneScores(t *testing.T) {
	out := filepath.Join(t.TempDir(), "small.model")
	o := done(t, "", "prune", nerModel(t), "--output", out, "--keep", "200", "--weights", "int8", "--strip", "--eval", "testdata/train.conll")
	assert.Regexp(t, `(?s)^.*: \d+ attributes, \d+ features, \d+ bytes; testdata/train.conll: accuracy 100.00%, F1 100.00%\n.*bytes; testdata/train.conll: accuracy \d+\.\d\d%, F1 \d+\.\d\d%\n$`, o.out)
	m, err := loadModel(out)
	require.NoError(t, err)
	assert.Equal(t, crf.SaveOptions{Precision: crf.Int8, Strip: true}, m.Storage())
	failed := tagger(t, "", "prune", out, "-o", out+".again")
	assert.Equal(t, exitFailed, failed.status)
	assert.Contains(t, failed.errors, "without the names of its attributes")
	failed = tagger(t, "", "prune", nerModel(t), "-o", out, "--eval", "testdata/missing.conll")
	assert.Contains(t, failed.errors, "missing.conll: no such file")
}

func TestTrainFlagsOfTheFile(t *testing.T) {
	path := modelOf(t, "--weights", "int16", "--strip", "--date", "2026-02-03", "testdata/train.conll")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.Equal(t, crf.SaveOptions{Precision: crf.Int16, Strip: true}, m.Storage())
	assert.Equal(t, "2026-02-03", m.Meta.Notes["date"])
}

func TestWrongUsageOfModels(t *testing.T) {
	path := handMade(t, crf.SaveOptions{})
	for _, args := range [][]string{
		{"inspect", path, path}, {"inspect", "--top", "-1", path}, {"prune", path}, {"prune", path, "-o", "x", "--below", "-1"},
		{"prune", path, "-o", "x", "--below", "1", "--keep", "1"}, {"prune", path, "-o", "x", "--keep", "-1"}, {"prune", path, "-o", "x", "--weights", "half"},
		{"train", "--model", "x", "--weights", "half", "testdata/train.conll"},
	} {
		assert.Equal(t, exitUsage, tagger(t, "", args...).status, "%v", args)
	}
}

// notesOf returns the notes of inspect --json.
func notesOf(t *testing.T, path string) map[string]string {
	t.Helper()
	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", "--top", "0", path).out), &d))
	return d.Notes
}

// The settings in a model train it again, including those that name files.
func TestInspectConfig(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	settings := []string{"--dev", "testdata/dev.conll", "--threads", "2", "--features", "ner",
		"--gazetteer", "people=testdata/people.txt", "--epochs", "8", "--scheme", "bioes"}
	done(t, "", append(append([]string{"train", "--quiet", "--model", at("first")}, settings...), "testdata/train.conll")...)
	config := done(t, "", "inspect", "--config", at("first")).out
	assert.Contains(t, config, "epochs = 8\n")
	require.NoError(t, os.WriteFile(at("run.toml"), []byte(config), 0o600))
	o := tagger(t, "", "train", "--quiet", "--model", at("again"), "--config", at("run.toml"), "--dev", "testdata/dev.conll",
		"--gazetteer", "people=testdata/people.txt", "testdata/train.conll")
	require.Equal(t, exitDone, o.status, o.errors)
	assert.Equal(t, read(t, at("first")), read(t, at("again")))

	assert.Equal(t, exitUsage, tagger(t, "", "inspect", "--config", "--json", at("first")).status)
	o = tagger(t, "", "inspect", "--config", "../../interop/wapiti/testdata/model.wapiti")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "it does not store the settings of its training")
}
