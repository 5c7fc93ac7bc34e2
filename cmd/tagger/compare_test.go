package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics"
)

func compare(t *testing.T, text string, args ...string) (c struct {
	A, B        figures
	Differences []struct {
		Measure    string
		A, B, P    float64
		Difference float64
	}
}) {
	t.Helper()
	o := done(t, text, append([]string{"eval", "--compare", "--json"}, args...)...)
	require.NoError(t, json.Unmarshal([]byte(o.out), &c))
	return c
}

// A model and the file that it labelled have equal scores.
func TestCompareModelWithItsOutput(t *testing.T) {
	for name, c := range map[string]struct{ model, gold string }{
		"CoNLL":   {nerModel(t), "testdata/dev.other.conll"},
		"CoNLL-U": {posModel(t), "testdata/train.conllu"},
	} {
		t.Run(name, func(t *testing.T) {
			tagged := write(t, "tagged", done(t, "", "tag", "--model", c.model, c.gold).out)
			r := compare(t, "", c.model, tagged, c.gold)
			direct := score(t, "", "--model", c.model, c.gold)
			assert.Equal(t, direct, r.A)
			assert.Equal(t, direct, r.B)
			for _, d := range r.Differences {
				assert.Zero(t, d.Difference)
				assert.Equal(t, 1.0, d.P)
			}
			assert.Equal(t, direct, score(t, read(t, c.gold), "--system", tagged, "-"))
			for _, extension := range []string{".gz", ".zst"} {
				packed := filepath.Join(t.TempDir(), "tagged"+extension)
				done(t, "", "tag", "--model", c.model, "-o", packed, c.gold)
				assert.NotEqual(t, read(t, tagged), read(t, packed))
				assert.Equal(t, direct, compare(t, "", c.model, packed, c.gold).B)
			}
		})
	}
	items := compare(t, "", itemsModel(t), itemsModel(t), "testdata/text.crfsuite")
	assert.Equal(t, 18, items.A.Tokens)
}

// There are ten sentences of one token. B is right in nine of them and A in none. Two of the 2^9
// exchanges differ as much.
func TestCompareFindsAClearDifference(t *testing.T) {
	sentences := func(label string, last string) string {
		return strings.Repeat("w "+label+"\n\n", 9) + "w " + last + "\n"
	}
	a, b := write(t, "a", sentences("N", "V")), write(t, "b", sentences("V", "V"))
	r := compare(t, sentences("V", "V"), "--samples", "9999", a, b, "-")
	require.Equal(t, metrics.Accuracy.String(), r.Differences[3].Measure)
	assert.InDelta(t, 0.9, r.Differences[3].Difference, 1e-12)
	assert.InDelta(t, 2./512, r.Differences[3].P, 0.002)
	again := compare(t, sentences("V", "V"), "--samples", "9999", a, b, "-")
	assert.Equal(t, r, again, "the seed is the same")
}

func TestSystemsOfOtherSentences(t *testing.T) {
	gold := "a X\nb X\n\nc X\n"
	for name, c := range map[string]struct{ system, says string }{
		"a sentence less": {"a X\nb X\n", "stdin:4: SYSTEM ends before this sentence"},
		"a sentence more": {gold + "\nd X\n", "SYSTEM:6: the file with the gold labels ends before this sentence"},
		"another word":    {"a X\nB X\n\nc X\n", `SYSTEM:2: word "B", but stdin:2 has "b"`},
		"a token less":    {"a X\n\nc X\n", "SYSTEM:1: sentence of 1 tokens, but stdin:1 has 2"},
		"other columns":   {"a X\nb X\n\nc X X\n", "SYSTEM:4: 3 columns, expected 2"},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, "system", c.system)
			for _, args := range [][]string{{"--system", path, "-"}, {"--compare", path, path, "-"}} {
				o := tagger(t, gold, append([]string{"eval"}, args...)...)
				assert.Equal(t, exitFailed, o.status)
				assert.Equal(t, "tagger: "+strings.ReplaceAll(c.says, "SYSTEM", path)+"\n", o.errors)
				assert.Empty(t, o.out)
			}
		})
	}
}

// Probabilities in a column or in MISC are scored as those of the model.
func TestCalibrationOfColumns(t *testing.T) {
	calibration := func(text string, args ...string) (c metrics.Calibration) {
		t.Helper()
		o := done(t, text, append([]string{"eval", "--json", "--calibration"}, args...)...)
		require.NoError(t, json.Unmarshal([]byte(o.out), &struct{ Calibration *metrics.Calibration }{&c}))
		return c
	}
	direct := calibration("", "--model", nerModel(t), "testdata/dev.conll")
	assert.Equal(t, 18, direct.Tokens)
	assert.Positive(t, direct.ECE)
	tagged := done(t, "", "tag", "--probs", "--model", nerModel(t), "testdata/dev.conll").out
	assert.Equal(t, direct, calibration(tagged, "-"))
	assert.Equal(t, direct, calibration(read(t, "testdata/dev.conll"), "--label", "3", "--system", write(t, "tagged", tagged), "-"))

	direct = calibration("", "--model", posModel(t), "testdata/train.conllu")
	tagged = done(t, "", "tag", "--probs", "--model", posModel(t), "testdata/train.conllu").out
	assert.Equal(t, direct, calibration(read(t, "testdata/train.conllu"), "--system", write(t, "tagged", tagged), "-"))
}

func TestWrongProbabilities(t *testing.T) {
	for _, text := range []string{"a X X 0.5\nb X X 1.5\n", "a X X 0.5\nb X X high\n", "a X X 0.5\nb X X nan\n"} {
		o := tagger(t, text, "eval", "--calibration", "-")
		assert.Equal(t, exitFailed, o.status)
		assert.Regexp(t, `^tagger: stdin:2: "(1.5|high|nan)" is not a probability\n$`, o.errors)
	}
}

func TestWrongUsageOfEval(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"compare two":       {[]string{"--compare", "a", "b"}, "--compare: name three files"},
		"compare and model": {[]string{"--compare", "--model", "m", "a", "b", "c"}, "name both systems as arguments"},
		"compare by none":   {[]string{"--compare", "--samples", "0", "a", "b", "c"}, "--samples 0"},
		"two sources":       {[]string{"--model", "m", "--system", "s", "x"}, "both predict labels"},
		"system of two":     {[]string{"--system", "s", "x", "y"}, "name one FILE"},
		"samples":           {[]string{"--samples", "-1", "x"}, "--samples -1"},
		"matrix":            {[]string{"--matrix", "-1", "x"}, "--matrix -1"},
		"bins":              {[]string{"--calibration", "--bins", "0", "x"}, "--bins 0"},
		"bins of nothing":   {[]string{"--bins", "5", "x"}, "use it with --calibration"},
		"prob of a model":   {[]string{"--model", "m", "--prob", "4", "x"}, "--prob names a column"},
		"form of nothing":   {[]string{"--form", "1", "x"}, "words are read only with"},
		"two outputs":       {[]string{"--json", "--markdown", "x"}, "choose one"},
	} {
		t.Run(name, func(t *testing.T) {
			o := tagger(t, "", append([]string{"eval"}, c.args...)...)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, c.says)
			assert.Empty(t, o.out)
		})
	}
}
