package serve_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/serve"
)

func TestPage(t *testing.T) {
	s := newServer(t, serve.Options{Token: "secret"})
	for path, media := range map[string]string{
		"/": "text/html; charset=utf-8", "/page.css": "text/css; charset=utf-8", "/page.js": "text/javascript; charset=utf-8", "/icon.svg": "image/svg+xml",
	} {
		a := send(s, "GET", path, "", "Accept-Encoding", "gzip")
		require.Equal(t, 200, a.status, path)
		assert.Equal(t, media, a.header.Get("Content-Type"), path)
		assert.Equal(t, "nosniff", a.header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-cache", a.header.Get("Cache-Control"), path)
		assert.Contains(t, a.header.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'", path)
		if len(a.body) > 1000 {
			assert.Equal(t, "gzip", a.header.Get("Content-Encoding"), path)
		}
		head := send(s, "HEAD", path, "")
		assert.Equal(t, 200, head.status, path)
		assert.Empty(t, head.body, path)

		tag := a.header.Get("ETag")
		for _, list := range []string{tag, `"other", ` + tag} {
			again := send(s, "GET", path, "", "If-None-Match", list)
			assert.Equal(t, http.StatusNotModified, again.status, path)
			assert.Empty(t, again.body, path)
			assert.Equal(t, tag, again.header.Get("ETag"), path)
		}
		assert.Equal(t, 200, send(s, "GET", path, "", "If-None-Match", `"other"`).status, path)
	}
	assert.Equal(t, http.StatusMethodNotAllowed, send(s, "POST", "/", "").status)
}

// The files of the page are relative, so that a program can mount the server below any path.
func TestPageIsRelative(t *testing.T) {
	page := send(newServer(t, serve.Options{}), "GET", "/", "").body
	links := regexp.MustCompile(`(?:src|href)="([^"#]+)"`).FindAllStringSubmatch(page, -1)
	require.Greater(t, len(links), 3)
	for _, link := range links {
		assert.NotContains(t, link[1], "/")
	}
	assert.NotContains(t, page, "style=")
	assert.NotContains(t, page, "onclick")
}

func TestDisablePage(t *testing.T) {
	s := newServer(t, serve.Options{DisablePage: true})
	for _, path := range []string{"/", "/page.js", "/colors.css"} {
		assert.Equal(t, http.StatusNotFound, send(s, "GET", path, "").status, path)
	}
}

// The sheet has the colours of reports. It names the labels, so it needs the token.
func TestColors(t *testing.T) {
	s := newServer(t, serve.Options{Token: "secret"})
	assert.Equal(t, http.StatusUnauthorized, send(s, "GET", "/colors.css", "").status)
	a := send(s, "GET", "/colors.css", "", "Authorization", "Bearer secret")
	require.Equal(t, 200, a.status)
	light, dark, found := strings.Cut(a.body, "@media (prefers-color-scheme: dark) {\n")
	require.True(t, found)
	c := report.ColorOf("PER")
	for _, label := range []string{"PER", "B-PER", "I-PER"} {
		assert.Contains(t, light, fmt.Sprintf("[data-label=%q] { --c: %d %d %d }\n", label, c.Light.R, c.Light.G, c.Light.B))
		assert.Contains(t, dark, fmt.Sprintf("[data-label=%q] { --c: %d %d %d }\n", label, c.Dark.R, c.Dark.G, c.Dark.B))
	}
	assert.NotContains(t, light, `"O"`)
}

// No label can leave its string in the sheet.
func TestColorsOfHostileLabels(t *testing.T) {
	m, err := trellis.Load(bytes.NewReader(fileOf(t, "a\"] { } \\ </style> \x01é")))
	require.NoError(t, err)
	sheet := send(newServer(t, serve.Options{Models: []serve.Model{{Name: "m", Model: m}}}), "GET", "/colors.css", "").body
	assert.Contains(t, sheet, `[data-label="B-a\22 ] { } \5c  \3c /style> \1 é"] { --c:`)
	for line := range strings.Lines(sheet) {
		assert.Regexp(t, `^(\[data-label="[^"\x00-\x1f]*"\] \{ --c: \d+ \d+ \d+ \}|@media \(prefers-color-scheme: dark\) \{|\})\n$`, line)
	}
}

// The page offers examples in the language of the model.
func TestLanguageOfModel(t *testing.T) {
	source := trellis.Source{Paths: []string{"-"}, Stdin: strings.NewReader(sample.Dev)}
	english, _, err := trellis.Train(t.Context(), source, trellis.Config{POS: "none", Tokenizer: "rules:en", Scheme: "bioes"})
	require.NoError(t, err)
	s := newServer(t, serve.Options{Models: []serve.Model{{Name: "english", Model: english}, {Name: "names", Model: loaded(t)}}})
	var list struct {
		Models []struct {
			Language string
			Labels   []string
		}
	}
	require.NoError(t, json.Unmarshal([]byte(send(s, "GET", "/v1/models", "").body), &list))
	assert.Equal(t, "en", list.Models[0].Language)
	assert.Empty(t, list.Models[1].Language)
	assert.ElementsMatch(t, strings.Fields("O B-LOC I-LOC B-MISC I-MISC B-ORG I-ORG B-PER I-PER"), list.Models[0].Labels, "as the model writes them")
}
