package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/report"
)

// The scores of report are those of eval, digit by digit, for every kind of model and of file.
func TestReportHasTheScoresOfEval(t *testing.T) {
	interop := func(name string) string { return filepath.Join("..", "..", "interop", name) }
	for name, c := range map[string]struct {
		model, data string
		args        []string
	}{
		"names":     {nerModel(t), "testdata/dev.conll", nil},
		"samples":   {nerModel(t), "testdata/dev.conll", []string{"--samples", "0"}},
		"scheme":    {nerModel(t), "testdata/dev.conll", []string{"--scheme", "plain", "--bins", "3"}},
		"tags":      {posModel(t), "testdata/train.conllu", []string{"--seed", "5", "--samples", "100"}},
		"items":     {itemsModel(t), "testdata/train.crfsuite", nil},
		"semi":      {semiModel(t), "testdata/dev.conll", nil},
		"pruned":    {prunedModel(t), "testdata/dev.conll", nil},
		"subtags":   {featsModel(t), "testdata/feats.dev.conllu", nil},
		"documents": {wordModel(t), "testdata/people.doccano", nil},
		"CRFsuite":  {interop("crfsuite/testdata/tiny.model"), interop("crfsuite/testdata/tiny.items"), nil},
		"CRF++":     {interop("crfpp/testdata/model.crfpp"), interop("crfpp/testdata/test.txt"), nil},
		"Wapiti":    {interop("wapiti/testdata/model.wapiti"), interop("wapiti/testdata/test.txt"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"--model", c.model, "--json"}, c.args...)
			want := done(t, "", append([]string{"eval", "--calibration", c.data}, args...)...)
			got := done(t, "", append([]string{"report", "--data", c.data}, args...)...)
			var r struct{ Scores json.RawMessage }
			require.NoError(t, json.Unmarshal([]byte(got.out), &r))
			assert.Equal(t, strings.TrimSpace(want.out), string(r.Scores))
			assert.Equal(t, want.errors, got.errors)
		})
	}
}

func TestReportPage(t *testing.T) {
	dir := t.TempDir()
	model, log, page := filepath.Join(dir, "ner.model"), filepath.Join(dir, "steps.jsonl"), filepath.Join(dir, "page.html")
	done(t, "", "train", "--quiet", "--threads", "1", "--model", model, "--dev", "testdata/dev.conll", "--log-json", log, "testdata/train.conll")
	o := done(t, "", "report", "--model", model, "--data", "testdata/dev.conll", "--train", "testdata/train.conll", "--log-json", log, "--top", "2", "-o", page)
	assert.Empty(t, o.out+o.errors)
	got := read(t, page)
	for _, part := range []string{
		"<title>ner.model on dev.conll</title>", "Development score by step", "Scores by type", "Scores by length", "Scores by frequency", "Seen and unseen",
		"Confusions", "Calibration", "Transitions", "Strongest attributes", "Errors", "<dt>model-type</dt><dd>chain</dd>", ">entity seen<",
	} {
		assert.True(t, strings.Contains(got, part), part)
	}
	again := done(t, "", "report", "--model", model, "--train", "testdata/train.conll", "--log-json", log, "--top", "2", "testdata/dev.conll")
	assert.Equal(t, got, again.out, "the same page")

	few := done(t, strings.ReplaceAll(read(t, "testdata/dev.conll"), "-PER", "-LOC"), "report", "--model", model, "--title", "A <title>", "--max-errors", "1", "--json", "-")
	var r report.Analysis
	require.NoError(t, json.Unmarshal([]byte(few.out), &r))
	assert.Equal(t, "A <title>", r.Title)
	assert.Len(t, r.Errors, 1)
	assert.Greater(t, r.NumErrors, 1)
	assert.Equal(t, "chain", r.Kind)
	assert.Empty(t, r.Steps)
}

func TestReportErrors(t *testing.T) {
	log := write(t, "steps.jsonl", "{\"step\":1}\nhello\n")
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{exitUsage, "name at least one FILE", []string{"--model", nerModel(t)}},
		{exitUsage, "required flag(s) \"model\" not set", []string{"--data", "testdata/dev.conll"}},
		{exitUsage, "--max-errors 0", []string{"--model", nerModel(t), "--max-errors", "0", "testdata/dev.conll"}},
		{exitUsage, "--bins 20000: want 1 to 10000", []string{"--model", nerModel(t), "--bins", "20000", "testdata/dev.conll"}},
		{exitUsage, "are the same file", []string{"--model", nerModel(t), "-o", log, "--log-json", log, "testdata/dev.conll"}},
		{exitFailed, "steps.jsonl:2: not a step of a training log", []string{"--model", nerModel(t), "--log-json", log, "testdata/dev.conll"}},
		{exitFailed, "missing.jsonl", []string{"--model", nerModel(t), "--log-json", "missing.jsonl", "testdata/dev.conll"}},
		{exitFailed, "missing.conll", []string{"--model", nerModel(t), "--train", "missing.conll", "testdata/dev.conll"}},
		{exitFailed, "missing.conll", []string{"--model", nerModel(t), "missing.conll"}},
		{exitFailed, "missing.model", []string{"--model", "missing.model", "testdata/dev.conll"}},
	} {
		o := tagger(t, "", append([]string{"report"}, c.args...)...)
		assert.Equal(t, c.status, o.status, "%q", c.args)
		assert.Contains(t, o.errors, c.want, "%q", c.args)
		assert.Empty(t, o.out)
	}
}
