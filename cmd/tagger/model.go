package main

import (
	"errors"
	"fmt"
	"io/fs"

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

// loadModel opens a model file. It stays open until the program ends.
func loadModel(path string) (*crf.Model, error) {
	m, err := crf.Open(path)
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
