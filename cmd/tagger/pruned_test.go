package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"

	"github.com/trellis-nlp/trellis/internal/sample"
)

// featsModel returns a model of the morphology of a few words.
func featsModel(t *testing.T) string {
	return modelOf(t, "--label", "FEATS", "--order", "2", "--epochs", "15", "testdata/feats.conllu")
}

// prunedModel returns a model of the names in the sample.
func prunedModel(t *testing.T) string {
	return modelOf(t, "--model-type", "pruned", "--order", "1", "testdata/train.conll")
}

func TestOrderTwoLearnsMorphology(t *testing.T) {
	path, log := filepath.Join(t.TempDir(), "model"), filepath.Join(t.TempDir(), "log")
	o := done(t, "", "train", "--model", path, "--label", "FEATS", "--order", "2", "--epochs", "15", "--patience", "0", "--log-json", log,
		"--date", "2026-01-02", "--dev", "testdata/feats.dev.conllu", "testdata/feats.conllu")
	assert.Contains(t, o.errors, "pruned CRF of order 2, labels split into subtags at |, loss cross-entropy by adagrad, l2 0.3, l1 0, at most 15 steps")
	assert.Contains(t, o.errors, "step 15/15")
	assert.Contains(t, o.out, "development data, after step")
	assert.Regexp(t, `order [012], 10 labels.*, \d+ attributes, \d+ features; ended after 15 steps`, o.out)
	assert.Contains(t, read(t, log), `"dev":0.`)
	assert.Greater(t, score(t, "", "--model", path, "testdata/feats.dev.conllu").Accuracy, 0.8)

	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", path).out), &d))
	assert.Equal(t, "pruned", d.Notes["model-type"])
	assert.Equal(t, "2026-01-02", d.Notes["date"])
	assert.Equal(t, "feats", d.Notes["label"])

	// Training starts from the weights of another model, with its order.
	next := done(t, "", "train", "--model", path+"2", "--label", "FEATS", "--order", "2", "--init", featsModel(t), "--epochs", "1", "testdata/feats.conllu")
	assert.Contains(t, next.out, "order 2, ")
}

func TestPrunedTags(t *testing.T) {
	path := featsModel(t)
	text := read(t, "testdata/feats.dev.conllu")
	var outputs []string
	for _, threads := range []string{"1", "3"} {
		outputs = append(outputs, done(t, "", "tag", "--model", path, "--threads", threads, "--probs", "testdata/feats.dev.conllu").out)
	}
	assert.Equal(t, outputs[0], outputs[1])
	assert.Regexp(t, `(?m)^1\tThe\tthe\tDET\t_\tDefinite=Def\|PronType=Art\t_\t_\t_\tProb=[01]\.\d{6}$`, outputs[0])
	best := done(t, "", "tag", "--model", path, "--nbest", "3", "testdata/feats.dev.conllu").out
	assert.Equal(t, 12, strings.Count(best, "\n# 1 ")+strings.Count(best, "\n# 2 ")+strings.Count(best, "\n# 3 ")+strings.Count(best[:4], "# 1 "))
	// Fixed labels stay, also in posterior decoding.
	for _, flag := range []string{"--fixed", "--posterior"} {
		fixed := done(t, text, "tag", "--model", path, flag).out
		compareLines(t, text, fixed)
		if flag == "--fixed" {
			assert.Equal(t, text, fixed)
		}
	}
	assert.Contains(t, done(t, "", "eval", "--calibration", "--model", path, "testdata/feats.dev.conllu").out, "calibration")
	assert.Contains(t, done(t, "", "eval", "--compare", path, path, "testdata/feats.dev.conllu").out, "accuracy")
}

// Spans are well-formed, whatever the scheme of training.
func TestPrunedSpans(t *testing.T) {
	if testing.Short() {
		t.Skip("trains much")
	}
	train, dev, test := write(t, "train", sample.Train), write(t, "dev", sample.Dev), write(t, "test", sample.Test)
	path := filepath.Join(t.TempDir(), "model")
	for _, args := range [][]string{
		{"--order", "2"},
		{"--order", "2", "--scheme", "bioes", "--label-parts", "-"},
		{"--order", "0"},
		{"--order", "2", "--loss", "perceptron"},
		{"--order", "2", "--loss", "risk", "--gamma", "2"},
		{"--order", "2", "--loss", "smoothed-hinge", "--cost", "boundary"},
		{"--model-type", "pruned", "--loss", "hinge", "--cost", "entity", "--cost-fn", "2", "--min-count", "2", "--keep", "3,2"},
		{"--model-type", "pruned", "--loss", "softmax-margin", "--optimizer", "adamw", "--batch-size", "8", "--threads", "2"},
	} {
		done(t, "", append([]string{"train", "--quiet", "--model", path, "--epochs", "20", "--dev", dev, train}, args...)...)
		assert.Greater(t, score(t, "", "--model", path, test).F1, 0.7, args)
		tagged := done(t, "", "tag", "--model", path, "--probs", "--span-probs", test).out
		before := ""
		for line := range strings.Lines(tagged) {
			fields := strings.Fields(line)
			label := "O"
			if len(fields) > 3 {
				label = fields[3]
				assert.Equal(t, strings.HasPrefix(label, "B-"), fields[5] != "_")
			}
			if typ, inside := strings.CutPrefix(label, "I-"); inside {
				assert.Contains(t, []string{"B-" + typ, "I-" + typ}, before, args)
			}
			before = label
		}
		fixed := done(t, "x\tX\tI-PER\n", "tag", "--model", path, "--fixed").out
		assert.Contains(t, fixed, "x\tX\tI-PER\t", args)
		done(t, "", "tag", "--model", path, "--no-constraints", test)
	}
}

func TestPrunedInspect(t *testing.T) {
	path := featsModel(t)
	text := done(t, "", "inspect", "--top", "2", path).out
	for _, want := range []string{
		"order       2, labels split into subtags at |", "pruning     labels with a probability below", "before order 2",
		"label pairs", "label triples", "\nNumber=Sing\n", "\npart Number=Sing\n", "model-type  pruned", "kept        ",
	} {
		assert.Contains(t, text, want)
	}
	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", path).out), &d))
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, info.Size(), d.Bytes)
	assert.Equal(t, "pruned", d.ModelType)
	assert.Equal(t, 2, *d.Order)
	assert.Equal(t, "|", d.LabelParts)
	assert.Len(t, d.Thresholds, 2)
	assert.NotEmpty(t, d.Triples)
	assert.Len(t, d.StrongestParts["Number=Plur"], 10)
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--json", "--top", "0", prunedModel(t)).out), &d))
	assert.Equal(t, 1, *d.Order)
}

func TestPrunedRefuses(t *testing.T) {
	path := prunedModel(t)
	train := func(args ...string) []string {
		return append([]string{"train", "--model", filepath.Join(t.TempDir(), "m"), "testdata/train.conll"}, args...)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"order":        {train("--order", "3"), "--order 3: want 0, 1 or 2"},
		"chain":        {train("--order", "2", "--model-type", "chain"), "has order 1"},
		"semi":         {train("--order", "1", "--model-type", "semi"), "--order: not for --model-type semi"},
		"keep":         {train("--keep", "3"), "--keep is for --model-type pruned"},
		"parts":        {train("--order", "1", "--label-parts", "-"), "--label-parts is for"},
		"too many":     {train("--model-type", "pruned", "--order", "1", "--keep", "3,2"), "--order 1 prunes 1 times"},
		"too few":      {train("--order", "2", "--keep", "1,2"), "more than 1 label"},
		"length":       {train("--order", "2", "--max-length", "3"), "--max-length is for --model-type semi"},
		"epochs":       {train("--order", "2", "--epochs", "2"), "--order 2, want at least 3"},
		"loss":         {train("--order", "2", "--loss", "large-margin-softmax"), "want one of cross-entropy"},
		"optimizer":    {train("--order", "2", "--optimizer", "lbfgs"), "whose objective changes from epoch to epoch"},
		"pair":         {train("--order", "2", "--optimizer", "averaged-perceptron", "--loss", "cross-entropy"), "averaged-perceptron"},
		"checkpoint":   {train("--order", "2", "--checkpoint", "c"), "--checkpoint: not for --model-type pruned"},
		"weights":      {train("--order", "2", "--strip"), "64-bit weights"},
		"supervision":  {train("--order", "2", "--supervision", "soft"), "one known label per token"},
		"plain scheme": {train("--order", "2", "--label", "2", "--scheme", "bioes"), "encode no spans"},
		"crfsuite":     {train("--order", "2", "--format", "crfsuite"), "attribute files have none"},
		"wapiti's":     {[]string{"tag", "--model", path, "--output-format", "wapiti", "testdata/text.conll"}, "and this format has all"},
	} {
		o := tagger(t, "", c.args...)
		assert.Equal(t, exitUsage, o.status, name)
		assert.Contains(t, o.errors, c.says, name)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"attributes":     {[]string{"train", "--model", filepath.Join(t.TempDir(), "m"), "--order", "2", "testdata/train.crfsuite"}, "reads columns"},
		"init":           {train("--order", "2", "--init", nerModel(t)), "a chain model cannot be the start of a pruned model"},
		"init of pruned": {train("--init", path), "a pruned higher-order model"},
		"prune":          {[]string{"prune", path, "--output", filepath.Join(t.TempDir(), "m")}, "a pruned higher-order model"},
		"export":         {[]string{"export", "--to", "crfsuite", path, "--output", filepath.Join(t.TempDir(), "m")}, "a pruned higher-order model"},
	} {
		o := tagger(t, "", c.args...)
		assert.Equal(t, exitFailed, o.status, name)
		assert.Contains(t, o.errors, c.says, name)
	}
	bad := write(t, "bad", read(t, path)[:2000])
	assert.Contains(t, tagger(t, "", "tag", "--model", bad, "testdata/text.conll").errors, "bad: not a valid model (pruned higher-order)")
}

// Word clusters are stored in the model.
func TestPrunedKeepsLexicons(t *testing.T) {
	classes := write(t, "classes", "Oslo\tplace\nLima\tplace\nRome\tplace\nMaria\tperson\nAnna\tperson\n")
	path := modelOf(t, "--order", "2", "--clusters", classes, "testdata/train.conll")
	require.NoError(t, os.Remove(classes))
	assert.Contains(t, done(t, "", "inspect", path).out, "classes     column cluster")
	compareLines(t, read(t, "testdata/text.conll"), done(t, "", "tag", "--model", path, "testdata/text.conll").out)
	var d model.Description
	require.NoError(t, json.Unmarshal([]byte(done(t, "", "inspect", "--top", "1000", "--json", path).out), &d))
	var names []string
	for _, a := range d.Strongest["B-LOC"] {
		names = append(names, a.Attribute)
	}
	assert.Contains(t, strings.Join(names, " "), "=place")

	// The numbers of vectors are values of attributes.
	path = modelOf(t, "--order", "2", "--vectors", "testdata/words.vec", "testdata/train.conll")
	assert.Contains(t, done(t, "", "inspect", path).out, "vectors of")
	assert.Greater(t, score(t, "", "--model", path, "testdata/dev.conll").F1, 0.7)
}
