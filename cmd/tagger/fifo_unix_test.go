//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

func fifo(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, unix.Mkfifo(path, 0o644))
	return path
}

// An interrupt ends the wait for the other end of a FIFO.
func TestInterruptWhileAFIFOIsOpened(t *testing.T) {
	for _, args := range [][]string{
		{"tag", "--model", nerModel(t), fifo(t)},
		{"tag", "--model", fifo(t), "testdata/text.conll"},
		{"tag", "--model", nerModel(t), "--output", fifo(t), "testdata/text.conll"},
		{"eval", "--model", fifo(t), "testdata/dev.conll"},
		{"eval", fifo(t)},
		{"convert", "--scheme", "bio", "--output", fifo(t), "testdata/train.conll"},
		{"features", "--show", "--features", "ner", "--output", fifo(t)},
		{"train", "--model", filepath.Join(t.TempDir(), "m"), fifo(t)},
		{"train", "--quiet", "--epochs", "2", "--model", fifo(t), "testdata/train.conll"},
		{"train", "--quiet", "--init", fifo(t), "--model", filepath.Join(t.TempDir(), "m"), "testdata/train.conll"},
	} {
		before := waiting()
		ctx, stop := context.WithCancel(t.Context())
		var errs bytes.Buffer
		status := make(chan int)
		go func() { status <- run(ctx, args, strings.NewReader(""), new(bytes.Buffer), &errs) }()
		for late := time.After(time.Minute); waiting() <= before; {
			select {
			case <-status:
				t.Fatalf("%q does not wait", args)
			case <-late:
				t.Fatalf("%q does not open the FIFO", args)
			case <-time.After(5 * time.Millisecond):
			}
		}
		stop()
		select {
		case got := <-status:
			assert.Equal(t, exitFailed, got, "%q", args)
			assert.Regexp(t, `^tagger: interrupted( before the first step: no model written)?\n$`, lastMessage(errs.String()), "%q", args)
		case <-time.After(10 * time.Second):
			t.Fatalf("%q swallows the interrupt", args)
		}
	}
}

// waiting returns the number of goroutines that wait for the other end of a FIFO. A command that
// was interrupted may leave some behind.
func waiting() int {
	stacks := make([]byte, 1<<20)
	return len(waits.FindAll(stacks[:runtime.Stack(stacks, true)], -1))
}

var waits = regexp.MustCompile(`\[select[^\]]*\]:\n[^\n]*safefile\.Wait\[`)

// A model can be written to a FIFO and read from one.
func TestModelThroughAFIFO(t *testing.T) {
	there, back := fifo(t), fifo(t)
	got := make(chan []byte)
	go func() {
		b, _ := os.ReadFile(there)
		got <- b
	}()
	done(t, "", "train", "--quiet", "--threads", "1", "--model", there, "testdata/train.conll")
	want := read(t, nerModel(t))
	model := <-got
	require.True(t, want == string(model))
	go func() { _ = os.WriteFile(back, model, 0) }()
	assert.Equal(t, done(t, "", "tag", "--model", nerModel(t), "testdata/text.conll").out, done(t, "", "tag", "--model", back, "testdata/text.conll").out)
}

// All kinds of model can be read from a FIFO, for tagging and for --init.
func TestKindsThroughAFIFO(t *testing.T) {
	for _, kind := range [][]string{{"--model-type", "semi"}, {"--order", "2"}} {
		path, from := filepath.Join(t.TempDir(), "model"), fifo(t)
		train := append([]string{"train", "--quiet", "--threads", "1", "--epochs", "3"}, kind...)
		done(t, "", append(train, "--model", path, "testdata/train.conll")...)
		model := []byte(read(t, path))
		feed := func() { _ = os.WriteFile(from, model, 0) }
		go feed()
		assert.Equal(t, done(t, "", "tag", "--model", path, "testdata/text.conll").out, done(t, "", "tag", "--model", from, "testdata/text.conll").out)
		go feed()
		done(t, "", append(train, "--init", from, "--model", filepath.Join(t.TempDir(), "next"), "testdata/train.conll")...)
	}
}

// An endless device is not a model, and does not fill the memory.
func TestModelFromADevice(t *testing.T) {
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip("no /dev/zero")
	}
	for _, args := range [][]string{{"tag", "--model", "/dev/zero", "testdata/text.conll"}, {"inspect", "/dev/zero"}, {"train", "--init", "/dev/zero", "--model", filepath.Join(t.TempDir(), "m"), "testdata/train.conll"}} {
		o := tagger(t, "", args...)
		assert.Equal(t, exitFailed, o.status)
		assert.Equal(t, "tagger: /dev/zero: not a valid model: it does not start with \"TRELLISM\"\n", lastMessage(o.errors))
	}
}
