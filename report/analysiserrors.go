package report

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/metrics/analysis"
)

// errorLabels returns the labels of the errors, for the filter.
func (a *Analysis) errorLabels() []string {
	labels := make(map[string]bool)
	for _, e := range a.Errors {
		for _, m := range slices.Concat(e.Gold, e.Predicted) {
			if m.Error {
				labels[valid(m.Label)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(labels))
}

// labelsOf returns the labels of an error as JSON, for the filter.
func labelsOf(e analysis.Error) (string, error) {
	labels := []string{}
	for _, m := range slices.Concat(e.Gold, e.Predicted) {
		if m.Error {
			labels = append(labels, valid(m.Label))
		}
	}
	text, err := json.Marshal(labels)
	return string(text), err
}

// An errorPiece is a run of words of an error, which may have a label.
type errorPiece struct {
	Text, Label   string
	Marked, Error bool
	Hue           int
}

// pieces splits the words of an error at its marks, and at its ends.
func pieces(e analysis.Error, marks []analysis.Mark) (list []errorPiece) {
	at := 0
	add := func(to int, p errorPiece) {
		if to = min(to, len(e.Words)); at < to {
			p.Text = valid(strings.Join(e.Words[at:to], " "))
			list = append(list, p)
			at = to
		}
	}
	plain := func(to int) {
		add(min(to, e.Start), errorPiece{})
		add(min(to, e.End), errorPiece{Error: true})
		add(to, errorPiece{})
	}
	for _, m := range marks {
		plain(m.Start)
		add(m.End, errorPiece{Label: valid(cmp.Or(m.Label, "-")), Marked: true, Error: m.Error, Hue: hueOf(m.Label)})
	}
	plain(len(e.Words))
	return list
}
