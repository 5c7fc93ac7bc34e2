package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
)

const (
	plainTrain = "testdata/plain.train.conllu"
	plainDev   = "testdata/plain.dev.conllu"
)

// The command writes what the library learns.
func TestTrainTokenizer(t *testing.T) {
	for name, c := range map[string]struct {
		train, dev string
		args       []string
		o          trellis.TokenizerOptions
	}{
		"conllu":    {plainTrain, plainDev, nil, trellis.TokenizerOptions{}},
		"separated": {"testdata/joined.train.txt", "testdata/joined.dev.txt", []string{"--separator", "|"}, trellis.TokenizerOptions{Separator: "|"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			args := append([]string{"train-tokenizer", "--threads", "1", "--output", out, "--dev", c.dev}, c.args...)
			o := done(t, "", append(args, c.train)...)
			c.o.Threads, c.o.Dev = 1, trellis.Files(c.dev)
			m, _, err := trellis.TrainTokenizer(t.Context(), trellis.Files(c.train), c.o)
			require.NoError(t, err)
			var want bytes.Buffer
			require.NoError(t, m.Save(&want))
			assert.Equal(t, want.String(), read(t, out))
			assert.Contains(t, o.errors, "step 1/100  loss ")
			piped := done(t, read(t, c.train), append(args, "--quiet", "-")...)
			assert.Equal(t, want.String(), read(t, out))
			assert.Equal(t, o.out, piped.out)
			assert.Empty(t, piped.errors)
			golden(t, "tokenizer."+name+".txt", strings.ReplaceAll(o.out, out, "out"))
		})
	}
}

// One command gives a model that goes from text to labels. Its settings give the same bytes again.
func TestTrainWithALearnedTokenizer(t *testing.T) {
	folder := t.TempDir()
	first, again, tokenizer := filepath.Join(folder, "first"), filepath.Join(folder, "again"), filepath.Join(folder, "tokenizer")
	settings := filepath.Join(folder, "settings.toml")
	args := []string{"train", "--quiet", "--threads", "1", "--dev", plainDev, plainTrain}
	done(t, "", append(args, "--tokenizer", "learn", "--model", first, "--write-config", settings)...)
	done(t, "", append(args, "--config", settings, "--model", again)...)
	assert.Equal(t, read(t, first), read(t, again))
	m, _, err := trellis.Train(t.Context(), trellis.Files(plainTrain), trellis.Config{Threads: 1, Dev: trellis.Files(plainDev), Tokenizer: "learn"})
	require.NoError(t, err)
	require.NoError(t, m.SaveFile(again))
	assert.Equal(t, read(t, first), read(t, again))

	shown := done(t, "", "inspect", "--top", "0", first).out
	assert.Regexp(t, `(?m)^tokenizer +learned, \d+ attributes$`, shown)
	assert.NotContains(t, shown, "TRELSEGM")
	assert.NotContains(t, done(t, "", "inspect", "--json", first).out, "TRELSEGM")
	small := filepath.Join(folder, "small")
	done(t, "", "prune", first, "--output", small, "--weights", "int8")
	assert.Regexp(t, `(?m)^tokenizer +learned, \d+ attributes$`, done(t, "", "inspect", "--top", "0", small).out)

	done(t, "", "train-tokenizer", "--quiet", "--threads", "1", "--dev", plainDev, "--output", tokenizer, plainTrain)
	done(t, "", append(args, "--tokenizer", tokenizer, "--model", again)...)
	stored, err := trellis.Open(again)
	require.NoError(t, err)
	assert.Equal(t, read(t, tokenizer), string(stored.Labeller().Metadata().Segmenter))
	assert.Equal(t, m.Labeller().Metadata().Segmenter, stored.Labeller().Metadata().Segmenter)
	require.NoError(t, stored.Close())

	const text = "Mr. Lind doesn't pay $7. Why not?\n"
	want := "Mr. Lind does n't pay $ 7 .\nWhy not ?\n"
	for _, flags := range [][]string{{"--tokenizer", tokenizer}, {"--model", first}, {"--model", nerModel(t), "--tokenizer", tokenizer}} {
		assert.Equal(t, want, done(t, text, append([]string{"tokenize"}, flags...)...).out, flags)
	}
	labelled := done(t, text, "tag", "--text", "--json", "--model", first).out
	assert.Equal(t, labelled, done(t, text, "tag", "--text", "--json", "--model", small, "--tokenizer", tokenizer).out)
	o := tagger(t, text, "tokenize", "--tokenizer", tokenizer, "--output", tokenizer)
	assert.Equal(t, exitUsage, o.status)
	for _, args := range [][]string{{"tokenize", "--gold", "--tokenizer", tokenizer}, {"eval", "--text", "--model", first}} {
		assert.Regexp(t, `words +100\.00%`, done(t, "", append(args, plainDev)...).out, args)
	}
}

func TestTrainTokenizerFails(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		says   string
		status int
		args   []string
	}{
		{"name at least one FILE", exitUsage, nil},
		{"--output: want the name of a file", exitUsage, []string{"--output", "-", plainTrain}},
		{"--dev -: standard input", exitUsage, []string{"--dev", "-", plainTrain}},
		{"--threads -1: want a positive number", exitUsage, []string{"--threads", "-1", plainTrain}},
		{"testdata/plain.train.conllu", exitUsage, []string{"--output", plainTrain, plainTrain}},
		{"testdata/plain.dev.conllu", exitUsage, []string{"--output", plainDev, "--dev", plainDev, plainTrain}},
		{"missing: no such file", exitFailed, []string{"missing"}},
		{"a space follows every token", exitFailed, []string{"testdata/train.conllu"}},
		{`separator "\n": want characters other than line ends`, exitFailed, []string{"--separator", "\n", plainTrain}},
	} {
		o := tagger(t, "", append([]string{"train-tokenizer", "--quiet", "--output", out}, c.args...)...)
		assert.Equal(t, c.status, o.status, c.says)
		assert.Contains(t, o.errors, c.says)
		assert.NoFileExists(t, out)
	}
	model := filepath.Join(t.TempDir(), "model")
	for says, args := range map[string][]string{
		"--tokenizer learn needs CoNLL-U, but the format of testdata/train.conll is conll": {"--tokenizer", "learn", "testdata/train.conll"},
		`--tokenizer: unknown tokenizer "words": want space`:                               {"--tokenizer", "words", plainTrain},
	} {
		o := tagger(t, "", append([]string{"train", "--quiet", "--model", model}, args...)...)
		assert.Equal(t, exitUsage, o.status, says)
		assert.Contains(t, o.errors, says)
		assert.NoFileExists(t, model)
	}
}

func TestInterruptedTrainTokenizer(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := filepath.Join(t.TempDir(), "out")
	var stdout bytes.Buffer
	errs := &trigger{text: "step 3/", f: stop}
	args := []string{"train-tokenizer", "--output", out, plainTrain}
	assert.Equal(t, exitFailed, run(ctx, args, nil, &stdout, errs))
	assert.Contains(t, errs.String(), "tagger: interrupted: training stopped early, the best tokenizer so far is in "+out+"\n")
	assert.NotContains(t, errs.String(), "step 5/")
	assert.Contains(t, stdout.String(), out+": learned tokenizer, ")
	_, err := trellis.OpenTokenizer(out)
	require.NoError(t, err)

	other := filepath.Join(t.TempDir(), "out")
	o := taggerContext(ctx, strings.NewReader(""), "train-tokenizer", "--output", other, plainTrain)
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: interrupted\n", o.errors)
	assert.NoFileExists(t, other)
}
