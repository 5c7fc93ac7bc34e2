package report_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/report"
)

func ExampleColorOf() {
	for _, label := range []string{"PER", "per", "NOUN"} {
		c := report.ColorOf(label).Light
		fmt.Printf("%s #%02x%02x%02x\n", label, c.R, c.G, c.B)
	}
	// Output:
	// PER #b6d3fe
	// per #b6d3fe
	// NOUN #b6d3fe
}

// Colours of other programs agree with those of the page.
func TestColorOfPage(t *testing.T) {
	var page bytes.Buffer
	w := report.NewHTML(&page, report.HTMLOptions{})
	require.NoError(t, w.Write(&model.Document{}))
	require.NoError(t, w.Close())
	seen := make(map[report.Color]bool)
	for _, label := range []string{"PER", "LOC", "ORG", "MISC", "own-label", ""} {
		c := report.ColorOf(label)
		assert.Contains(t, page.String(), fmt.Sprintf("--c: %d %d %d }", c.Light.R, c.Light.G, c.Light.B), label)
		assert.Contains(t, page.String(), fmt.Sprintf("--c: %d %d %d }", c.Dark.R, c.Dark.G, c.Dark.B), label)
		seen[c] = true
	}
	assert.GreaterOrEqual(t, len(seen), 4)
}
