package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// notesOf lists all metadata as notes.
func notesOf(m model.Metadata) map[string]string {
	return m.Facts()
}

// formatFor reads the value of --format for inputs of m. Models of attributes read nothing else, so there
// is nothing to tell apart; those of CRF++ and Wapiti take all columns for such.
func formatFor(m *crf.Model, value string) (corpus.Format, error) {
	format, err := parseFormat(value)
	switch {
	case format != corpus.FormatAuto:
	case m.Input().Templates == nil:
		format = corpus.CRFsuite
	case imported(m):
		format = corpus.CoNLL
	}
	return format, err
}

// imported tells whether another tool trained the model. Nothing is then known of its training data.
func imported(m *crf.Model) bool { return m.Meta.Tool != "" }

// spells tells whether labels of the model spell spans, in whatever scheme.
func spells(m *crf.Model) bool {
	var d annotation.SchemeDetector
	d.Add(m.Labels())
	return m.Scheme() != structured.Plain || imported(m) && d.Scheme() != structured.Plain
}

// openOurs opens a model file of ours.
func openOurs(path string) (*crf.Model, error) {
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
