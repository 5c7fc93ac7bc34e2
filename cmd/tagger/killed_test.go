package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
)

// killedEnv is the variable with the file to which a child process writes models until it is
// killed.
const killedEnv = "TAGGER_TEST_KILLED_WRITER"

// A process killed while it writes a model leaves the complete old or new one.
func TestKilledWriterLeavesAWholeModel(t *testing.T) {
	if path := os.Getenv(killedEnv); path != "" {
		writeForever(t, path)
	}
	if runtime.GOOS == "windows" {
		t.Skip("no signals")
	}
	path := filepath.Join(t.TempDir(), "model")
	rng := rand.New(rand.NewPCG(1, 1))
	written := 0
	for range 10 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilledWriterLeavesAWholeModel$")
		child.Env = append(os.Environ(), killedEnv+"="+path)
		require.NoError(t, child.Start())
		time.Sleep(time.Duration(20+rng.IntN(60)) * time.Millisecond)
		require.NoError(t, child.Process.Kill())
		require.Error(t, child.Wait())
		m, err := crf.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it was killed before it wrote the first model
		}
		require.NoError(t, err)
		assert.Contains(t, []string{"1", "2"}, m.Meta.Notes["generation"])
		require.NoError(t, m.Close())
		written++
	}
	assert.NotZero(t, written)
}

func writeForever(t *testing.T, path string) {
	for k := 0; ; k++ {
		p := crf.Content{Labels: []string{"A", "B"}, Meta: model.Metadata{Notes: map[string]string{"generation": fmt.Sprint(1 + k%2)}}}
		for a := range 2000 * (1 + k%2) {
			p.Attributes = append(p.Attributes, crf.Attribute{Name: fmt.Sprint("a", a), Weights: []crf.LabelWeight{{Label: a % 2, Weight: 1}}})
		}
		m, err := crf.New(p)
		require.NoError(t, err)
		require.NoError(t, safefile.Write(path, func(w io.Writer) error { return m.Save(w, crf.SaveOptions{}) }))
	}
}
