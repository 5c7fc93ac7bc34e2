package browsertest

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/serve"
)

// axe is the npm package of the checker of accessibility.
const axe = "axe-core@4.14.1"

// axeScript returns its script, or "" if there is no npm or no registry.
var axeScript = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "axe")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(folder)
	name, err := exec.Command("npm", "pack", "--silent", "--pack-destination", folder, axe).Output()
	if err != nil {
		return "", nil
	}
	f, err := os.Open(filepath.Join(folder, strings.TrimSpace(string(name))))
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	for archive := tar.NewReader(z); ; {
		header, err := archive.Next()
		if err != nil {
			return "", err
		}
		if header.Name == "package/axe.min.js" {
			script, err := io.ReadAll(archive)
			return string(script), err
		}
	}
})

// TestAccessibility checks the rules of WCAG 2.2, levels A and AA, in all views.
func TestAccessibility(t *testing.T) {
	b := open(t, newServer(t, serve.Options{}), fragment("text", sentence))
	script, err := axeScript()
	require.NoError(t, err)
	if script == "" {
		t.Skipf("npm cannot fetch %s", axe)
	}
	get[bool](b, script+"; true")
	check := func(name string) {
		t.Helper()
		b.picture(name)
		result := get[string](b, `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }).then((r) =>
			JSON.stringify({ passes: r.passes.length, found: r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html + " " + n.failureSummary)) }))`)
		var found struct {
			Passes int
			Found  []string
		}
		require.NoError(t, json.Unmarshal([]byte(result), &found))
		assert.Greater(t, found.Passes, 20, name)
		assert.Empty(t, found.Found, name)
	}
	for _, scheme := range []string{"light", "dark"} {
		b.emulate("prefers-color-scheme", scheme)
		b.choose("model", "ner")
		b.click("#tab-labels")
		b.awaitText(`mark[data-label="PER"]`, "Anna Keller")
		check(scheme + " entities")
		b.click(`mark[data-label="LOC"] .token`)
		b.await(`document.querySelector("#panel .lattice")`)
		get[bool](b, `(document.querySelector("#panel details").open = true)`)
		check(scheme + " explanation")
		b.choose("compare", "small")
		b.await(`document.querySelectorAll(".pane").length === 2`)
		check(scheme + " comparison")
		b.choose("compare", "")
		b.choose("model", "pos")
		b.await(`document.querySelectorAll(".tags .token").length === 8`)
		check(scheme + " parts of speech")
		for _, view := range []string{"table", "json", "curl"} {
			b.click("#tab-" + view)
			check(scheme + " " + view)
		}
	}
	b.click("#tab-labels")
	b.do(chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	check("narrow")
}
