package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	markdownLink    = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	markdownHeading = regexp.MustCompile(`(?m)^#+ +(.+)$`)
	notInAnchor     = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors returns the anchors of a page that links may use, as GitHub derives them from headings.
func anchors(page string) map[string]bool {
	places := make(map[string]bool)
	for _, m := range markdownHeading.FindAllStringSubmatch(page, -1) {
		place := notInAnchor.ReplaceAllString(strings.ToLower(m[1]), "")
		places[strings.ReplaceAll(place, " ", "-")] = true
	}
	return places
}

func markdownFiles(t *testing.T, root string) []string {
	t.Helper()
	var pages []string
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	}))
	require.NotEmpty(t, pages)
	return pages
}

func TestLinksLeadSomewhere(t *testing.T) {
	root := filepath.Join("..", "..")
	pages := markdownFiles(t, root)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range markdownLink.FindAllStringSubmatch(string(text), -1) {
			file, place, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, "://") {
				continue // skip network links: tests do not use the network
			}
			to := page
			if file != "" {
				to = filepath.Join(filepath.Dir(page), filepath.FromSlash(file))
			}
			if _, err := os.Stat(to); !assert.NoError(t, err, "%s links to %s", page, m[1]) || place == "" {
				continue
			}
			target, err := os.ReadFile(to)
			require.NoError(t, err)
			assert.True(t, anchors(string(target))[place], "%s links to %s, where no heading is", page, m[1])
		}
	}
}

func TestAnchors(t *testing.T) {
	got := anchors("# One, two: three?\ntext\n## With `code` and_that\n")
	assert.Equal(t, map[string]bool{"one-two-three": true, "with-code-and_that": true}, got)
}
