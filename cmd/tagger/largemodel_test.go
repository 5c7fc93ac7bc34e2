package main

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/model"
)

// A small file with many labels takes little memory to inspect. Commands that would need gigabytes
// reject it.
func TestModelOfManyLabels(t *testing.T) {
	templates, err := features.Parse(strings.NewReader("u:%x[0,0]\n"), "words", features.DialectTrellis)
	require.NoError(t, err)
	p := crf.Content{Input: model.Input{Templates: templates, Columns: 1}}
	for k := range 20000 {
		p.Labels = append(p.Labels, fmt.Sprint("L", k))
	}
	p.Attributes = []crf.Attribute{{Name: "u:a", Weights: []crf.LabelWeight{{Label: 7, Weight: 1}}}}
	p.Transitions = []crf.PairWeight{{From: 1, To: 2, Weight: -0.5}, {From: 3, To: 4, Weight: 2}}
	m, err := crf.New(p)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m")
	require.NoError(t, safefile.Write(path, func(w io.Writer) error { return m.Save(w, crf.SaveOptions{}) }))

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := done(t, "", "inspect", path)
	assert.Contains(t, o.out, "\nlabel pairs\n    2.0000  L3 L4\n   -0.5000  L1 L2\n")
	assert.Less(t, len(o.out), 1000)
	assert.NotContains(t, done(t, "", "inspect", "--top", "0", path).out, "label pairs")
	for _, flags := range [][]string{nil, {"--probs"}, {"--nbest", "2"}} {
		o := tagger(t, "a\nb\n", append([]string{"tag", "--model", path}, flags...)...)
		assert.Equal(t, exitFailed, o.status)
		assert.Contains(t, o.errors, "20000 labels: a first-order model supports at most 8192; a pruned higher-order model supports more")
	}
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100<<20))
}
