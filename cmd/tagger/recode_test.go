package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/structured"
)

// A model writes the scheme of its training file, whatever the scheme of training.
func TestTrainInAnotherScheme(t *testing.T) {
	for scheme, inside := range map[string]structured.Scheme{
		"iob1": structured.IOB1, "bio": structured.BIO, "bioes": structured.BIOES, "io": structured.IOB1,
	} {
		t.Run(scheme, func(t *testing.T) {
			path, o := trained(t, "", "--scheme", scheme, "testdata/train.conll")
			m, err := loadModel(path)
			require.NoError(t, err)
			assert.Equal(t, inside, m.Scheme())
			if scheme == "bio" {
				assert.Equal(t, nerModelLabels(t), m.Labels())
				assert.Equal(t, structured.Plain, m.Meta.Output)
				assert.NotContains(t, o.errors, "are trained in")
			} else {
				assert.Equal(t, "bio", m.Meta.Output.String())
				assert.Equal(t, scheme, m.Meta.Inside.String())
				assert.Contains(t, o.errors, "labels in bio are trained in "+scheme+"; tagging gives bio\n")
			}
			// The training labels are reproduced in the scheme of the file.
			f := score(t, "", "--model", path, "testdata/train.conll")
			assert.InDelta(t, 1, f.F1, 1e-12)
			assert.InDelta(t, 1, f.Accuracy, 1e-12)
			tagged := done(t, "", "tag", "--model", path, "testdata/train.conll").out
			for line := range strings.Lines(tagged) {
				if fields := strings.Fields(line); len(fields) == 4 {
					assert.Equal(t, fields[2], fields[3])
				}
			}
			list := done(t, "Maria\tPROPN\nWeber\tPROPN\n", "tag", "--nbest", "3", "--model", path).out
			assert.Equal(t, 3, strings.Count(list, "# "))
			assert.NotRegexp(t, "[SE]-", list)
		})
	}
}

func nerModelLabels(t *testing.T) []string {
	t.Helper()
	m, err := loadModel(nerModel(t))
	require.NoError(t, err)
	return m.Labels()
}

// A model writes the scheme of its training file by default.
func TestTrainOnEverySchemeInBIOES(t *testing.T) {
	for _, scheme := range []string{"iob1", "bio", "bioes"} {
		file := write(t, scheme, convert(t, read(t, "testdata/train.conll"), "--scheme", scheme))
		path, _ := trained(t, "", "--scheme", "bioes", file)
		assert.InDelta(t, 1, score(t, "", "--model", path, file).Accuracy, 1e-12, scheme)
	}
}

// Development data are scored by spans, even if training has not seen some labels of the training
// scheme: here the training data have no span of one token.
func TestDevelopmentDataInAnotherScheme(t *testing.T) {
	train := write(t, "train", strings.Repeat("Anna B-X\nWeber I-X\nwaits O\n\n", 3))
	dev := write(t, "dev", "Anna B-X\nwaits O\n\nAnna B-X\nWeber I-X\n")
	path, o := trained(t, "", "--scheme", "bioes", "--dev", dev, train)
	assert.Contains(t, o.out, "with 2 spans; found")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"B-X", "E-X", "O"}, m.Labels())

	stranger := write(t, "stranger", "Anna B-Y\n")
	o = tagger(t, "", "train", "--quiet", "--model", path, "--scheme", "bioes", "--dev", stranger, train)
	assert.Equal(t, exitDone, o.status)
	assert.Contains(t, o.errors, "labels that do not occur in the training data and count as errors: B-Y")
}

func TestIllFormedLabelsAreRepairedAndCounted(t *testing.T) {
	text := "Anna I-X\nwaits O\n\n" + strings.Repeat("Anna B-X\nwaits O\n\n", 9)
	path, o := trained(t, text, "--scheme", "bio", "-")
	assert.Contains(t, o.errors, "tagger: warning: 1 labels are ill-formed in bio; they are read as conlleval reads them\n")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.Equal(t, []string{"B-X", "O"}, m.Labels())
}

// Probabilities and fixed labels refer to the written labels: B stands for B or S of training, and
// I for I or E.
func TestProbabilitiesOutside(t *testing.T) {
	path, _ := trained(t, "", "--scheme", "bioes", "testdata/train.conll")
	text := "Maria\tPROPN\t_\nWeber\tPROPN\tI-PER\nwaits\tVERB\t_\n"
	o := done(t, text, "tag", "--fixed", "--model", path)
	assert.Contains(t, o.out, "Maria\tPROPN\t_\tB-PER\nWeber\tPROPN\tI-PER\tI-PER\n")
	o = done(t, "Weber\tPROPN\tB-LOC\nwaits\tVERB\tO\n", "tag", "--fixed", "--model", path)
	assert.Contains(t, o.out, "Weber\tPROPN\tB-LOC\tB-LOC\n")
	o = done(t, "Maria\tPROPN\n", "tag", "--span-probs", "--probs", "--model", path)
	assert.Regexp(t, `^Maria\tPROPN\tB-PER\t(0\.9\d+)\t(0\.9\d+)\n$`, o.out)
}

func TestWarmStartKeepsTheScheme(t *testing.T) {
	first, _ := trained(t, "", "--scheme", "bioes", "testdata/train.conll")
	path, _ := trained(t, "", "--epochs", "1", "--init", first, "testdata/train.conll")
	m, err := loadModel(path)
	require.NoError(t, err)
	assert.Equal(t, structured.BIOES, m.Scheme())
	assert.Equal(t, "bio", m.Meta.Output.String())
}

func TestWrongSchemes(t *testing.T) {
	model := t.TempDir() + "/m"
	iob1, _ := trained(t, "", "--scheme", "iob1", "testdata/train.conll")
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"unknown":  {[]string{"train", "--model", model, "--scheme", "biluo", "testdata/train.conll"}, "want iob1, bio, bioes, io, ioe1 or ioe2"},
		"plain":    {[]string{"train", "--model", model, "--scheme", "plain", "testdata/train.conll"}, "want iob1, bio, bioes, io, ioe1 or ioe2"},
		"no spans": {[]string{"train", "--model", model, "--scheme", "bioes", "--label", "2", "testdata/train.conll"}, "the labels encode no spans"},
		"fixed":    {[]string{"tag", "--model", iob1, "--fixed", "testdata/partly.conll"}, "the labels in bio do not determine"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", c.args...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
		})
	}
}
