package main

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
)

func TestCalibrate(t *testing.T) {
	model, out := modelOf(t, "../../internal/sample/train.conll"), filepath.Join(t.TempDir(), "calibrated")
	dev := "../../internal/sample/dev.conll"
	o := done(t, "", "calibrate", "--model", model, "--output", out, "--json", dev)
	var r trellis.CalibrationReport
	require.NoError(t, json.Unmarshal([]byte(o.out), &r))
	assert.Less(t, r.After.Loss, r.Before.Loss)
	table := done(t, read(t, dev), "calibrate", "--model", model, "--output", out, "-")
	assert.Contains(t, table.out, "calibration error")
	assert.Contains(t, done(t, "", "inspect", out).out, "temperature")

	tag := func(args ...string) string { return done(t, "", append([]string{"tag", "--model"}, args...)...).out }
	assert.Equal(t, tag(model, dev), tag(out, dev))
	assert.NotEqual(t, tag(model, "--probs", dev), tag(out, "--probs", dev))

	items := done(t, "", "features", "--features", "testdata/templates.txt", "--dump", dev).out
	o = done(t, items, "calibrate", "--model", itemsModel(t), "--output", out, "--format", "crfsuite", "-")
	assert.Contains(t, o.out, "49 sentences")

	for status, list := range map[int][][]string{
		exitUsage:  {{"--target", "best", dev}, {"--type", "LOC", dev}, {"--type", "NONE=f1", dev}, {"--folds", "1", dev}, {}},
		exitFailed: {{"--target", "f1", "--folds", "1000", dev}, {"missing.conll"}},
	} {
		for _, args := range list {
			o := tagger(t, "", append([]string{"calibrate", "--model", model, "--output", out}, args...)...)
			assert.Equal(t, status, o.status, "%v: %s", args, o.errors)
		}
	}
}
