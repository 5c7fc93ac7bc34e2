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

// Numbers stand for labels in every command.
func TestNumbersOfLabels(t *testing.T) {
	const text = `{"tokens": ["Maria", "lives", "in", "Oslo", "."], "ner_tags": [1, 0, 0, 3, 0]}
{"tokens": ["Jonas", "Weber", "left", "Rome", "."], "ner_tags": [1, 2, 0, 3, 0]}
`
	path := filepath.Join(t.TempDir(), "numbers.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
	names := []string{"--label-names", "O,B-PER,I-PER", "--label-names", "B-LOC"}
	model, _ := trained(t, "", append([]string{path, "--epochs", "20"}, names...)...)
	assert.Equal(t, text, done(t, "", append([]string{"tag", "--model", model, path}, names...)...).out)
	assert.Contains(t, done(t, "", append([]string{"eval", "--model", model, path}, names...)...).out, "found 4 spans, correct 4")
	assert.Equal(t, text, convert(t, "", append(names, "--to", "huggingface", path)...))
	assert.Contains(t, convert(t, "", append(names, "--to", "conll", path)...), "Weber\tI-PER\n")
	for _, command := range [][]string{{"tag", "--model", model}, {"eval", "--model", model}, {"convert", "--to", "conll"}, {"train", "--model", model + "2"}} {
		o := tagger(t, "", append(command, path)...)
		assert.Equal(t, exitFailed, o.status)
		assert.Contains(t, o.errors, `numbers.jsonl:1: key "ner_tags", token 1: found the number 1; name the labels that numbers stand for with the option label-names`)
	}
}

// The flags say what is a document, a span and an offset.
func TestShapesOfDocuments(t *testing.T) {
	const xml = "<all><doc n='1'><p><PER>Maria</PER> <i>ran</i>.</p></doc><doc n='2'><p>Yes.</p></doc></all>"
	o := done(t, xml, "convert", "--to", "doccano", "--document-element", "p", "--span-labels", "PER,LOC")
	assert.Equal(t, `{"text": "Maria ran.", "label": [[0, 5, "PER"]]}`+"\n"+`{"text": "Yes.", "label": []}`+"\n", o.out)
	const json = `{"body": "😀 Bo", "label": [[5, 7, "PER"]]}` + "\n"
	assert.Equal(t, `["😀 Bo", {"entities": [[2, 4, "PER"]]}]`+"\n", done(t, json, "convert", "--to", "spacy", "--offsets", "bytes", "--text-key", "body").out)
	assert.Equal(t, `["😀 Bo", {"entities": [[3, 5, "PER"]]}]`+"\n",
		done(t, json, "convert", "--to", "spacy", "--offsets", "bytes", "--to-offsets", "utf16", "--text-key", "body").out)
	assert.Equal(t, "Bo\tB-PER\n\n", done(t, `{"tokens": ["Bo"], "labels": ["B-PER"]}`, "convert", "--to", "conll", "--tags-key", "labels").out)
	path := filepath.Join(t.TempDir(), "a.jsonl")
	require.NoError(t, os.WriteFile(path, []byte(json), 0o666))
	model, _ := trained(t, "", path, "--offsets", "bytes", "--text-key", "body", "--span-labels", "PER", "--epochs", "2")
	assert.Contains(t, done(t, json, "eval", "--model", model, "--offsets", "bytes", "--text-key", "body", "-").out, "2 tokens in 1 sentences with 1 spans")
	assert.Equal(t, exitUsage, tagger(t, "", "eval", "--offsets", "words", path).status)
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
