package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/internal/cli"
	"github.com/trellis-nlp/trellis/study"
)

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Results are compressed by the name of their file, like all outputs.
func TestObjectsAreCompressed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "result.json.gz")
	_, err := new(app).writeObject(path, map[string]int{"trials": 3})
	require.NoError(t, err)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	r, err := gzip.NewReader(file)
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.JSONEq(t, `{"trials": 3}`, string(text))
}

// tuned runs tagger tune and returns what --json - writes.
func tuned(t *testing.T, text string, args ...string) rankedTrials {
	t.Helper()
	o := done(t, text, append([]string{"tune", "--quiet", "--threads", "1", "--json", "-"}, args...)...)
	assert.Empty(t, o.errors)
	return parseTuned(t, o.out)
}

func parseTuned(t *testing.T, text string) rankedTrials {
	t.Helper()
	var r rankedTrials
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&r), text)
	return r
}

// words splits a line quoted by cli.Quote as a shell does.
func words(line string) []string {
	var list []string
	for _, w := range regexp.MustCompile(`(?:'[^']*'|\\'|[^' ])+`).FindAllString(line, -1) {
		w = strings.ReplaceAll(w, `\'`, "\x00")
		w = strings.ReplaceAll(w, "'", "")
		list = append(list, strings.ReplaceAll(w, "\x00", "'"))
	}
	return list
}

func TestTuneByDefault(t *testing.T) {
	o := done(t, "", "tune", "testdata/train.conll")
	assert.Contains(t, o.errors, "format conll: 3 columns between tabs")
	assert.Contains(t, o.errors, "12 sentences, 6 labels (scheme bio): train on 9 (")
	assert.Contains(t, o.errors, "by templates preset ner), score on 3, in 5 folds")
	assert.Contains(t, o.errors, "setting 8/8 fold 5/5  perceptron by averaged-perceptron: F1 ")
	assert.Contains(t, o.errors, "setting 1/8 fold 1/5  default: softmax-margin by lbfgs, l2 0.1, l1 0, cost scale 1: F1 ")
	rows := strings.Split(o.out, "\n")
	assert.Equal(t, []string{"F1", "+-", "loss", "optimizer", "l2", "l1", "cost", "scale", "seconds"}, strings.Fields(rows[0]))
	for _, loss := range []string{"cross-entropy", "hinge", "perceptron"} {
		assert.Contains(t, o.out, loss)
	}
	assert.Regexp(t, `(?m)^ +\d+\.\d+% +\d+\.\d+ +softmax-margin +lbfgs +0\.1 +0 +1 +\d+\.\d  default of train$`, o.out)
	assert.Equal(t, 1, strings.Count(o.out, "default of train"))
	assert.Regexp(t, `^tagger train --model tuned\.model( --loss \S+ --optimizer \S+( --l2 \S+)?)? testdata/train\.conll$`, rows[len(rows)-2])
}

// The printed command trains a model, with --dev exactly the one that was scored.
func TestThePrintedCommandRuns(t *testing.T) {
	data, err := filepath.Abs("testdata")
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "it's a folder")
	require.NoError(t, os.CopyFS(dir, os.DirFS(data)))
	t.Chdir(dir)
	require.NoError(t, os.Rename("train.conll", "my train.conll"))
	for name, args := range map[string][]string{
		"folds":         {"--folds", "3"},
		"dev":           {"--dev", "dev.conll", "--patience", "4"},
		"draws":         {"--holdout", "0.3", "--trials", "6", "--l1", "0,0.001..1", "--seed", "9"},
		"flags":         {"--loss", "cross-entropy,softmax-margin", "--cost", "entity", "--cost-fn", "3", "--cost-scale", "0.5,2", "--gamma", "2", "--l2", "0.1"},
		"weights":       {"--loss", "hinge", "--label-weight", "B-PER=3", "--label-weight", "O=0.5", "--all-pairs", "--epochs", "4"},
		"optimizer":     {"--optimizer", "pa,sgd", "--pa-c", "0.5", "--batch-size", "2", "--rate", "0.2", "--l2", "0.5", "--min-count", "2"},
		"columns":       {"--loss", "risk,perceptron", "--label", "3", "--form", "1", "--pos", "none", "--features", "templates.txt", "--format", "conll"},
		"form":          {"--normalize", "nfkc", "--loss", "cross-entropy", "--folds", "2"},
		"scheme":        {"--scheme", "bioes", "--loss", "cross-entropy", "--folds", "2"},
		"scheme on dev": {"--scheme", "bioes", "--loss", "cross-entropy", "--dev", "dev.conll"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "trials.json")
			o := done(t, "", append([]string{"tune", "--threads", "1", "--json", file, "my train.conll"}, args...)...)
			r := parseTuned(t, read(t, file))
			lines := strings.Split(strings.TrimSpace(o.out), "\n")
			line := lines[len(lines)-1]
			assert.Equal(t, r.Best, line)
			require.NotEmpty(t, r.Trials)
			require.Equal(t, append([]string{"tagger"}, r.Trials[0].Args...), words(line))

			for k, trial := range r.Trials {
				require.Empty(t, trial.Error)
				o = done(t, "", trial.Args...)
				m, err := loadModel(tunedModel)
				require.NoError(t, err)
				assert.Equal(t, trial.Loss, m.Meta.Facts()["loss"])
				assert.Equal(t, trial.Optimizer, m.Meta.Facts()["optimizer"])
				if trial.L2 != nil {
					assert.Equal(t, number(*trial.L2), m.Meta.Facts()["l2"])
				}
				if r.Dev != "" {
					assert.Equal(t, number(*trial.Mean), m.Meta.Notes["dev"], "trial %d", k)
				}
			}
		})
	}
}

// A fold of tune equals train on its sentences and eval on the others.
func TestAFoldIsTrainAndEval(t *testing.T) {
	all := strings.SplitAfter(strings.TrimSpace(read(t, "testdata/train.conll"))+"\n\n", "\n\n")
	all = all[:len(all)-1]
	splits, err := study.KFold(len(all), 3, 5)
	require.NoError(t, err)
	parts := func(list []int) (text string) {
		for _, i := range list {
			text += all[i]
		}
		return text
	}
	r := tuned(t, "", "--seed", "5", "--folds", "3", "--loss", "perceptron,risk,hinge,softmax-margin,cross-entropy",
		"--l1", "0,0.1", "--l2", "0.01,0.5", "testdata/train.conll")
	require.Len(t, r.Trials, 20) // averaged-perceptron takes no penalty; includes the default
	inBIOES := tuned(t, "", "--seed", "5", "--folds", "3", "--scheme", "bioes", "--loss", "cross-entropy", "--l2", "0.1", "testdata/train.conll")
	for _, trial := range append(r.Trials, inBIOES.Trials...) {
		flags := trial.Args[3 : len(trial.Args)-1]
		for k, split := range splits {
			path, _ := trained(t, parts(split.Train), append(flags, "--quiet", "-")...)
			assert.InDelta(t, score(t, parts(split.Test), "--model", path, "-").F1, trial.Scores[k], 1e-12, "%v fold %d", flags, k)
		}
	}
}

func TestTuneFollowsFromTheSeed(t *testing.T) {
	run := func(seed string) rankedTrials {
		r := tuned(t, "", "--trials", "5", "--folds", "2", "--seed", seed, "--loss", "cross-entropy,hinge", "testdata/train.conll")
		for k := range r.Trials {
			r.Trials[k].Seconds = 0
		}
		return r
	}
	a, b, c := run("1"), run("1"), run("2")
	assert.Equal(t, a, b)
	assert.NotEqual(t, a.Trials, c.Trials)
	assert.Equal(t, 2, a.Folds)
	assert.Len(t, a.Trials, 6, "five draws and the default")
	for _, trial := range a.Trials {
		assert.Len(t, trial.Scores, 2)
		assert.NotNil(t, trial.SD)
		assert.True(t, *trial.L2 >= 0.001 && *trial.L2 <= 10)
	}
}

// Settings that train rejects are listed. Equivalent settings are tried once.
func TestTuneListsWhatCannotBeTrained(t *testing.T) {
	args := []string{"--loss", "cross-entropy,hinge", "--optimizer", "lbfgs,pa,adam", "--l1", "0,0.1", "--l2", "0.1", "--holdout", "0.3", "testdata/train.conll"}
	r := tuned(t, "", args...)
	failed := 0
	for k, trial := range r.Trials {
		if trial.Error != "" {
			failed++
			assert.Nil(t, trial.Mean)
			assert.GreaterOrEqual(t, k, 5, "failures come last")
		}
	}
	// lbfgs and adam do not support L1, lbfgs no hinge, pa no cross-entropy and no penalty.
	assert.Len(t, r.Trials, 11)
	assert.Equal(t, 6, failed)
	o := done(t, "", append([]string{"tune"}, args...)...)
	assert.Equal(t, 1, strings.Count(o.out, "not trained: hinge by lbfgs: "), o.out)
	assert.Contains(t, o.out, "this loss is not smooth")
}

func TestTuneOtherFormats(t *testing.T) {
	for _, file := range []string{"testdata/train.crfsuite", "testdata/train.conllu"} {
		r := tuned(t, "", "--loss", "cross-entropy,perceptron", "--l2", "0.1", "--folds", "2", "--metric", "accuracy", file)
		assert.Len(t, r.Trials, map[string]int{"testdata/train.crfsuite": 2, "testdata/train.conllu": 3}[file], "attribute files use cross-entropy by default")
		assert.Greater(t, *r.Trials[0].Mean, 0.3, file)
	}
	piped := tuned(t, read(t, "testdata/train.crfsuite"), "--loss", "perceptron", "--folds", "2", "-")
	named := tuned(t, "", "--loss", "perceptron", "--folds", "2", "testdata/train.crfsuite")
	assert.Equal(t, named.Trials[0].Scores, piped.Trials[0].Scores)
}

// A label that is missing from the training part of a fold counts as an error of the model.
func TestTuneWithARareLabel(t *testing.T) {
	text := read(t, "testdata/train.conll") + "\n\nParis\tPROPN\tB-GPE\n"
	for _, metric := range study.MetricNames() {
		r := tuned(t, text, "--loss", "perceptron", "--folds", "3", "--metric", metric, "-")
		require.Len(t, r.Trials, 2)
		for _, trial := range r.Trials {
			assert.Empty(t, trial.Error)
			assert.Less(t, *trial.Mean, 1.0)
		}
		assert.Equal(t, metric, r.Metric)
	}
	r := tuned(t, text, "--loss", "perceptron,hinge", "--l2", "0.1", "--folds", "3", "--label-weight", "B-GPE=2", "-")
	require.Len(t, r.Trials, 3)
	assert.Equal(t, "hinge", r.Trials[2].Loss)
	assert.Contains(t, r.Trials[2].Error, `the training data has no label "B-GPE"`)
}

func TestTuneIsInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trials.json")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	errs := &trigger{text: "setting 4/8 fold 2/3", f: stop}
	status := run(ctx, []string{"tune", "--folds", "3", "--json", file, "testdata/train.conll"}, strings.NewReader(""), &out, errs)
	assert.Equal(t, exitFailed, status)
	assert.Equal(t, "tagger: interrupted: 3 of 8 settings were done\n", lastMessage(errs.String()))
	assert.Equal(t, 3, strings.Count(out.String(), "cross-entropy  "), out.String())
	assert.Regexp(t, `(?m)^ +\d+\.\d+% +\d+\.\d+ +cross-entropy +lbfgs +1 +0 +- +\d+\.\d  2 of 3 folds$`, out.String())
	assert.Contains(t, out.String(), "\ntagger train --model tuned.model ")
	r := parseTuned(t, read(t, file))
	assert.True(t, r.Interrupted)
	require.Len(t, r.Trials, 4)
	assert.Len(t, r.Trials[3].Scores, 2, "the interrupted setting is last")
	assert.Equal(t, 8, r.Settings)

	ctx, stop = context.WithCancel(t.Context())
	errs = &trigger{text: "in 5 folds", f: stop}
	out.Reset()
	assert.Equal(t, exitFailed, run(ctx, []string{"tune", "testdata/train.conll"}, strings.NewReader(""), &out, errs))
	assert.Equal(t, "tagger: interrupted before the first setting was done\n", lastMessage(errs.String()))
	assert.Empty(t, out.String())
}

func TestTuneWrongUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no file":       {[]string{"tune"}, "name at least one FILE"},
		"loss":          {[]string{"--loss", "hinge,log"}, "--loss log: want some of cross-entropy"},
		"optimizer":     {[]string{"--optimizer", "newton"}, "--optimizer newton: want some of lbfgs"},
		"l2":            {[]string{"--l2", "0.1,x"}, "--l2 x: want non-negative numbers"},
		"negative l2":   {[]string{"--l2", "-1"}, "--l2 -1"},
		"infinite":      {[]string{"--l2", "inf"}, "--l2 inf"},
		"NaN":           {[]string{"--l1", "nan"}, "--l1 nan"},
		"downward":      {[]string{"--trials", "2", "--l2", "2..1"}, "--l2 2..1"},
		"half a range":  {[]string{"--trials", "2", "--l2", "..1"}, "--l2 ..1"},
		"range in grid": {[]string{"--l2", "0.1..1"}, "set --trials"},
		"range from 0":  {[]string{"--trials", "3", "--l1", "0..1"}, "0,0.001..1 means 0 or a range"},
		"cost scale":    {[]string{"--loss", "hinge", "--cost-scale", "0"}, "want positive numbers"},
		"two ways":      {[]string{"--folds", "3", "--holdout", "0.5"}, "--holdout and --folds"},
		"dev and folds": {[]string{"--folds", "3", "--dev", "testdata/dev.conll"}, "--dev and --folds"},
		"folds":         {[]string{"--folds", "1"}, "want 2 or more"},
		"holdout":       {[]string{"--holdout", "1"}, "share between 0 and 1"},
		"trials":        {[]string{"--trials", "0"}, "--trials 0"},
		"metric":        {[]string{"--metric", "bleu"}, "want one of accuracy, f1"},
		"threads":       {[]string{"--threads", "-1"}, "--threads -1"},
		"patience":      {[]string{"--patience", "3"}, "name a file with --dev"},
		"unused cost":   {[]string{"--loss", "perceptron", "--cost", "entity"}, "--cost: not used by any setting"},
		"unused rate":   {[]string{"--loss", "cross-entropy", "--rate", "0.1"}, "--rate: not used by any setting"},
		"unused gamma":  {[]string{"--loss", "hinge", "--gamma", "2"}, "--gamma: not used by any setting"},
		"of no use":     {[]string{"--loss", "hinge", "--optimizer", "lbfgs"}, "this loss is not smooth"},
		"large grid":    {[]string{"--l2", strings.Repeat("1,", 999) + "1", "--l1", strings.Repeat("1,", 999) + "1"}, "more than 100000 settings"},
	} {
		t.Run(name, func(t *testing.T) {
			args := c.args
			if name != "no file" {
				args = append([]string{"tune", "testdata/train.conll"}, args...)
			}
			o := tagger(t, "", args...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
}

func TestTuneFailures(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		args []string
		says string
	}{
		"no such file":   {"", []string{"nowhere.conll"}, "nowhere.conll: "},
		"broken line":    {"a\tX\nb\n", []string{"-"}, "stdin:2: 1 column"},
		"one sentence":   {"a\tX\nb\tY\n", []string{"-"}, "2 folds of 1 sentences"},
		"too many folds": {"a\tX\n\nb\tY\n", []string{"--folds", "3", "-"}, "3 folds of 2 sentences"},
		"no folder":      {"a\tX\n\nb\tY\n", []string{"--json", "nowhere/trials.json", "-"}, "nowhere"},
		"all fail":       {"A\ta:1e308\nB\ta:-1e308\tb:1e308\n\nB\tb:1e308\ta:1e308\nA\tb:1e308\ta:1e308\n", []string{"--loss", "hinge", "--l2", "1", "--format", "crfsuite", "-"}, "no setting could be trained"},
		"strange label":  {"a\tX\n\nb\tY\n", []string{"--dev", "testdata/two.tagged.conll", "-"}, "two.tagged.conll:"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, c.text, append([]string{"tune"}, c.args...)...)
			assert.Equal(t, exitFailed, o.status, o.errors)
			assert.Contains(t, lastMessage(o.errors), c.says)
		})
	}
}

func TestShellLine(t *testing.T) {
	list := []string{"tagger", "it's", "a b", "$HOME", "", "plain-1.0_x/y=z:,", "*"}
	line := cli.Quote(list)
	assert.Equal(t, `tagger 'it'\''s' 'a b' '$HOME' '' plain-1.0_x/y=z:, '*'`, line)
	assert.Equal(t, []string{"x", "--", "-odd"}, words("x -- -odd"))
}

func TestFilesThatLookLikeFlags(t *testing.T) {
	data, err := filepath.Abs("testdata/train.conll")
	require.NoError(t, err)
	text := read(t, data)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("-odd.conll", []byte(text), 0o644))
	r := tuned(t, "", "--loss", "perceptron", "--folds", "2", "--", "-odd.conll")
	done(t, "", words(r.Best)[1:]...)
}

// A new flag of train must be shared with tune, or be listed here.
func TestEveryFlagOfTrainIsShared(t *testing.T) {
	own := []string{"model", "init", "log-json", "quiet", "config", "write-config", "loss", "optimizer", "l1", "l2", "cost-scale", "help",
		"weights", "strip", "date", "tokenizer", "text", "document", "config", "write-config", "model-type", "max-length", "order", "keep", "label-parts", "supervision", "checkpoint", "checkpoint-every", "resume",
		"search", "shrink"}
	new(app).trainCommand().Flags().VisitAll(func(f *pflag.Flag) {
		assert.Contains(t, append(own, sharedOptions...), f.Name, "add this flag of train to sharedOptions, or to the list above")
	})
}

func TestTuneHintsAtTheEndOfTheGrid(t *testing.T) {
	hint := func(args ...string) string {
		return done(t, "", append([]string{"tune", "--folds", "2", "--threads", "1", "--loss", "cross-entropy", "testdata/train.conll"}, args...)...).errors
	}
	assert.Contains(t, hint("--l2", "1,1000"), "l2 1 is the smallest value tried for cross-entropy: try smaller ones")
	assert.Contains(t, hint("--l2", "1000,10000"), "l2 10000 is the largest value tried for cross-entropy: try larger ones", "the stronger of equals")
	assert.NotContains(t, hint("--l2", "0.1"), "value tried")
	assert.NotContains(t, hint("--l2", "0,1000"), "value tried", "no penalty is below 0")
}
