package recipe_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/text/standoff"
)

func TestFormats(t *testing.T) {
	c := recipe.Config{Format: "xml", Align: "strict", Layers: 2, LabelNames: []string{"O,B-PER", "I-PER"}, SpanLabels: []string{"PER,LOC"},
		Offsets: "utf16", DocumentElement: "doc", TextKey: "body", TagsKey: "labels"}
	rows, documents, err := c.Formats()
	require.NoError(t, err)
	assert.Equal(t, corpus.FormatAuto, rows)
	assert.Equal(t, standoff.Options{Format: standoff.XML, Unit: standoff.UTF16, Element: "doc", TextKey: "body", TagsKey: "labels",
		Labels: []string{"PER", "LOC"}, LabelNames: []string{"O", "B-PER", "I-PER"},
		Aligner: standoff.Aligner{Policy: standoff.Strict, Layers: 2}}, documents)

	rows, documents, err = new(recipe.Config).Formats()
	require.NoError(t, err)
	assert.Zero(t, rows)
	assert.Zero(t, documents)

	for message, c := range map[string]recipe.Config{
		"offsets words: want bytes, runes, utf16 or graphemes": {Offsets: "words"},
		"layers -1: want 1 to 100":                             {Layers: -1},
		"align no: want expand, contract or strict":            {Align: "no"},
		"format csv: want auto, conll":                         {Format: "csv"},
	} {
		_, _, err := c.Formats()
		assert.ErrorContains(t, err, message)
	}
}
