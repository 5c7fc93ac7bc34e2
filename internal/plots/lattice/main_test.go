package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPictureIsCurrent(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, draw(&b))
	want, err := os.ReadFile("../../../docs/lattice.svg")
	require.NoError(t, err)
	assert.Equal(t, string(want), b.String(), "go run ./internal/plots/lattice docs/lattice.svg draws it again")
}
