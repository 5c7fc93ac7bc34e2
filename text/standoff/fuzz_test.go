package standoff_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/text/standoff"
)

// FuzzReader reads any bytes in all formats. What it accepts is written and read again.
func FuzzReader(f *testing.F) {
	golden, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	require.NoError(f, err)
	require.Len(f, golden, len(jsonFormats))
	for _, path := range golden {
		content, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(string(content))
	}
	f.Add("[[\"a\", {\"entities\": [[0, 1, \"X\"]]}],\n[\"b\", {}]]")
	f.Add(`{"data": "\ud83d\ude00", "labels": [[0, 2, "X"]], "x": [1, {}]}`)
	f.Add(`{"text": "😀 Bo ran", "label": [[2, 4, "X"]]}`) // counts runes: UTF-16 would cut words
	f.Add(`{"tokens": ["a", "b"], "ner_tags": [1, 2]}`)
	f.Add(`[{"data": {"text": "😀\r\nb"}, "annotations": [{"was_cancelled": true}, {"result": [{"type": "labels", "value": {"start": 4, "end": 5, "text": "b", "labels": ["A", "B"]}}, {"type": "choices"}]}], "predictions": []}]`)
	f.Fuzz(func(t *testing.T, input string) {
		detected, _ := standoff.Detect(strings.NewReader(input))
		for _, format := range append(jsonFormats, detected) {
			o := standoff.Options{Format: format, LabelNames: []string{"O", "B-X", "I-X"}}
			r, err := standoff.NewReader(strings.NewReader(input), "in", o)
			if err != nil {
				continue
			}
			var d standoff.Document
			for r.Read(&d) == nil {
				for _, s := range d.Spans {
					require.True(t, 0 <= s.Start && s.Start <= s.End && s.End <= len(d.Text))
				}
				if format == standoff.HuggingFace {
					_, err := new(standoff.Aligner).Align(&d)
					require.NoError(t, err)
					continue
				}
				o.Unit = format.Unit() // spans that cut a word may mean another one
				again := read(t, write(t, o, []standoff.Document{d}), o)
				o.Unit = standoff.UnitAuto
				require.Len(t, again, 1)
				require.Equal(t, bare(d).Spans, again[0].Spans)
				require.Equal(t, d.Text, again[0].Text)
			}
		}
	})
}

// FuzzBrat reads any text and annotations.
func FuzzBrat(f *testing.F) {
	f.Add("Anna lives.", "T1\tPER 0 4\tAnna\nR1\tx\n")
	f.Add("a\r\n😀b", "T1\tX 1 4\t  😀\n#1\tnote")
	f.Add("", "T1\tX 0 0\t\nT2\tX 0 1;2 3\tab")
	f.Fuzz(func(t *testing.T, text, annotations string) {
		r, err := standoff.NewBratReader(fstest.MapFS{"a.txt": {Data: []byte(text)}, "a.ann": {Data: []byte(annotations)}}, standoff.Options{})
		require.NoError(t, err)
		var d standoff.Document
		if r.Read(&d) != nil {
			return
		}
		for _, s := range d.Spans {
			if strings.ContainsFunc(s.Label, func(r rune) bool { return r == ' ' || r > 0x7F || r < ' ' }) {
				return // brat has no such labels
			}
		}
		r, err = standoff.NewBratReader(writeBrat(t, []standoff.Document{d}), standoff.Options{})
		require.NoError(t, err)
		require.Equal(t, []standoff.Document{bare(d)}, readAll(t, r))
	})
}
