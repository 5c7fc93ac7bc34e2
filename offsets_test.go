package trellis_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/report"
)

// oddPeople make bytes, runes and UTF-16 code units differ: emoji of several code points, combining
// marks, characters beyond U+FFFF, CRLF, tabs and a byte order mark.
const oddPeople = `{"id": 1, "text": "\ufeffZoe\u0301 met 𝒜da Keller 👩🏽‍🚒 in Łódź.\r\n", "label": [[1, 5, "PER"], [10, 20, "PER"], [32, 36, "LOC"]]}
{"id": 2, "text": "😀\tKyōto and\r\nZoe\u0301 left.", "label": [[3, 8, "LOC"], [14, 18, "PER"]]}
`

// An oddSpan is a token or an entity of JSON.
type oddSpan struct {
	Start, End  int
	Text, Label string
}

// Positions in JSON are places in the text of each object and in the file, whatever the format, the
// unit and the characters.
func TestPositionsOfOddCharacters(t *testing.T) {
	m, _, err := trellis.Train(t.Context(), stdin(oddPeople), trellis.Config{Epochs: new(60), Threads: 1, Tokenizer: "rules"})
	require.NoError(t, err)
	var whole strings.Builder
	for line := range strings.Lines(oddPeople) {
		var d struct{ Text string }
		require.NoError(t, json.Unmarshal([]byte(line), &d))
		whole.WriteString(d.Text + "\r\n\r\n")
	}
	path := filepath.Join(t.TempDir(), "odd.txt")
	require.NoError(t, os.WriteFile(path, []byte(whole.String()), 0o666))
	sources := map[string]trellis.Source{"text": trellis.Files(path)}
	for _, format := range append(withText, "huggingface") {
		sources[format] = converted(t, oddPeople, format)
	}
	for unit, part := range map[report.Unit]func(s string, start, end int) string{
		report.Bytes: func(s string, start, end int) string { return s[start:end] },
		report.Runes: func(s string, start, end int) string { return string([]rune(s)[start:end]) },
		report.UTF16: func(s string, start, end int) string {
			return string(utf16.Decode(utf16.Encode([]rune(s))[start:end]))
		},
	} {
		for name, data := range sources {
			for _, documents := range []bool{false, true} {
				var out bytes.Buffer
				w := report.NewJSON(&out, report.JSONOptions{Unit: unit, Documents: documents})
				if name == "text" {
					require.NoError(t, m.TagTextFiles(t.Context(), w, data, trellis.TextOptions{}))
				} else {
					require.NoError(t, m.TagDocuments(t.Context(), w, data, trellis.FileOptions{}))
				}
				var found []string
				for line := range strings.Lines(out.String()) {
					var object struct {
						oddSpan
						Tokens, Entities []oddSpan
					}
					require.NoError(t, json.Unmarshal([]byte(line), &object))
					for _, s := range append(object.Tokens, object.Entities...) {
						assert.Equal(t, s.Text, part(object.Text, s.Start, s.End), "%s in %v", name, unit)
					}
					for _, e := range object.Entities {
						found = append(found, e.Label+" "+e.Text)
					}
					if name == "text" {
						assert.Equal(t, object.Text, part(whole.String(), object.Start, object.End))
					}
				}
				assert.Equal(t, []string{"PER Zoe\u0301", "PER 𝒜da Keller", "LOC Łódź", "LOC Kyōto", "PER Zoe\u0301"}, found, "%s in %v", name, unit)
			}
		}
	}
}
