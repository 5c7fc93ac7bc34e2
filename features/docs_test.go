package features

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	textBlock    = regexp.MustCompile("(?s)```text\n(.*?)```")
	attributeRow = regexp.MustCompile("(?m)^\\| `.*` \\| `(.*)` \\|$")
)

// The templates in docs/reference/templates.md yield the attributes of the table there.
func TestExampleOfTheDocs(t *testing.T) {
	data, err := os.ReadFile("../docs/reference/templates.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(data), "\n## An example\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")

	blocks := textBlock.FindAllStringSubmatch(section, -1)
	require.Len(t, blocks, 2)
	var rows Rows
	for line := range strings.Lines(blocks[0][1]) {
		rows = append(rows, strings.Fields(line))
	}
	var want []string
	for _, m := range attributeRow.FindAllStringSubmatch(section, -1) {
		want = append(want, m[1])
	}
	require.Len(t, want, 5)

	e := bind(t, blocks[1][1], DialectAuto).NewExtractor()
	e.Reset(rows)
	assert.Equal(t, strings.Join(want, "|"), join(e.Unigrams(2)))
}
