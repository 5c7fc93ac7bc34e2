package main

import (
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
)

// The notes that training leaves in a model about its input; others tell how it was trained.
const (
	metaFormat  = "format"
	metaColumns = "columns" // their number
	metaLabel   = "label"   // a column, as corpus.Layout.Column takes it
	metaForm    = "form"    // the same, empty if it was not named
)

// formatFor reads the value of --format for inputs of m. Models of attributes read nothing else, so there
// is nothing to tell apart.
func formatFor(m *crf.Model, value string) (corpus.Format, error) {
	format, err := parseFormat(value)
	if format == corpus.FormatAuto && m.Input().Templates == nil {
		format = corpus.CRFsuite
	}
	return format, err
}

// loadModel reads a model file.
func loadModel(path string) (*crf.Model, error) {
	f, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := crf.Load(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
