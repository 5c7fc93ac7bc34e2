package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/study"
)

// The largest share gives the score of train --dev.
func TestCurve(t *testing.T) {
	dir := t.TempDir()
	plot, object := filepath.Join(dir, "curve.svg"), filepath.Join(dir, "curve.json")
	args := []string{"--dev", "testdata/dev.conll", "--threads", "1", "--loss", "perceptron", "testdata/train.conll"}
	o := done(t, "", append([]string{"curve", "--fractions", "0.5,1", "--seeds", "2", "--plot", plot, "--json", object}, args...)...)
	assert.Regexp(t, `^ +sentences  tokens +F1 +\+- +seconds\n +\d+ +\d+ .*%.*\n +12 +82 .*%.*\n\n(more data would probably help|no sign that more data would help): from \d+ to 12 sentences, `, o.out)
	assert.Contains(t, o.errors, "run 2/2, size 2/2  12 sentences: f1 ")
	assert.Contains(t, read(t, plot), "Learning curve on dev.conll")
	var r study.Curve
	require.NoError(t, json.Unmarshal([]byte(read(t, object)), &r))
	log := filepath.Join(dir, "log")
	done(t, "", append([]string{"train", "--quiet", "--model", filepath.Join(dir, "m"), "--log-json", log}, args...)...)
	best := 0.0
	for line := range strings.Lines(read(t, log)) {
		var step struct{ Dev float64 }
		require.NoError(t, json.Unmarshal([]byte(line), &step))
		best = max(best, step.Dev)
	}
	assert.InDelta(t, best, r.Points[1].Score.Values[0], 0)

	q := done(t, "", append([]string{"curve", "--quiet", "--fractions", "1", "--seeds", "1", "--json", "-"}, args...)...)
	assert.True(t, json.Valid([]byte(q.out)))
	assert.Empty(t, q.errors)
}

func TestCurveInterrupted(t *testing.T) {
	for text, want := range map[string]string{"run 2/5, size 1": "tagger: interrupted: 1 of 5 runs were done\n", "run 1/5, size 1": "tagger: interrupted\n"} {
		ctx, stop := context.WithCancel(t.Context())
		var out bytes.Buffer
		errs := &trigger{text: text, f: stop}
		args := []string{"curve", "--fractions", "0.5,1", "--seeds", "5", "--threads", "1", "--dev", "testdata/dev.conll", "testdata/train.conll"}
		assert.Equal(t, exitFailed, run(ctx, args, strings.NewReader(""), &out, errs))
		assert.Equal(t, want, lastMessage(errs.String()))
		assert.Equal(t, strings.HasPrefix(text, "run 2"), strings.Contains(out.String(), "sentences"))
		stop()
	}
}

func TestCurveErrors(t *testing.T) {
	for _, c := range []struct {
		want string
		args []string
	}{
		{"--fractions half: want numbers", []string{"--fractions", "half"}},
		{"--fractions 2: want numbers above 0, up to 1", []string{"--fractions", "2"}},
		{"--seeds 0: want a positive number", []string{"--seeds", "0"}},
		{"--holdout 0: want a share", []string{"--holdout", "0"}},
		{"--holdout: not with --dev", []string{"--holdout", "0.5", "--dev", "testdata/dev.conll"}},
		{"--plot a.png: want a name that ends in .svg", []string{"--plot", "a.png"}},
		{"--metric bleu: want one of accuracy, f1", []string{"--metric", "bleu"}},
		{"unknown flag: --resume", []string{"--resume", "x"}},
	} {
		o := tagger(t, "", append([]string{"curve", "testdata/train.conll"}, c.args...)...)
		assert.Equal(t, exitUsage, o.status, "%q", c.args)
		assert.Contains(t, o.errors, c.want)
	}
	o := tagger(t, "", "curve", "missing.conll")
	assert.Equal(t, exitFailed, o.status)
	assert.Contains(t, o.errors, "missing.conll")
}
