package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/metrics/analysis"
)

// The last line has the loss and the score of the step that became the model.
func TestOutcomeIsThatOfTheKeptStep(t *testing.T) {
	for name, args := range map[string][]string{
		"chain": {"--patience", "3", "--warm-up", "0"}, "semi": {"--model-type", "semi", "--patience", "3"}, "pruned": {"--order", "2", "--patience", "3"},
	} {
		dir := t.TempDir()
		log := filepath.Join(dir, "log")
		args = append([]string{"train", "--quiet", "--threads", "1", "--model", filepath.Join(dir, "m"), "--log-json", log, "--dev", "testdata/dev.conll", "testdata/train.conll"}, args...)
		o := done(t, "", args...)
		var best analysis.Step
		steps := 0
		for line := range strings.Lines(read(t, log)) {
			var l analysis.Step
			require.NoError(t, json.Unmarshal([]byte(line), &l))
			if steps++; best.Dev == nil || *l.Dev > *best.Dev {
				best = l
			}
		}
		require.Less(t, best.Step, steps, "%s: the kept step is the last one", name)
		assert.Contains(t, lastMessage(o.out), fmt.Sprintf(" after %d steps; kept step %d: loss %.8g, dev %.2f%%\n", steps, best.Step, best.Objective, 100**best.Dev), name)
		// Without development data, the last step becomes the model.
		assert.Regexp(t, ` after \d+ steps, loss [0-9.e+-]+\n$`, done(t, "", "train", "--quiet", "--epochs", "4", "--model", filepath.Join(dir, "m"), "testdata/train.conll").out)
	}
}

func TestLogOnStandardOutputIsJSONAlone(t *testing.T) {
	for _, kind := range []string{"chain", "semi", "pruned"} {
		var out, errs bytes.Buffer
		args := []string{"train", "--epochs", "4", "--model-type", kind, "--model", filepath.Join(t.TempDir(), "m"), "--log-json", "-", "--dev", "testdata/dev.conll", "testdata/train.conll"}
		require.Equal(t, exitDone, run(t.Context(), args, strings.NewReader(""), &out, &errs), errs.String())
		for line := range strings.Lines(out.String()) {
			require.NoError(t, json.Unmarshal([]byte(line), new(analysis.Step)), line)
		}
		assert.Contains(t, errs.String(), "; kept step ")
		assert.Contains(t, errs.String(), "development data, after step ")
	}
}
