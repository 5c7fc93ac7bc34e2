package main

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/corpus"
)

// columnPairs takes both labels from columns.
func columnPairs(o *evalFlags) pairing {
	return func(in *input) (func(*sentence) ([]string, []string, []bool, error), error) {
		if in.items != nil {
			return nil, in.atStart(errors.New("attributes and one label a token: name the --model that predicts the other"))
		}
		gold, predicted := o.gold, o.predicted
		if in.format == corpus.CoNLLU && (gold == "" || predicted == "") {
			return nil, wrongUsage("%s: CoNLL-U has one column for a label: name the --model that predicts it, or both --gold and --predicted", in.name)
		}
		if gold == "" {
			gold = "-2"
		}
		if predicted == "" {
			predicted = "-1"
		}
		g, err := in.layout.Column(gold)
		if err != nil {
			return nil, in.atStart(fmt.Errorf("gold column: %w", err))
		}
		p, err := in.layout.Column(predicted)
		if err != nil {
			return nil, in.atStart(fmt.Errorf("predicted column: %w", err))
		}
		var right, found []string
		return func(s *sentence) ([]string, []string, []bool, error) {
			right, found = s.rows.Column(right, g), s.rows.Column(found, p)
			return right, found, nil, nil
		}, nil
	}
}

// modelPairs takes the right labels from the input and the others from a model.
func modelPairs(m *model, o *evalFlags) pairing {
	l := newLabeller(m, &tagFlags{label: o.gold, form: o.form})
	return func(in *input) (func(*sentence) ([]string, []string, []bool, error), error) {
		f, err := fitInput(m.Model, in, o.gold, o.form)
		if err != nil {
			return nil, err
		}
		if f.label < 0 {
			return nil, in.atStart(errors.New("no column of labels to compare with; name it with --gold"))
		}
		l.in, l.fit = in, f
		var gold []string
		var known []bool
		return func(s *sentence) ([]string, []string, []bool, error) {
			list, err := l.candidates(s)
			if err != nil {
				return nil, nil, nil, err
			}
			gold = in.labels(gold, s, f.label)
			if f.ready || imported(m.Model) {
				return gold, list[0].labels, nil, nil
			}
			known = known[:0]
			for t := range s.rows.Len() {
				known = append(known, m.Known(s.rows.Field(t, f.form)))
			}
			return gold, list[0].labels, known, nil
		}, nil
	}
}
