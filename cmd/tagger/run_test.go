package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/crf"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// outcome holds the exit status and the output of a run.
type outcome struct {
	status      int
	out, errors string
}

// tagger runs the program with text as standard input.
func tagger(t *testing.T, text string, args ...string) outcome {
	t.Helper()
	return taggerContext(t.Context(), strings.NewReader(text), args...)
}

func taggerContext(ctx context.Context, stdin io.Reader, args ...string) outcome {
	var out, errors bytes.Buffer
	status := run(ctx, args, stdin, &out, &errors)
	return outcome{status, out.String(), errors.String()}
}

// done runs the program and requires that it works.
func done(t *testing.T, text string, args ...string) outcome {
	t.Helper()
	o := tagger(t, text, args...)
	require.Equal(t, exitDone, o.status, "tagger %s\n%s", strings.Join(args, " "), o.errors)
	return o
}

// models holds models that tests share. Each is trained when a test first uses it.
var models struct {
	sync.Mutex
	dir  string
	made map[string]string
}

// TestMain runs the tests or, where the test binary is called tagger, the program: TestPages runs
// it so.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == "tagger" {
		main()
	}
	flag.Parse()
	dir, err := os.MkdirTemp("", "tagger-test")
	if err != nil {
		panic(err)
	}
	models.dir, models.made = dir, make(map[string]string)
	status := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(status)
}

// modelOf returns the file of a model that was trained with these arguments.
func modelOf(t *testing.T, args ...string) string {
	t.Helper()
	models.Lock()
	defer models.Unlock()
	key := strings.Join(args, " ")
	if models.made[key] == "" {
		path := filepath.Join(models.dir, strings.NewReplacer("/", "_", " ", "_").Replace(key)+".model")
		done(t, "", append([]string{"train", "--quiet", "--threads", "1", "--model", path}, args...)...)
		models.made[key] = path
	}
	return models.made[key]
}

func nerModel(t *testing.T) string   { return modelOf(t, "testdata/train.conll") }
func posModel(t *testing.T) string   { return modelOf(t, "testdata/train.conllu") }
func itemsModel(t *testing.T) string { return modelOf(t, "testdata/train.crfsuite") }

// loadModel opens a chain model, or imports one of another tool.
func loadModel(path string) (*crf.Model, error) {
	m, err := trellis.Open(path)
	if err == nil {
		m, _, err = m.Imported()
	}
	if err != nil {
		return nil, err
	}
	return m.Labeller().(*crf.Model), nil
}

// write writes a file in a temporary folder and returns its path.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	require.Equal(t, read(t, path), got)
}
