package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/sample"
)

// Equal data give equal bytes, and the model stores the tokenizer.
func TestBuild(t *testing.T) {
	train := filepath.Join(t.TempDir(), "train.conllu")
	var rows strings.Builder
	for line := range strings.Lines(sample.Train) {
		if columns := strings.Split(line, "\t"); len(columns) > 1 {
			rows.WriteString("1\t" + columns[0] + "\t_\t" + columns[1] + strings.Repeat("\t_", 6))
		}
		rows.WriteString("\n")
	}
	require.NoError(t, os.WriteFile(train, []byte(rows.String()), 0o644))
	var first, second bytes.Buffer
	require.NoError(t, build(&first, train))
	require.NoError(t, build(&second, train))
	assert.True(t, bytes.Equal(first.Bytes(), second.Bytes()))

	m, err := trellis.Load(compress.NewReader(&first, "model"))
	require.NoError(t, err)
	assert.Equal(t, config.Tokenizer, m.Labeller().Metadata().Tokenizer)
	labels, err := m.Tag([]string{"The", "office", "."})
	require.NoError(t, err)
	assert.Equal(t, []string{"DET", "NOUN", "PUNCT"}, labels)

	err = build(new(bytes.Buffer), train+".missing")
	assert.ErrorIs(t, err, os.ErrNotExist)
}
