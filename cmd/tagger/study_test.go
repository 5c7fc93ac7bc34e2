package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/study"
)

// studied runs tagger compare-losses on the sample files and returns what --json - writes.
func studied(t *testing.T, args ...string) comparedLosses {
	t.Helper()
	o := done(t, "", slices.Concat([]string{"compare-losses", "--quiet", "--threads", "1", "--json", "-", "--dev", "testdata/dev.conll", "testdata/train.conll"}, args)...)
	assert.Empty(t, o.errors)
	return parseStudy(t, o.out)
}

func parseStudy(t *testing.T, text string) comparedLosses {
	t.Helper()
	var r comparedLosses
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&r), text)
	return r
}

// withoutSeconds removes the times, which differ between runs.
func withoutSeconds(text string) string {
	text = regexp.MustCompile(`(?m) +(seconds|\d+\.\d\d) +(CPU|\d+\.\d\d) *$`).ReplaceAllString(text, "")
	return regexp.MustCompile(`(?m)\| (seconds|\d+\.\d\d) \| (CPU|\d+\.\d\d) \|$`).ReplaceAllString(text, "|")
}

func TestStudyTables(t *testing.T) {
	args := []string{"compare-losses", "--threads", "1", "--dev", "testdata/dev.conll", "--loss", "cross-entropy,hinge,perceptron,risk", "--l2", "0.01,1", "--seeds", "3", "testdata/train.conll"}
	o := done(t, "", args...)
	golden(t, "study.txt", withoutSeconds(o.out))
	for _, line := range []string{
		"train on 10 (", "score on 2",
		"tuning 6/6  risk by lbfgs, l2 1, l1 0, cost scale 1: F1 ",
		"run 3/3  perceptron by averaged-perceptron: F1 ",
	} {
		assert.Contains(t, o.errors, line)
	}
	golden(t, "study.md", withoutSeconds(done(t, "", append(args, "--markdown", "--quiet")...).out))
}

// With all sentences and one setting, a run equals train and eval.
func TestARunIsTrainAndEval(t *testing.T) {
	r := studied(t, "--resample=false", "--loss", "cross-entropy,hinge,risk", "--l2", "0.1", "--tolerance", "1e-5", "--seeds", "2", "--seed", "4")
	require.Len(t, r.Losses, 3)
	for _, row := range r.Losses {
		assert.Empty(t, row.Tried, "one setting")
		for k, seed := range []string{"4", "5"} {
			path := filepath.Join(t.TempDir(), "m")
			args := slices.Clone(row.Args)
			args[slices.Index(args, "--model")+1] = path
			if at := slices.Index(args, "--seed"); at >= 0 {
				args = slices.Delete(args, at, at+2)
			}
			done(t, "", append(args, "--seed", seed, "--threads", "1")...)
			var e struct {
				F1, Precision, Recall, Accuracy float64
				Calibration                     struct{ ECE float64 }
			}
			text := done(t, "", "eval", "--json", "--calibration", "--model", path, "testdata/dev.conll").out
			require.NoError(t, json.Unmarshal([]byte(text), &e))
			assert.InDelta(t, e.F1, row.F1.Values[k], 1e-12)
			assert.InDelta(t, e.Precision, row.Precision.Values[k], 1e-12)
			assert.InDelta(t, e.Recall, row.Recall.Values[k], 1e-12)
			assert.InDelta(t, e.Accuracy, row.Accuracy.Values[k], 1e-12)
			assert.InDelta(t, e.Calibration.ECE, row.ECE.Values[k], 1e-5, "%s: probabilities are printed with six digits", row.Loss)
		}
	}
	assert.Less(t, r.Losses[0].LogLoss.SD, 1e-4, "one minimum and the same sentences")
}

func TestStudyObject(t *testing.T) {
	run := func(seed string) comparedLosses {
		r := studied(t, "--loss", "cross-entropy,softmax-margin,hinge", "--l2", "0.1,1", "--cost-scale", "1,2", "--seeds", "3", "--seed", seed)
		for k := range r.Losses {
			assert.Len(t, r.Losses[k].Seconds.Values, 3)
			assert.Len(t, r.Losses[k].CPUSeconds.Values, 3)
			r.Losses[k].Seconds, r.Losses[k].CPUSeconds = nil, nil
		}
		return r
	}
	a, b, c := run("1"), run("1"), run("2")
	assert.Equal(t, a, b)
	assert.NotEqual(t, a.Losses, c.Losses)
	assert.Equal(t, []string{"F1", "hamming", "testdata/dev.conll"}, []string{a.Score, a.Cost, a.Dev})
	assert.Equal(t, 3, a.Seeds)
	assert.True(t, a.Resample)
	assert.InDelta(t, 0.2, *a.HoldOut, 0)
	require.Len(t, a.Losses, 3)
	for k, tried := range []int{2, 4, 4} {
		row := a.Losses[k]
		require.Len(t, row.Tried, tried, row.Loss)
		assert.Equal(t, row.Tried[0].L2, row.L2, "the best one is picked")
		assert.Equal(t, row.Tried[0].CostScale, row.CostScale)
		assert.Nil(t, row.CostFN)
		assert.Equal(t, k == 0, row.P == nil, "p compares with the first")
		tokens := 0
		for _, bin := range row.Bins {
			tokens += bin.Tokens
		}
		assert.Positive(t, tokens)
		assert.Zero(t, tokens%3, "%d tokens in 3 runs", tokens)
		assert.Greater(t, row.ExpectedCost.Mean, 0.0)
		assert.Less(t, row.ExpectedCost.Mean, 1.0)
		assert.Greater(t, row.LogLoss.Mean, 0.0)
		// -ln p >= 1 - p, and Hamming cost is the sum of 1 - p.
		assert.GreaterOrEqual(t, row.LogLoss.Mean, row.ExpectedCost.Mean)
	}
	assert.Greater(t, a.Losses[0].LogLoss.SD, 1e-3, "resampling makes L-BFGS vary too")
}

// With --test, --dev picks the settings, and the report of the picked model equals train and eval.
func TestStudyWithTest(t *testing.T) {
	files := map[bool]string{false: "testdata/dev.conll", true: write(t, "test.conll", read(t, "testdata/train.conll"))}
	r := studied(t, "--test", files[true], "--loss", "cross-entropy,hinge,perceptron,risk", "--l2", "0.01,3", "--seeds", "2")
	assert.Nil(t, r.HoldOut)
	assert.Equal(t, files[true], r.Test)
	for k, row := range r.Losses {
		require.Len(t, row.Tried, []int{2, 2, 1, 2}[k], "the settings tried")
		assert.InDelta(t, *row.Tried[0].Score, row.Whole.F1.Mean, 1e-12, "the score on --dev picked it")
		path := filepath.Join(t.TempDir(), "m")
		args := slices.Clone(row.Args)
		args[slices.Index(args, "--model")+1] = path
		done(t, "", append(args, "--threads", "1")...)
		for test, report := range map[bool]*study.Report{false: &row.Report, true: row.Test} {
			var e struct{ F1, Precision, Recall, Accuracy float64 }
			require.NoError(t, json.Unmarshal([]byte(done(t, "", "eval", "--json", "--model", path, files[test]).out), &e))
			for _, figure := range []struct {
				want float64
				got  *study.Spread
			}{{e.F1, report.Whole.F1}, {e.Precision, report.Whole.Precision}, {e.Recall, report.Whole.Recall}, {e.Accuracy, report.Whole.Accuracy}} {
				assert.Len(t, figure.got.Values, 1)
				assert.InDelta(t, figure.want, figure.got.Mean, 1e-12, row.Loss)
			}
			assert.Len(t, report.F1.Values, 2)
			assert.Equal(t, k == 0, report.P == nil)
			assert.Equal(t, k == 0, report.Whole.P == nil)
		}
		assert.Equal(t, row.CPUSeconds.Mean, row.Test.CPUSeconds.Mean, "the trainings are the same")
	}
}

func TestStudyTablesWithTest(t *testing.T) {
	args := []string{"compare-losses", "--quiet", "--threads", "1", "--dev", "testdata/dev.conll", "--test", "testdata/train.conll", "--loss", "cross-entropy,hinge", "--l2", "0.01,1", "--seeds", "3", "testdata/train.conll"}
	golden(t, "study-test.txt", withoutSeconds(done(t, "", args...).out))
	golden(t, "study-test.md", withoutSeconds(done(t, "", append(args, "--markdown")...).out))
}

// Without runs, and after an interrupt before the first run, the report has only the picked model.
func TestStudyWithoutRuns(t *testing.T) {
	args := []string{"compare-losses", "--threads", "1", "--dev", "testdata/dev.conll", "--test", "testdata/train.conll", "--loss", "cross-entropy,hinge", "--l2", "0.1",
		"--plot", filepath.Join(t.TempDir(), "a.svg"), "testdata/train.conll", "--seeds"}
	o := done(t, "", append(args, "0")...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var out bytes.Buffer
	errs := &trigger{text: "run 1/7  cross", f: stop}
	assert.Equal(t, exitFailed, run(ctx, append(args, "7"), strings.NewReader(""), &out, errs))
	assert.Equal(t, "tagger: interrupted: 0 of 7 runs were done\n", lastMessage(errs.String()))
	assert.Equal(t, withoutSeconds(o.out), withoutSeconds(out.String()))
	assert.Regexp(t, `hinge +adagrad .* 1 +- +- +- +\d`, o.out)

	r := studied(t, "--test", "testdata/train.conll", "--loss", "cross-entropy,hinge", "--l2", "0.1", "--seeds", "0")
	for _, row := range r.Losses {
		assert.Nil(t, row.F1)
		assert.NotNil(t, row.Whole.F1)
		assert.NotNil(t, row.Test.Whole.F1)
	}
}

func TestStudyFigures(t *testing.T) {
	dir := t.TempDir()
	draw := func(name string, args ...string) string {
		path := filepath.Join(dir, name)
		studied(t, append(args, "--l2", "0.1", "--seeds", "2", "--plot", path)...)
		return read(t, path)
	}
	wide := draw("a.svg", "--loss", "cross-entropy,hinge")
	require.NoError(t, xml.Unmarshal([]byte(wide), new(struct{})))
	for _, word := range []string{"Mean and standard deviation", "Each run", "Calibration", "hinge", "F1"} {
		assert.Contains(t, wide, word)
	}
	narrow := draw("b.svg", "--label", "2", "--loss", "cross-entropy,perceptron")
	assert.NotContains(t, narrow, "Each run", "plain labels have no panel of precision and recall")
	bars := draw("c.SVG", "--loss", strings.Join(losses.Names(), ","), "--optimizer", "sgd")
	assert.NotContains(t, bars, "Calibration", "only bars for many losses")
}

func TestRecallCurve(t *testing.T) {
	file := filepath.Join(t.TempDir(), "curve.svg")
	r := studied(t, "--recall-curve", "0.1,1,20", "--l2", "0.1,1", "--seeds", "4", "--plot", file)
	require.Len(t, r.Losses, 3)
	for k, weight := range []float64{0.1, 1, 20} {
		row := r.Losses[k]
		assert.Equal(t, "softmax-margin", row.Loss)
		assert.InDelta(t, weight, *row.CostFN, 0)
		assert.Equal(t, r.Losses[0].L2, row.L2, "the cost weight alone varies")
		assert.Subset(t, row.Args, []string{"--cost", "entity", "--cost-fn", number(weight)})
	}
	assert.Equal(t, "entity", r.Cost)
	assert.GreaterOrEqual(t, r.Losses[2].Recall.Mean, r.Losses[0].Recall.Mean)
	for _, text := range []string{"Precision and recall by --cost-fn", ">0.1</text>", ">20</text>"} {
		assert.Contains(t, read(t, file), text)
	}

	r = studied(t, "--recall-curve", "0.1,20", "--l2", "0.1,1", "--seeds", "1", "--test", "testdata/train.conll", "--plot", file)
	require.Len(t, r.Losses, 2)
	for _, report := range []func(*comparedLoss) *study.Report{func(r *comparedLoss) *study.Report { return &r.Report }, func(r *comparedLoss) *study.Report { return r.Test }} {
		assert.NotEqual(t, report(&r.Losses[1]).Whole.LogLoss, report(&r.Losses[0]).Whole.LogLoss, "each weight is trained on all sentences")
	}
	for _, name := range []string{"dev.conll", "train.conll"} {
		assert.Contains(t, read(t, file), "Precision and recall by --cost-fn: "+name)
	}
}

func TestStudyOfPlainLabels(t *testing.T) {
	o := done(t, "", "compare-losses", "--quiet", "--dev", "testdata/train.conllu", "--loss", "cross-entropy,perceptron", "--l2", "0.1", "--seeds", "2", "testdata/train.conllu")
	assert.Equal(t, []string{"loss", "optimizer", "l2", "accuracy", "+-", "cost", "log", "loss", "ECE", "p", "seconds", "CPU"}, strings.Fields(strings.Split(o.out, "\n")[0]))
	o = done(t, "", "compare-losses", "--quiet", "--json", "-", "--dev", "testdata/train.crfsuite", "--loss", "cross-entropy", "--l2", "0.1", "--seeds", "1", "testdata/train.crfsuite")
	r := parseStudy(t, o.out)
	assert.Zero(t, r.Losses[0].F1.SD)
	assert.Len(t, r.Losses[0].F1.Values, 1)
}

// A value for one loss replaces the values without a loss.
func TestStudyOwnValues(t *testing.T) {
	r := studied(t, "--loss", "cross-entropy,hinge,softmax-margin,hinge", "--l2", "1,hinge=0.1,hinge=0.2,3", "--optimizer", "softmax-margin=sgd,softmax-margin=lbfgs",
		"--cost-scale", "softmax-margin=2", "--seeds", "1")
	require.Len(t, r.Losses, 3)
	for k, want := range [][]string{
		{"lbfgs 1 -", "lbfgs 3 -"},
		{"adagrad 0.1 1", "adagrad 0.2 1"},
		{"lbfgs 1 2", "lbfgs 3 2", "sgd 1 2", "sgd 3 2"},
	} {
		var got []string
		for _, tr := range r.Losses[k].Tried {
			scale := "-"
			if tr.CostScale != nil {
				scale = number(*tr.CostScale)
			}
			got = append(got, tr.Optimizer+" "+number(*tr.L2)+" "+scale)
		}
		assert.ElementsMatch(t, want, got)
	}
}

// A loss that an optimizer cannot minimise is listed, and the others are compared.
func TestStudyListsWhatCannotBeTrained(t *testing.T) {
	o := done(t, "", "compare-losses", "--quiet", "--dev", "testdata/dev.conll", "--optimizer", "lbfgs", "--loss", "cross-entropy,hinge", "--l2", "0.1", "--seeds", "1", "testdata/train.conll")
	assert.Contains(t, o.out, "\nnot trained: hinge by lbfgs, l2 0.1, l1 0, cost scale 1: ")
	assert.Contains(t, o.out, "this loss is not smooth")
}

func TestStudyIsInterrupted(t *testing.T) {
	for text, want := range map[string]string{
		"run 2/5  perceptron": "tagger: interrupted: 2 of 5 runs were done\n",
		"run 1/5  cross":      "tagger: interrupted before the first run of each loss was done\n",
	} {
		ctx, stop := context.WithCancel(t.Context())
		var out bytes.Buffer
		errs := &trigger{text: text, f: stop}
		args := []string{"compare-losses", "--dev", "testdata/dev.conll", "--loss", "cross-entropy,perceptron", "--l2", "0.1", "testdata/train.conll"}
		assert.Equal(t, exitFailed, run(ctx, args, strings.NewReader(""), &out, errs))
		stop()
		assert.Equal(t, want, lastMessage(errs.String()))
		assert.Equal(t, strings.Contains(want, "of 5"), strings.Contains(out.String(), "perceptron"))
	}
}

func TestStudyWrongUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"dev from stdin":    {[]string{"--dev", "-"}, "--dev -: want a file"},
		"loss":              {[]string{"--loss", "hinge,log"}, "--loss log: want some of cross-entropy"},
		"optimizer":         {[]string{"--optimizer", "newton"}, "--optimizer newton"},
		"l2":                {[]string{"--l2", "0.1..1"}, "--l2 0.1..1"},
		"cost scale":        {[]string{"--cost-scale", "0"}, "--cost-scale 0"},
		"test from stdin":   {[]string{"--test", "-"}, "--test -: want a file"},
		"test and holdout":  {[]string{"--test", "testdata/train.conll", "--holdout", "0.3"}, "--holdout: not with --test"},
		"test is dev":       {[]string{"--test", "testdata/dev.conll"}, "--dev picks the settings on the same file"},
		"own l2":            {[]string{"--loss", "hinge", "--l2", "hinge=x"}, "--l2 x"},
		"own optimizer":     {[]string{"--loss", "hinge", "--optimizer", "hinge=newton"}, "--optimizer newton"},
		"own of none":       {[]string{"--loss", "hinge", "--l2", "risk=1"}, "--l2 risk=1: risk is not in --loss"},
		"own scale of none": {[]string{"--loss", "hinge", "--cost-scale", "hing=1"}, "--cost-scale hing=1: hing is not"},
		"no seeds":          {[]string{"--seeds", "0"}, "--seeds 0: want 1 to 1000"},
		"fewer than none":   {[]string{"--seeds", "-1", "--test", "testdata/train.conll"}, "--seeds -1"},
		"too many seeds":    {[]string{"--seeds", "1001"}, "--seeds 1001"},
		"holdout":           {[]string{"--holdout", "1"}, "share between 0 and 1"},
		"NaN":               {[]string{"--holdout", "nan"}, "share between 0 and 1"},
		"plot":              {[]string{"--plot", "a.pdf"}, "--plot a.pdf: want a name that ends in .svg"},
		"two outputs":       {[]string{"--markdown", "--json", "-"}, "--markdown and --json -"},
		"curve and cost":    {[]string{"--recall-curve", "1", "--cost", "hamming"}, "--cost: --recall-curve sets it"},
		"curve and fn":      {[]string{"--recall-curve", "1", "--cost-fn", "2"}, "--cost-fn: --recall-curve sets it"},
		"curve of no cost":  {[]string{"--recall-curve", "1", "--loss", "perceptron"}, "--recall-curve: perceptron has no cost"},
		"negative weight":   {[]string{"--recall-curve", "1,-1"}, "--recall-curve -1"},
		"the same twice":    {[]string{"--recall-curve", "1,1.0"}, "--recall-curve 1: want distinct"},
		"infinite weight":   {[]string{"--recall-curve", "inf"}, "--recall-curve +Inf"},
		"unused gamma":      {[]string{"--loss", "hinge", "--gamma", "2"}, "--gamma: not used by any setting"},
		"curve of no spans": {[]string{"--recall-curve", "1", "--label", "2"}, "--cost entity needs labels that encode spans"},
		"unknown label":     {[]string{"--label-weight", "B-GPE=2"}, `the training data has no label "B-GPE"`},
		"patience":          {[]string{"--patience", "2"}, "unknown flag: --patience"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", append([]string{"compare-losses", "testdata/train.conll", "--dev", "testdata/dev.conll"}, c.args...)...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
	assert.Contains(t, tagger(t, "", "compare-losses", "testdata/train.conll").errors, `required flag(s) "dev" not set`)
	assert.Contains(t, tagger(t, "", "compare-losses", "--dev", "testdata/dev.conll").errors, "name at least one FILE")
}

func TestStudyFailures(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		args []string
		says string
	}{
		"no such file":  {"a\tX\n\nb\tY\n", []string{"--dev", "nowhere.conll"}, "nowhere.conll: "},
		"strange label": {"a\tX\tX\n\nb\tY\tY\n", []string{"--dev", "testdata/dev.conll"}, `dev.conll:1: label "B-PER"`},
		"other columns": {"a\tX\n\nb\tY\n", []string{"--dev", "testdata/dev.conll"}, "3 columns"},
		"one sentence":  {"a\tX\nb\tY\n", []string{"--dev", "testdata/dev.conll"}, "1 sentences"},
		"no such test":  {"a\tX\tB-PER\n\nb\tY\tI-PER\n\nb\tY\tB-LOC\n\nb\tY\tO\n\nb\tY\tI-LOC\n", []string{"--dev", "testdata/dev.conll", "--test", "nowhere.conll"}, "nowhere.conll: "},
		"no folder":     {"a\tX\n\nb\tY\n", []string{"--dev", "testdata/dev.conll", "--plot", "nowhere/a.svg"}, "nowhere"},
		"nor for json":  {"a\tX\n\nb\tY\n", []string{"--dev", "testdata/dev.conll", "--json", "nowhere/a.json"}, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, c.text, append([]string{"compare-losses", "-"}, c.args...)...)
			assert.Equal(t, exitFailed, o.status, o.errors)
			assert.Contains(t, lastMessage(o.errors), c.says)
			assert.NoFileExists(t, "nowhere")
		})
	}
}

// A sentence with a label that the training data lack counts as an error in the scores.
func TestStudyOfUnknownLabels(t *testing.T) {
	known := read(t, "testdata/dev.conll")
	args := []string{"compare-losses", "--quiet", "--threads", "1", "--json", "-", "--loss", "cross-entropy", "--l2", "0.1", "--seeds", "1", "testdata/train.conll", "--dev"}
	want := parseStudy(t, done(t, "", append(args, "testdata/dev.conll")...).out).Losses[0]
	o := done(t, "", append(args, write(t, "dev.conll", known+"\nMars\tPROPN\tB-GPE\n"))...)
	assert.Regexp(t, `dev.conll:\d+: label "B-GPE" .*1 sentences have such labels`, o.errors)
	got := parseStudy(t, o.out).Losses[0]
	assert.Equal(t, want.ExpectedCost, got.ExpectedCost)
	assert.Equal(t, want.LogLoss, got.LogLoss)
	assert.Equal(t, want.Bins, got.Bins)
	assert.Less(t, got.Accuracy.Mean, want.Accuracy.Mean)
	assert.Less(t, got.Recall.Mean, want.Recall.Mean)
}

// A label of only one sentence is in every run, so that every run has the labels of the report.
func TestEveryRunKnowsAllLabels(t *testing.T) {
	text := read(t, "testdata/train.conll") + "\n\nParis\tPROPN\tB-GPE\n"
	dev := write(t, "dev.conll", "Paris\tPROPN\tB-GPE\n")
	train := write(t, "train.conll", text)
	o := done(t, "", "compare-losses", "--quiet", "--json", "-", "--dev", dev, "--loss", "perceptron", "--seeds", "8", train)
	r := parseStudy(t, o.out)
	assert.Empty(t, r.Losses[0].Error)
	assert.Len(t, r.Losses[0].F1.Values, 8)
}
