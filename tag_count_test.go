package trellis

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Count sees each sentence and token once, in every kind of input.
func TestTagFilesCounts(t *testing.T) {
	m := newModel(trained(t), crf.SaveOptions{})
	for name, c := range map[string]struct {
		input string
		many  int
		o     FileOptions
	}{
		"rows":      {"Ann\nOe\nwaits\n\nin\nOslo\n\n", 20000, FileOptions{}},
		"documents": {`{"text": "Ann Oe waits\n\nin Oslo", "label": []}` + "\n", 100, FileOptions{Documents: DocumentOptions{Format: standoff.Doccano}}},
	} {
		var total Total
		calls := 0
		c.o.Count = func(block Total) {
			calls++
			total.add(block.Sentences, block.Tokens)
		}
		source := Source{Paths: []string{"-"}, Stdin: strings.NewReader(strings.Repeat(c.input, c.many))}
		require.NoError(t, m.TagFiles(t.Context(), io.Discard, source, c.o), name)
		assert.Equal(t, Total{2 * c.many, 5 * c.many}, total, name)
		assert.Greater(t, calls, 1, name)
	}
}
