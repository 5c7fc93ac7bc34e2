package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The flag --shrink needs no number. The settings that train writes have the removed templates.
func TestShrinkFlag(t *testing.T) {
	path, settings := filepath.Join(t.TempDir(), "m"), filepath.Join(t.TempDir(), "settings")
	alone := done(t, "", "train", "--model", path, "--shrink", "--epochs", "4", "--threads", "1", "testdata/train.conll")
	assert.Regexp(t, "(?m)^shrink (keeps all|removes)", alone.errors)
	done(t, "", "train", "--model", path, "--shrink=100", "--epochs", "4", "--threads", "1", "--write-config", settings, "testdata/train.conll")
	assert.Regexp(t, `without = \["`, read(t, settings))
	assert.Regexp(t, `(?m)^without +\["`, done(t, "", "inspect", path).out)

	assert.Contains(t, tagger(t, "", "train", "--model", path, "--shrink=some", "testdata/train.conll").errors, "--shrink")
	wrong := tagger(t, "", "train", "--model", path, "--without", "w,nothing", "testdata/train.conll")
	assert.Contains(t, wrong.errors, `there is no template "nothing"; the names are w, l,`)
}
