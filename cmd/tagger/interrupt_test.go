package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// trigger calls f when text is written.
type trigger struct {
	bytes.Buffer
	text string
	f    func()
}

func (w *trigger) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.f()
	}
	return w.Buffer.Write(p)
}

func TestInterruptKeepsTheBestModel(t *testing.T) {
	for _, optimizer := range []string{"lbfgs", "adagrad"} {
		t.Run(optimizer, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			path := filepath.Join(t.TempDir(), "model")
			var out bytes.Buffer
			errs := &trigger{text: "step 3/", f: stop}
			status := run(ctx, []string{"train", "--model", path, "--optimizer", optimizer, "--epochs", "200", "testdata/train.conll"},
				strings.NewReader(""), &out, errs)
			assert.Equal(t, exitFailed, status)
			assert.Contains(t, errs.String(), "tagger: interrupted: training stopped early, the best model so far is in "+path+"\n")
			assert.NotContains(t, errs.String(), "step 5/")
			assert.Contains(t, out.String(), "interrupted after 3 steps")
			done(t, "", "eval", "--model", path, "testdata/train.conll")
		})
	}
}

func TestInterruptBeforeTheFirstStepWritesNothing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(path, []byte("an older model"), 0o644))
	var out bytes.Buffer
	errs := &trigger{text: "by lbfgs", f: stop}
	status := run(ctx, []string{"train", "--model", path, "testdata/train.conll"}, strings.NewReader(""), &out, errs)
	assert.Equal(t, exitFailed, status)
	assert.Equal(t, "tagger: interrupted before the first step: no model written\n", lastMessage(errs.String()))
	assert.Equal(t, "an older model", read(t, path))
}

// TestInterruptWhileWaiting cancels a command that waits for standard input.
func TestInterruptWhileWaiting(t *testing.T) {
	for _, args := range [][]string{
		{"tag", "--model", nerModel(t)},
		{"tag", "--model", nerModel(t), "--format", "conll"},
		{"eval", "-"},
		{"train", "--model", filepath.Join(t.TempDir(), "model"), "-"},
	} {
		ctx, stop := context.WithCancel(t.Context())
		r, w := io.Pipe()
		go func() {
			_, _ = io.WriteString(w, "Maria\tPROPN\tO\nmet") // half a sentence, and nothing after it
			stop()
		}()
		o := taggerContext(ctx, r, args...)
		assert.Equal(t, exitFailed, o.status, args[0])
		want := "tagger: interrupted\n"
		if args[0] == "train" {
			want = "tagger: interrupted before the first step: no model written\n"
		}
		assert.Equal(t, want, o.errors, args[0])
		_ = w.Close()
	}
}

// An interrupt in the first epoch comes after weight updates and before the first complete step.
func TestInterruptInTheFirstEpochWritesNothing(t *testing.T) {
	var text strings.Builder
	for range 400 {
		text.WriteString(read(t, "testdata/train.conll") + "\n")
	}
	train := write(t, "train.conll", text.String())
	for name, args := range map[string][]string{
		"chain": {"--loss", "cross-entropy"}, "dev": {"--dev", "testdata/dev.conll"},
		"semi": {"--model-type", "semi", "--optimizer", "sgd"}, "pruned": {"--order", "2"},
	} {
		ctx, stop := context.WithCancel(t.Context())
		path := write(t, "model", "an older model")
		errs := &trigger{text: "at most", f: func() { time.AfterFunc(30*time.Millisecond, stop) }}
		status := run(ctx, append([]string{"train", "--model", path, train}, args...), strings.NewReader(""), new(bytes.Buffer), errs)
		assert.Equal(t, exitFailed, status, name)
		if !strings.Contains(errs.String(), "\nstep 1/") { // unless this machine is too fast
			assert.Equal(t, "tagger: interrupted before the first step: no model written\n", lastMessage(errs.String()), name)
			assert.Equal(t, "an older model", read(t, path), name)
		}
	}
}
