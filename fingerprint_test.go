package trellis_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
)

// A fingerprint is the checksum of the file, with or without the file.
func TestFingerprint(t *testing.T) {
	m, err := trellis.Ready()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "m.model")
	require.NoError(t, m.SaveFile(path))
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	opened, err := trellis.Open(path)
	require.NoError(t, err)
	defer opened.Close()
	for _, m := range []*trellis.Model{m, opened} {
		print, err := m.Fingerprint()
		require.NoError(t, err)
		assert.Equal(t, hex.EncodeToString(sum[:]), print)
	}
	require.NoError(t, os.Remove(path))
	_, err = opened.Fingerprint()
	assert.ErrorIs(t, err, os.ErrNotExist)
}
