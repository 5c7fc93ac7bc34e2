package report

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text"
)

// A Writer writes documents one after another. It is for one goroutine.
type Writer interface {
	// Write writes a document. It keeps no part of it.
	Write(d *model.Document) error
	// Close completes the output. It does not close the underlying io.Writer.
	Close() error
}

// A Style says how labels appear.
type Style int

const (
	// Auto selects a style for each document: Spans if the document has entities or all its labels
	// are O, else Tags.
	Auto Style = iota
	// Spans shows the entities of the text, and no labels of single tokens.
	Spans
	// Tags shows the label of each token.
	Tags
)

// of returns the style of a document.
func (s Style) of(d *model.Document) Style {
	if s != Auto {
		return s
	}
	for k := range d.Sentences {
		if len(d.Sentences[k].Entities) > 0 {
			return Spans
		}
	}
	for k := range d.Sentences {
		for _, label := range d.Sentences[k].Labels {
			if label != "O" {
				return Tags
			}
		}
	}
	return Spans
}

// ErrDocument is the error of a document whose parts do not fit together.
var ErrDocument = errors.New("inconsistent document")

// check returns an error if sentences or tokens are out of order or reach beyond their text. It
// also returns one if labels or probabilities are missing. Entities may overlap only if nested is
// set.
func check(d *model.Document, nested bool) error {
	at := 0
	for k := range d.Sentences {
		s := &d.Sentences[k]
		fail := func(format string, a ...any) error {
			return fmt.Errorf("%w: sentence %d: %s", ErrDocument, k+1, fmt.Sprintf(format, a...))
		}
		if !within(s.Range, at, len(d.Text)) {
			return fail("covers bytes %d to %d, expected a range between %d and %d", s.Start.Byte, s.End.Byte, at, len(d.Text))
		}
		if len(s.Labels) != len(s.Tokens) {
			return fail("%d labels for %d tokens", len(s.Labels), len(s.Tokens))
		}
		if s.Probabilities != nil && len(s.Probabilities) != len(s.Tokens) {
			return fail("%d probabilities for %d tokens", len(s.Probabilities), len(s.Tokens))
		}
		at = s.Start.Byte
		for n := range s.Tokens {
			r := s.Tokens[n].Range
			if !within(r, at, s.End.Byte) {
				return fail("token %d covers bytes %d to %d, expected a range between %d and %d", n+1, r.Start.Byte, r.End.Byte, at, s.End.Byte)
			}
			at = r.End.Byte
		}
		if err := checkEntities(s, s.Entities, nested, fail); err != nil {
			return err
		}
		for n := range s.NBest {
			a := &s.NBest[n]
			if len(a.Labels) != len(s.Tokens) {
				return fail("%d labels for %d tokens in labelling %d", len(a.Labels), len(s.Tokens), n+1)
			}
			if err := checkEntities(s, a.Entities, nested, fail); err != nil {
				return err
			}
		}
		at = s.End.Byte
	}
	return nil
}

// checkEntities checks the ranges of the entities of a sentence. Fail makes the error.
func checkEntities(s *model.DocumentSentence, list []model.Entity, nested bool, fail func(format string, a ...any) error) error {
	at := s.Start.Byte
	for n := range list {
		r := list[n].Range
		if !within(r, at, s.End.Byte) {
			return fail("entity %d covers bytes %d to %d, expected a range between %d and %d", n+1, r.Start.Byte, r.End.Byte, at, s.End.Byte)
		}
		if !nested {
			at = r.End.Byte
		}
	}
	return nil
}

// within reports whether a range lies between the bytes start and end.
func within(r text.Range, start, end int) bool {
	return start <= r.Start.Byte && r.Start.Byte <= r.End.Byte && r.End.Byte <= end
}

// clamp returns the nearest number in [0, 1], and 0 for NaN.
func clamp(p float64) float64 {
	if p > 0 {
		return min(p, 1)
	}
	return 0
}
