package serve

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/report"
	"github.com/trellis-nlp/trellis/structured"
)

//go:embed page
var pageFiles embed.FS

// policy lets the page load its own files and call its own service, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A file is a file of the page.
type file struct {
	media   []string // type
	content []byte
	tag     string // entity tag
}

// mediaTypes are the types of files by extension. Those of package mime depend on the machine.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// newFile returns a file. Its entity tag is weak, because it is the same for all encodings.
func newFile(name string, content []byte) *file {
	sum := sha256.Sum256(content)
	return &file{[]string{mediaTypes[path.Ext(name)]}, content, `W/"` + hex.EncodeToString(sum[:12]) + `"`}
}

// answer sends the file, unless the client has it already. Clients ask each time.
func (f *file) answer(x *exchange) error {
	h := x.writer.Header()
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("ETag", f.tag)
	h.Set("Referrer-Policy", "no-referrer")
	if strings.Contains(x.request.Header.Get("If-None-Match"), f.tag) {
		h.Set("Vary", "Accept-Encoding")
		x.status = http.StatusNotModified
		x.writer.WriteHeader(x.status)
		return nil
	}
	return x.reply(http.StatusOK, f.media, f.content)
}

// routePage adds the routes of the page. Its files need no token, except the colours, which name
// the labels.
func (s *Server) routePage(add func(path string, r route)) {
	entries, err := pageFiles.ReadDir("page")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, entry := range entries {
		content, err := pageFiles.ReadFile("page/" + entry.Name())
		if err != nil {
			panic(err)
		}
		at := "/" + entry.Name()
		if at == "/index.html" {
			at = "/"
		}
		add(at, route{method: http.MethodGet, name: "/", open: true, answer: newFile(entry.Name(), content).answer})
	}
	add("/colors.css", route{method: http.MethodGet, name: "/", answer: func(x *exchange) error {
		var labels []string
		for _, slot := range s.slots {
			labels = append(labels, labelsOf(slot.current.Load().labeller)...)
		}
		return newFile("colors.css", colorSheet(labels)).answer(x)
	}})
}

// colorSheet returns a style sheet with the colours of labels, the same as in reports. Tokens have
// the colour of their span, and O has none.
func colorSheet(labels []string) []byte {
	types := make(map[string]string)
	for _, label := range labels {
		if label == "O" {
			continue // neutral
		}
		types[label] = label
		if _, t := structured.SplitLabel(label); t != "" {
			types[label], types[t] = t, t
		}
	}
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	slices.Sort(names)
	var light, dark bytes.Buffer
	for _, name := range names {
		c := report.ColorOf(types[name])
		selector := `[data-label="` + cssString(name) + `"]`
		fmt.Fprintf(&light, "%s { --c: %d %d %d }\n", selector, c.Light.R, c.Light.G, c.Light.B)
		fmt.Fprintf(&dark, "%s { --c: %d %d %d }\n", selector, c.Dark.R, c.Dark.G, c.Dark.B)
	}
	fmt.Fprintf(&light, "@media (prefers-color-scheme: dark) {\n%s}\n", dark.Bytes())
	return light.Bytes()
}

// cssString escapes the content of a string in CSS.
func cssString(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' || strings.ContainsRune(`"\<`, r) || r == 0x7F {
			fmt.Fprintf(&b, `\%x `, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
