package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"

	"github.com/trellis-nlp/trellis/internal/sample"
)

func semiModel(t *testing.T) string {
	return modelOf(t, "--model-type", "semi", "--dev", "testdata/dev.conll", "testdata/train.conll")
}

// Trained on the sample, the model finds most names of its test sentences.
func TestSemiLearnsTheSample(t *testing.T) {
	train, dev, test := write(t, "train", sample.Train), write(t, "dev", sample.Dev), write(t, "test", sample.Test)
	path := filepath.Join(t.TempDir(), "model")
	log := filepath.Join(t.TempDir(), "log")
	o := done(t, "", "train", "--model", path, "--model-type", "semi", "--dev", dev, "--epochs", "30", "--log-json", log, train)
	assert.Contains(t, o.errors, "word in column 1, label in column 3, part of speech in column 2")
	assert.Contains(t, o.errors, "semi-Markov model, loss cross-entropy by lbfgs, l2 0.1, l1 0, at most 30 steps")
	assert.Contains(t, o.errors, "best")
	assert.Contains(t, o.out, "development data, after step")
	assert.Contains(t, o.out, "types of spans of up to")
	assert.Contains(t, read(t, log), `"dev":0.`)
	assert.Greater(t, score(t, "", "--model", path, test).F1, 0.85)

	chain := filepath.Join(t.TempDir(), "chain")
	done(t, "", "train", "--quiet", "--model", chain, "--epochs", "30", train)
	assert.Contains(t, done(t, "", "eval", "--compare", chain, path, test).out, "F1")
	assert.Contains(t, done(t, "", "eval", "--calibration", "--model", path, test).out, "calibration")

	// Training starts from the weights of another model.
	next := done(t, "", "train", "--model", path+"2", "--model-type", "semi", "--init", path, "--epochs", "2", train)
	assert.Contains(t, next.errors, "step 2/2")
}

// tag fills the label column with the labels that eval scores, and adds probabilities.
func TestSemiTags(t *testing.T) {
	path := semiModel(t)
	plain := done(t, "", "tag", "--model", path, "testdata/dev.conll").out
	compareLines(t, read(t, "testdata/dev.conll"), plain)
	assert.Contains(t, done(t, plain, "eval", "-").out, fmt.Sprintf("F1 %.2f%%", 100*score(t, "", "--model", path, "testdata/dev.conll").F1))

	for _, threads := range []string{"1", "3"} {
		both := done(t, "", "tag", "--model", path, "--probs", "--span-probs", "--threads", threads, "testdata/dev.conll").out
		was := strings.Split(plain, "\n")
		for k, line := range strings.Split(both, "\n") {
			if line == "" {
				require.Empty(t, was[k])
				continue
			}
			fields := strings.Split(line, "\t")
			require.Len(t, fields, 6)
			assert.Equal(t, was[k], strings.Join(fields[:4], "\t"))
			assert.Regexp(t, `^[01]\.\d{6}$`, fields[4])
			if strings.HasPrefix(fields[3], "B-") {
				assert.Regexp(t, `^[01]\.\d{6}$`, fields[5])
			} else {
				assert.Equal(t, "_", fields[5])
			}
		}
	}
	// The first of an n-best list is the best labelling, and probabilities decrease.
	list := done(t, "", "tag", "--model", path, "--nbest", "3", "--probs", "--span-probs", "testdata/dev.conll").out
	require.Equal(t, 3, strings.Count(list, "# 1 "))
	require.Equal(t, 3, strings.Count(list, "# 3 "))
	var first []string
	rank := ""
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "# ") {
			rank = strings.Fields(line)[1]
		} else if fields := strings.Fields(line); rank == "1" && len(fields) > 0 {
			require.Len(t, fields, 6)
			first = append(first, fields[3])
		}
	}
	var labels []string
	for line := range strings.Lines(plain) {
		if fields := strings.Fields(line); len(fields) > 0 {
			labels = append(labels, fields[3])
		}
	}
	assert.Equal(t, labels, first)
	// A file without labels, and one with other columns.
	compareLines(t, read(t, "testdata/text.conll"), done(t, "", "tag", "--model", path, "testdata/text.conll").out)
	words := modelOf(t, "--model-type", "semi", "--pos", "none", "testdata/train.conll")
	assert.Contains(t, done(t, "1\tMaria\n2\tlives\n", "tag", "--model", words, "--form", "2", "-").out, "1\tMaria\tB-PER\n")
}

// Labels are written in the scheme of the training files.
func TestSemiKeepsTheScheme(t *testing.T) {
	for _, scheme := range []string{"iob1", "bioes"} {
		train := done(t, "", "convert", "--scheme", scheme, "testdata/train.conll").out
		path := filepath.Join(t.TempDir(), "model")
		done(t, train, "train", "--quiet", "--model", path, "--model-type", "semi", "-")
		assert.Greater(t, score(t, train, "--model", path, "-").F1, 0.95, scheme)
		tagged := done(t, train, "tag", "--model", path).out
		compareLines(t, train, tagged)
		right, all := 0, 0
		for line := range strings.Lines(tagged) {
			if fields := strings.Fields(line); len(fields) > 3 {
				all++
				if fields[2] == fields[3] {
					right++
				}
			}
		}
		assert.Greater(t, right, all*9/10, scheme)
	}
}

func TestSemiLosses(t *testing.T) {
	for _, args := range [][]string{
		{"--loss", "perceptron"},
		{"--loss", "hinge", "--cost", "entity", "--cost-fn", "3"},
		{"--loss", "softmax-margin", "--label-weight", "PER=2", "--l1", "0.05"},
		{"--loss", "risk", "--epochs", "30"},
		{"--loss", "soft-ramp3", "--cost", "entity", "--gamma", "2"},
		{"--loss", "sparsemap", "--epochs", "10"},
		{"--loss", "cross-entropy", "--label-smoothing", "0.01", "--entropy", "0.01"},
		{"--optimizer", "adagrad", "--batch-size", "4", "--max-length", "2", "--min-count", "1"},
	} {
		path := modelOf(t, append([]string{"--model-type", "semi", "testdata/train.conll"}, args...)...)
		assert.Greater(t, score(t, "", "--model", path, "testdata/train.conll").F1, 0.8, args)
	}
}

// Training omits sentences with longer spans, and a warning lists them.
func TestSemiLeavesOutLongSpans(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model")
	o := done(t, "", "train", "--quiet", "--model", path, "--model-type", "semi", "--max-length", "1", "testdata/train.conll")
	assert.Regexp(t, `tagger: warning: \d+ sentences have spans of more than 1 tokens and are left out, \d+ of 18 spans: [A-Z]+ "`, o.errors)
	assert.Contains(t, done(t, "", "inspect", path).out, "segments    up to 1 tokens")
}

func TestSemiInspect(t *testing.T) {
	path := semiModel(t)
	assert.Contains(t, done(t, "", "inspect", path).out, "model-type  semi")
	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", path).out), &d))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, info.Size(), d.Bytes)
	assert.Equal(t, "semi", d.ModelType)
	assert.Equal(t, "bio", d.Scheme)
	assert.Equal(t, "3", d.Notes["max-length"])
	assert.Equal(t, 3, d.MaxLength)
	assert.Equal(t, "12", d.Notes["sentences"])
	assert.Positive(t, d.SegmentAttributes)
	assert.Greater(t, d.Features, d.Attributes)
	assert.Contains(t, d.Labels, "I-PER")
	assert.NotEmpty(t, d.Transitions)
	for _, name := range []string{"PER, token", "PER, first token", "PER, last token", "LOC, whole span", "O, token"} {
		assert.NotEmpty(t, d.Strongest[name], name)
		assert.LessOrEqual(t, len(d.Strongest[name]), 10)
	}
	text := done(t, "", "inspect", "--top", "1", path).out
	assert.Contains(t, text, "from \\ to")
	assert.Contains(t, text, "\nPER, whole span\n")
	assert.Contains(t, text, "transitions between spans")
	assert.NotContains(t, done(t, "", "inspect", "--top", "0", path).out, "whole span")
}

func TestSemiRefuses(t *testing.T) {
	path := semiModel(t)
	train := func(args ...string) []string {
		return append([]string{"train", "--model", filepath.Join(t.TempDir(), "m"), "--model-type", "semi", "testdata/train.conll"}, args...)
	}
	tag := func(args ...string) []string {
		return append([]string{"tag", "--model", path, "testdata/text.conll"}, args...)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"type":          {append(train(), "--model-type", "markov"), "want chain, semi or pruned"},
		"no semi":       {append(train(), "--model-type", "chain", "--max-length", "3"), "--max-length is for --model-type semi"},
		"length":        {train("--max-length", "0"), "--max-length 0: want 1 to 4096"},
		"loss":          {train("--loss", "large-margin-softmax"), "want one of cross-entropy"},
		"optimizer":     {train("--optimizer", "pa"), "for semi, want one of lbfgs"},
		"pair":          {train("--loss", "hinge", "--optimizer", "lbfgs"), "not smooth"},
		"cost":          {train("--loss", "hinge", "--cost", "boundary"), "want hamming or entity"},
		"checkpoint":    {train("--checkpoint", "c"), "writes no checkpoints"},
		"annealing":     {train("--loss", "risk", "--anneal-cost", "0.1..1"), "--anneal-cost: not for --model-type semi"},
		"weights":       {train("--weights", "int8"), "64-bit weights"},
		"scheme":        {train("--scheme", "bioes"), "it learns spans"},
		"supervision":   {train("--supervision", "soft"), "one known label per token"},
		"plain labels":  {train("--label", "2"), "labels that encode spans"},
		"no such type":  {train("--loss", "hinge", "--label-weight", "B-PER=2"), `no label "B-PER"`},
		"crfsuite":      {train("--format", "crfsuite"), "attribute files have none"},
		"fixed":         {tag("--fixed"), "--fixed: only"},
		"posterior":     {tag("--posterior"), "--posterior: only"},
		"unconstrained": {tag("--no-constraints"), "always encode well-formed spans"},
		"wapiti's":      {tag("--output-format", "wapiti"), "which this format cannot hold"},
	} {
		o := tagger(t, "", c.args...)
		assert.Equal(t, exitUsage, o.status, name)
		assert.Contains(t, o.errors, c.says, name)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"attributes":   {[]string{"train", "--model", filepath.Join(t.TempDir(), "m"), "--model-type", "semi", "testdata/train.crfsuite"}, "reads words"},
		"init":         {train("--init", nerModel(t)), "a chain model cannot be the start of a semi model"},
		"init of semi": {[]string{"train", "--model", filepath.Join(t.TempDir(), "m"), "--init", path, "testdata/train.conll"}, "a semi-Markov model"},
		"prune":        {[]string{"prune", path, "--output", filepath.Join(t.TempDir(), "m")}, "a semi-Markov model"},
	} {
		o := tagger(t, "", c.args...)
		assert.Equal(t, exitFailed, o.status, name)
		assert.Contains(t, o.errors, c.says, name)
	}
	// A damaged file is not a valid model.
	bad := write(t, "bad", read(t, path)[:2000])
	assert.Contains(t, tagger(t, "", "tag", "--model", bad, "testdata/text.conll").errors, "bad: not a valid model (semi-Markov)")
}
