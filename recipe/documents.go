package recipe

import (
	"cmp"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// Formats returns the format of the training files: of rows, or of documents with spans. Both are
// auto if the content decides, and at most one of them is not. Documents also says how spans are
// aligned to tokens, but names no tokenizer.
func (c *Config) Formats() (rows corpus.Format, documents standoff.Options, err error) {
	name := cmp.Or(c.Format, corpus.FormatAuto.String())
	if rows, err = corpus.ParseFormat(name); err != nil {
		if documents.Format, err = standoff.ParseFormat(name); err != nil {
			return 0, documents, model.Refuse("format", "{format} %s: want %s", c.Format, strings.Join(formatNames, ", "))
		}
	}
	if documents.Aligner.Policy, err = standoff.ParsePolicy(cmp.Or(c.Align, standoff.Expand.String())); err != nil {
		return 0, documents, model.Refuse("align", "{align} %s: want expand, contract or strict", c.Align)
	}
	if c.Layers < 0 || c.Layers > maxLayers {
		return 0, documents, model.Refuse("layers", "{layers} %d: want 1 to %d", c.Layers, maxLayers)
	}
	if documents.Unit, err = standoff.ParseUnit(cmp.Or(c.Offsets, standoff.UnitAuto.String())); err != nil {
		return 0, documents, model.Refuse("offsets", "{offsets} %s: want bytes, runes, utf16 or graphemes", c.Offsets)
	}
	documents.Aligner.Layers, documents.LabelNames, documents.Labels = c.Layers, items(c.LabelNames), items(c.SpanLabels)
	documents.Element, documents.TextKey, documents.TagsKey = c.DocumentElement, c.TextKey, c.TagsKey
	return rows, documents, nil
}

// items splits strings at commas.
func items(list []string) (all []string) {
	for _, s := range list {
		all = append(all, strings.Split(s, ",")...)
	}
	return all
}

// maxLayers is the maximum number of label columns for overlapping spans.
const maxLayers = 100
