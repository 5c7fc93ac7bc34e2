package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
)

// largeModel writes a model that is large enough to be mapped. It gives label to the words w0, w1,
// ... and the other label to all other words.
func largeModel(t *testing.T, path, label string) {
	t.Helper()
	templates, err := features.Parse(strings.NewReader("u:%x[0,0]\n"), "words", features.DialectTrellis)
	require.NoError(t, err)
	p := crf.Content{Labels: []string{"A", "B"}, Input: model.Input{Templates: templates, Columns: 1, Names: map[string]int{"form": 0}}}
	number := map[string]int{"A": 0, "B": 1}[label]
	for k := range 60000 {
		p.Attributes = append(p.Attributes, crf.Attribute{Name: fmt.Sprint("u:w", k), Weights: []crf.LabelWeight{{Label: number, Weight: 1}}})
	}
	m, err := crf.New(p)
	require.NoError(t, err)
	require.NoError(t, safefile.Write(path, func(w io.Writer) error { return m.Save(w, crf.SaveOptions{Precision: crf.Float64}) }))
}

// lines sends each line that is written to a channel.
type lines struct{ to chan string }

func (w lines) Write(p []byte) (int, error) {
	w.to <- string(p)
	return len(p), nil
}

// If the model file is truncated or overwritten in place while tag waits for input, tag ends with
// an error and no label.
func TestModelChangesWhileItTags(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a mapped file cannot be cut short")
	}
	dir := t.TempDir()
	path, other := filepath.Join(dir, "a.model"), filepath.Join(dir, "b.model")
	largeModel(t, other, "B")
	for name, change := range map[string]func() error{
		"cut":   func() error { return os.Truncate(path, 4096) },
		"empty": func() error { return os.Truncate(path, 0) },
		"another model": func() error {
			return os.WriteFile(path, []byte(read(t, other)), 0o644)
		},
		"zeros": func() error { return os.WriteFile(path, make([]byte, len(read(t, path))), 0o644) },
	} {
		t.Run(name, func(t *testing.T) {
			largeModel(t, path, "A")
			require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
			r, w := io.Pipe()
			out, errs, status := lines{make(chan string)}, new(bytes.Buffer), make(chan int)
			go func() {
				status <- run(t.Context(), []string{"tag", "--model", path, "--threads", "1"}, r, out, errs)
			}()
			_, err := io.WriteString(w, "w1\nw2\n\n")
			require.NoError(t, err)
			require.Equal(t, "w1 A\nw2 A\n\n", <-out.to)
			require.NoError(t, change())
			var text strings.Builder
			for k := range 30000 {
				fmt.Fprintf(&text, "w%d\n", 2*k)
			}
			go func() {
				_, _ = io.WriteString(w, text.String()+"\n")
				_ = w.Close()
			}()
			select {
			case got := <-out.to:
				t.Errorf("%.60q", got)
			case got := <-status:
				assert.Equal(t, exitFailed, got)
				assert.Equal(t, "tagger: "+path+": the file was cut short or overwritten while it was in use: replace files by renaming, and open it again\n", errs.String())
			}
			_ = r.Close()
		})
	}
}
