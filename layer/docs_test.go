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

// lines returns text without what sets a snippet in a page apart from the same lines in a function.
func lines(text string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// The Go code of the page is that of the examples, which compile, run, and print what they say.
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
