package layer_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// lines returns text without indentation and empty lines, which differ between a page and a
// function.
func lines(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// TestPageShowsTheExamples checks that the Go code of the page is part of the examples, which are
// compiled and run.
func TestPageShowsTheExamples(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "how-to", "embed.md"))
	require.NoError(t, err)
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)
	blocks := goBlock.FindAllSubmatch(page, -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		assert.Contains(t, lines(string(examples)), lines(string(block[1])))
	}
}
