package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Every format has a golden file. The library writes the same bytes, and all files become the same
// rows.
func TestDocumentsOfEveryFormat(t *testing.T) {
	const people = "testdata/people.jsonl"
	rows := convert(t, "", "--to", "conll", people)
	golden(t, "people.conll", rows)
	for _, format := range documentFormats {
		path := filepath.Join(t.TempDir(), format)
		convert(t, "", "--to", format, "--output", path, people)
		if format == standoff.Brat.String() {
			for _, name := range []string{"2.txt", "2.ann"} {
				golden(t, "people."+name, read(t, filepath.Join(path, name)))
			}
		} else {
			golden(t, "people."+format, read(t, path))
			var out bytes.Buffer
			require.NoError(t, trellis.Convert(t.Context(), &out, trellis.Files(people), trellis.ConvertOptions{To: format}))
			assert.Equal(t, read(t, path), out.String(), format)
		}
		assert.Equal(t, rows, convert(t, "", "--to", "conll", path), format)
		assert.Equal(t, rows, convert(t, "", "--to", "conll", "--format", format, path), format)
	}
	pair := filepath.Join(t.TempDir(), "brat")
	convert(t, "", "--to", "brat", "-o", pair, people)
	for _, name := range []string{"1.txt", "1.ann"} {
		assert.Equal(t, "Maria\tB-PER\nlives\tO\nin\tO\nOslo\tB-LOC\n.\tO\n\n", convert(t, "", "--to", "conll", filepath.Join(pair, name)))
	}
}

func TestTagWritesTheFormatOfTheInput(t *testing.T) {
	const people = "testdata/people.jsonl"
	model, o := trained(t, "", people, "--epochs", "20")
	assert.Contains(t, o.errors, `tagger: warning: testdata/people.jsonl:3: document 3: span PER "Jonas Web" expanded to "Jonas Weber"`)
	m, err := trellis.Open(model)
	require.NoError(t, err)
	defer m.Close()
	for _, format := range documentFormats {
		path, tagged := filepath.Join(t.TempDir(), format), filepath.Join(t.TempDir(), "tagged")
		convert(t, "", "--to", format, "--output", path, people)
		if format == standoff.Brat.String() {
			o := tagger(t, "", "tag", "--model", model, path)
			assert.Equal(t, exitUsage, o.status)
			assert.Contains(t, o.errors, "name a folder with --output")
			done(t, "", "tag", "--model", model, "--output", tagged+"/", path)
			assert.Equal(t, "T1\tORG 14 28\tBlue Lake Bank\nT2\tLOC 34 38\tRome\n", read(t, filepath.Join(tagged, "2.ann")))
		} else {
			got := done(t, "", "tag", "--model", model, path).out
			require.NoError(t, os.WriteFile(tagged, []byte(got), 0o644))
			var out bytes.Buffer
			require.NoError(t, m.TagFiles(t.Context(), &out, trellis.Files(path), trellis.FileOptions{}))
			assert.Equal(t, out.String(), got, format)
		}
		assert.InDelta(t, 1, score(t, "", "--model", model, tagged).F1, 0, format)
	}
	o = tagger(t, "", "tag", "--model", model, "--probs", people)
	assert.Contains(t, o.errors, "--probs: documents of doccano hold spans only")
	o = tagger(t, "", "train", "--model", model, "--align", "cut", people)
	assert.Contains(t, o.errors, "--align cut: want expand, contract or strict")
}
