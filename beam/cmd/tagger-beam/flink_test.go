package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/apache/beam/sdks/v2/go/container/pool"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem/local"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/beam/tag"
	"github.com/trellis-nlp/trellis/report"
)

// A pool of workers starts the test binary with these flags and those of package beam.
var (
	provision = flag.String("provision_endpoint", "", "set by a pool of workers")
	_         = flag.String("artifact_endpoint", "", "set by a pool of workers")
)

// beWorker makes the process a worker if a pool has started it.
func beWorker() {
	if *provision != "" {
		_ = flag.Set("worker", "true")
	}
}

// jobServer starts the job server of Flink and returns its address.
func jobServer(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a Flink cluster")
	}
	command := exec.Command("../../flink/job-server.sh", "--job-port", "0", "--artifact-port", "0", "--artifacts-dir", t.TempDir())
	var messages bytes.Buffer
	pipe, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := bufio.NewScanner(io.TeeReader(pipe, &messages))
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "JobService started on "); ok {
			done := make(chan struct{})
			go func() {
				_, _ = io.Copy(&messages, pipe)
				close(done)
			}()
			t.Cleanup(func() {
				_ = command.Process.Kill()
				<-done
				_ = command.Wait()
				if t.Failed() {
					t.Log(messages.String())
				}
			})
			return address
		}
	}
	var exit *exec.ExitError
	if err := command.Wait(); errors.As(err, &exit) && exit.ExitCode() == 69 {
		t.Skip(strings.TrimSpace(messages.String()))
	}
	require.FailNow(t, "the job server does not start", messages.String())
	return ""
}

// set sets a flag of the Beam SDK for a test.
func set(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	require.NoError(t, f.Value.Set(value))
	t.Cleanup(func() { require.NoError(t, f.Value.Set(before)) })
}

// Flink labels files in the process of the command as tagger tag does.
func TestFlink(t *testing.T) {
	set(t, "endpoint", jobServer(t))
	set(t, "runner", "flink")

	t.Run("loopback", func(t *testing.T) {
		set(t, "environment_type", "LOOPBACK")
		set(t, "parallelism", "2")
		labelTexts(t, "", 0)
	})

	// A worker process is killed before it completes an output, and then a file system fails. The
	// restart strategy of Flink repeats the files.
	t.Run("killed worker", func(t *testing.T) {
		program, err := os.Executable()
		require.NoError(t, err)
		port := freePort(t)
		workers, err := pool.New(t.Context(), port, program)
		require.NoError(t, err)
		go func() { _ = workers.ServeAndWait() }()
		defer func() { require.NoError(t, workers.Stop(context.Background())) }()
		set(t, "environment_type", "EXTERNAL")
		set(t, "environment_config", fmt.Sprintf("localhost:%d", port))
		set(t, "worker_binary", program)
		set(t, "parallelism", "1") // so the other files are not open when the worker dies
		labelTexts(t, "faulty://", 1)
	})
}

// freePort returns a port that no process listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// labelTexts labels good files and a corrupt one in a pipeline. Outputs have names with a scheme.
func labelTexts(t *testing.T, scheme string, leftovers int) {
	t.Helper()
	folder := t.TempDir()
	for k := range 12 {
		text := strings.Repeat(fmt.Sprintf("Maria %d lives in Oslo.\n\nAnn saw Paris.\n", k), 50)
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("%d.txt", k)), []byte(text), 0o644))
	}
	bad := filepath.Join(folder, "bad.txt.gz")
	require.NoError(t, os.WriteFile(bad, []byte("\x1f\x8b\x08broken"), 0o644))
	out := filepath.Join(folder, "out")
	o := settings{list: tag.ListOptions{Patterns: []string{filepath.Join(folder, "*.txt*")}, Out: scheme + out},
		Options: tag.Options{Format: "text"}, manifest: filepath.Join(folder, "manifest.jsonl")}

	var screen strings.Builder
	require.ErrorContains(t, run(t.Context(), &o, &screen), bad)
	assert.Equal(t, "13 files, 1200 sentences, 6000 tokens; 1 files failed\n", screen.String())

	model, err := trellis.Ready()
	require.NoError(t, err)
	for k := range 12 {
		var want bytes.Buffer
		require.NoError(t, model.TagTextFiles(t.Context(), report.NewJSON(&want, report.JSONOptions{}), trellis.Files(filepath.Join(folder, fmt.Sprintf("%d.txt", k))), trellis.TextOptions{}))
		got, err := os.ReadFile(filepath.Join(out, fmt.Sprintf("%d.txt.jsonl", k)))
		require.NoError(t, err)
		assert.Equal(t, want.String(), string(got), k)
	}
	entries, err := os.ReadDir(out)
	require.NoError(t, err)
	temporary := 0
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".trellis-") {
			temporary++
		}
	}
	assert.Equal(t, leftovers, temporary)
	assert.Len(t, entries, 12+leftovers)
}

// faulty is the local file system, where 3.txt kills the process once, and 5.txt fails four times.
type faulty struct{ filesystem.Interface }

func init() {
	filesystem.Register("faulty", func(ctx context.Context) filesystem.Interface { return faulty{local.New(ctx)} })
}

func onDisk(name string) string { return strings.TrimPrefix(name, "faulty://") }

// once reports whether no process has created the file before.
func once(path string) bool {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return false
	}
	return file.Close() == nil
}

func (f faulty) OpenWrite(ctx context.Context, name string) (io.WriteCloser, error) {
	return f.Interface.OpenWrite(ctx, onDisk(name))
}

func (f faulty) Rename(ctx context.Context, old, to string) error {
	to = onDisk(to)
	folder := filepath.Dir(filepath.Dir(to))
	switch filepath.Base(to) {
	case "3.txt.jsonl":
		if once(filepath.Join(folder, "killed")) {
			p, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = p.Kill()
			}
			time.Sleep(time.Minute)
			return err
		}
	case "5.txt.jsonl":
		for k := range 4 {
			if once(filepath.Join(folder, fmt.Sprintf("failure-%d", k))) {
				return errors.New("quota exceeded")
			}
		}
	}
	return f.Interface.(filesystem.Renamer).Rename(ctx, onDisk(old), to)
}

func (f faulty) Remove(ctx context.Context, name string) error {
	return f.Interface.(filesystem.Remover).Remove(ctx, onDisk(name))
}
