package main

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDemo(t *testing.T) {
	t.Chdir(t.TempDir())
	o := done(t, "", "demo")
	assert.Empty(t, o.errors)
	assert.Contains(t, o.out, "parts of speech")
	assert.Regexp(t, `accuracy (8[5-9]|9\d)\.\d\d%`, o.out)
	assert.Contains(t, o.out, "Keller")
	assert.Contains(t, o.out, "B-PER")
	assert.Contains(t, o.out, "tagger train --model my.model")
	entries, err := os.ReadDir(".")
	require.NoError(t, err)
	assert.Empty(t, entries)
}

func TestDemoIsInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o := taggerContext(ctx, nil, "demo")
	assert.Equal(t, exitFailed, o.status)
	assert.Equal(t, "tagger: interrupted\n", o.errors)
}
