//go:build unix

package serve_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/serve"
)

// Opening a pipe would wait for its writer.
func TestPipesAreRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.model")
	require.NoError(t, syscall.Mkfifo(path, 0o644))
	_, err := serve.New(serve.Options{Models: []serve.Model{{File: path}}})
	assert.ErrorContains(t, err, "not a regular file")
}
