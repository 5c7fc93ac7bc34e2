package main

import (
	"encoding"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/cli"
)

// documentFormats are the formats of annotation tools.
var documentFormats = slices.DeleteFunc(trellis.Choices("format"), func(name string) bool {
	_, err := corpus.ParseFormat(name)
	return err == nil
})

// The usage of flags for documents, in all commands.
const (
	alignUsage = "what happens to spans of documents that cut a token, by `POLICY`: expand, contract or " +
		"strict, which drops them (default expand)"
	layersUsage     = "number `N` of label columns for overlapping spans of documents (default 1)"
	offsetsUsage    = "`UNIT` of the offsets in documents: bytes, runes, utf16 or graphemes (default that of the format)"
	spanLabelsUsage = "read only spans with one of these `LABELS`, separated by commas; in xml, other elements are plain text " +
		"(default all)"
	elementUsage    = "`NAME` of the element of a document in xml (default the children of the root)"
	textKeyUsage    = "`KEY` of the text in JSON documents (default text)"
	tagsKeyUsage    = "`KEY` of the labels in huggingface files (default ner_tags, or tags)"
	labelNamesUsage = "`LABELS` that the numbers in huggingface files stand for, from 0, separated by commas"
)

// addDocuments adds the flags for documents.
func addDocuments(c *cobra.Command, o *trellis.DocumentOptions) {
	f := c.Flags()
	if c.Name() != "tag" { // which replaces the spans
		f.TextVar(&o.Aligner.Policy, "align", o.Aligner.Policy, alignUsage)
		f.IntVar(&o.Aligner.Layers, "layers", 0, layersUsage)
		complete(c, "align", "expand", "contract", "strict")
	}
	f.StringSliceVar(&o.Labels, "span-labels", nil, spanLabelsUsage)
	f.StringVar(&o.Element, "document-element", "", elementUsage)
	f.StringVar(&o.TextKey, "text-key", "", textKeyUsage)
	f.StringVar(&o.TagsKey, "tags-key", "", tagsKeyUsage)
	f.StringSliceVar(&o.LabelNames, "label-names", nil, labelNamesUsage)
	for _, name := range documentFlags {
		if flag := f.Lookup(name); flag != nil {
			flag.DefValue, flag.Annotations = "", map[string][]string{cli.Group: {documentGroup}}
		}
	}
}

// documentFlags are the flags for documents, and documentGroup is their heading.
var documentFlags = []string{"align", "layers", "span-labels", "document-element", "text-key", "tags-key", "label-names"}

const documentGroup = "Documents of annotation tools"

// addOffsets adds a flag for what offsets count.
func addOffsets(c *cobra.Command, unit textValue, name, usage string) {
	c.Flags().TextVar(unit, name, unit, usage)
	c.Flags().Lookup(name).DefValue = ""
	c.Flags().Lookup(name).Annotations = map[string][]string{cli.Group: {documentGroup}}
	complete(c, name, offsetUnits...)
}

// A textValue reads and writes text.
type textValue interface {
	encoding.TextUnmarshaler
	encoding.TextMarshaler
}

var offsetUnits = []string{"bytes", "runes", "utf16", "graphemes"}

// isFolder reports whether the name of an output is a folder: it exists, or the name ends in a
// separator.
func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir() || strings.HasSuffix(name, "/") || strings.HasSuffix(name, string(filepath.Separator))
}

// A folderOutput is a folder where a file is expected. It cannot be written.
type folderOutput string

// Write implements [io.Writer].
func (f folderOutput) Write([]byte) (int, error) {
	return 0, fmt.Errorf("%s: is a directory", string(f))
}
