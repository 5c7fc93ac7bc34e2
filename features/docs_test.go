package features

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The example of docs/reference/templates.md yields what its table says.
func TestExampleOfTheDocs(t *testing.T) {
	data, err := os.ReadFile("../docs/reference/templates.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## An example\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")

	var blocks []string // of indented lines
	indented := false
	for line := range strings.Lines(section) {
		line, is := strings.CutPrefix(line, "    ")
		if is && !indented {
			blocks = append(blocks, "")
		}
		if is {
			blocks[len(blocks)-1] += line
		}
		indented = is
	}
	require.Len(t, blocks, 2)
	var rows Rows
	for line := range strings.Lines(blocks[0]) {
		rows = append(rows, strings.Fields(line))
	}
	var want []string
	for _, m := range regexp.MustCompile("(?m)^\\| `.*` \\| `(.*)` \\|$").FindAllStringSubmatch(section, -1) {
		want = append(want, m[1])
	}
	require.Len(t, want, 5)

	e := bind(t, blocks[1], DialectAuto).NewExtractor()
	e.Reset(rows)
	assert.Equal(t, strings.Join(want, "|"), join(e.Unigrams(2)))
}
