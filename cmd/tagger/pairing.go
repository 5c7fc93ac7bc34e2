package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
)

// A pairing finds what is to be scored of the sentences of an input.
type pairing func(in *input) (func(s *sentence) (pair, error), error)

func wrongProbability(text string) error {
	return fmt.Errorf("%.40q is no probability", text)
}

// columnPairs takes both labels from columns.
func columnPairs(o *evalFlags) pairing {
	return func(in *input) (func(*sentence) (pair, error), error) {
		if in.items != nil {
			return nil, in.atStart(errors.New("attributes and one label a token: name the --model that predicts the other"))
		}
		if in.format == corpus.CoNLLU && (o.gold == "" || o.predicted == "") {
			return nil, wrongUsage("%s: CoNLL-U has one column for a label: name the --model or the --system that predicts it, or both --gold and --predicted", in.name)
		}
		gold := o.gold
		switch {
		case gold != "":
		case o.calibration:
			gold = "-3"
		default:
			gold = "-2"
		}
		g, err := in.layout.Column(gold)
		if err != nil {
			return nil, in.atStart(fmt.Errorf("gold column: %w", err))
		}
		found, err := o.predictions(in)
		if err != nil {
			return nil, err
		}
		var right []string
		return func(s *sentence) (pair, error) {
			right = s.rows.Column(right, g)
			p, err := found(s)
			p.gold = right
			return p, err
		}, nil
	}
}

// predictions reads the predicted labels, and their probabilities, from columns.
func (o *evalFlags) predictions(in *input) (func(*sentence) (pair, error), error) {
	predicted := o.predicted
	switch {
	case predicted != "":
	case in.format == corpus.CoNLLU:
		predicted = o.gold // of the file with the right ones
		if predicted == "" {
			predicted = "upos"
		}
	case o.calibration:
		predicted = "-2"
	default:
		predicted = "-1"
	}
	c, err := in.layout.Column(predicted)
	if err != nil {
		return nil, in.atStart(fmt.Errorf("predicted column: %w", err))
	}
	prob := -1
	if o.calibration {
		spec := o.prob
		switch {
		case spec != "":
		case in.format == corpus.CoNLLU:
			spec = "misc"
		default:
			spec = "-1"
		}
		if prob, err = in.layout.Column(spec); err != nil {
			return nil, in.atStart(fmt.Errorf("probability column: %w", err))
		}
	}
	var p pair
	return func(s *sentence) (pair, error) {
		p.predicted = s.rows.Column(p.predicted, c)
		if prob >= 0 {
			p.probs = s.rows.Column(p.probs, prob)
			for t, text := range p.probs {
				p.probs[t] = notedProbability(text)
			}
		}
		return p, nil
	}, nil
}

// notedProbability returns the probability that a value of MISC notes, or the value.
func notedProbability(misc string) string {
	for note := range strings.SplitSeq(misc, "|") {
		if prob, ok := strings.CutPrefix(note, "Prob="); ok {
			return prob
		}
	}
	return misc
}

// modelPairs takes the right labels from the input and the others from a model.
func modelPairs(m *openedModel, o *evalFlags) pairing {
	l := newLabeller(m, &tagFlags{label: o.gold, form: o.form, probs: o.calibration, undictated: o.undictated})
	return func(in *input) (func(*sentence) (pair, error), error) {
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
		return func(s *sentence) (pair, error) {
			list, err := l.candidates(s)
			if err != nil {
				return pair{}, err
			}
			gold = in.labels(gold, s, f.label)
			p := pair{gold: gold, predicted: list[0].labels, probs: list[0].probs}
			if f.ready || imported(m.Model) || m.semi != nil || m.pruned != nil {
				return p, nil
			}
			known = known[:0]
			rows := f.sequence(s)
			for t := range rows.Len() {
				known = append(known, m.Known(rows.Field(t, f.trained)))
			}
			p.known = known
			return p, nil
		}, nil
	}
}

// A system is a file of the sentences of another one, with the labels that some program predicts.
type system struct {
	*input
	o *evalFlags
	s sentence
}

func (a *app) openSystem(ctx context.Context, name string, format corpus.Format, o *evalFlags) (*system, error) {
	in, err := a.open(ctx, name, format)
	if err != nil {
		return nil, err
	}
	if in.items != nil {
		in.close()
		return nil, in.atStart(errors.New("attributes: predicted labels must be in a column"))
	}
	return &system{input: in, o: o}, nil
}

// pairs takes the right labels from the input and the others from the same sentence of the system's file.
func (y *system) pairs(in *input) (func(*sentence) (pair, error), error) {
	if in.items != nil {
		return nil, in.atStart(errors.New("attributes: the right labels must be in a column"))
	}
	gold, err := in.layout.Label(y.o.gold)
	if err != nil {
		return nil, in.atStart(fmt.Errorf("gold column: %w", err))
	}
	form, err := in.layout.Form(y.o.form)
	if err != nil {
		return nil, in.atStart(fmt.Errorf("form column: %w", err))
	}
	word, err := y.layout.Form("")
	if err != nil {
		return nil, err
	}
	found, err := y.o.predictions(y.input)
	if err != nil {
		return nil, err
	}
	var right []string
	return func(s *sentence) (pair, error) {
		if err := y.next(&y.s); errors.Is(err, io.EOF) {
			return pair{}, in.at(s, 0, fmt.Errorf("%s has no such sentence: it ends before", y.name))
		} else if err != nil {
			return pair{}, err
		}
		for t := range min(s.rows.Len(), y.s.rows.Len()) {
			if want, got := s.rows.Field(t, form), y.s.rows.Field(t, word); want != got {
				return pair{}, y.at(&y.s, t, fmt.Errorf("word %q, but %q in %s:%s", got, want, in.name, strconv.Itoa(s.rows.Line(t))))
			}
		}
		if want, got := s.rows.Len(), y.s.rows.Len(); want != got {
			return pair{}, y.at(&y.s, 0, fmt.Errorf("sentence of %d tokens, but of %d in %s:%d", got, want, in.name, s.rows.Line(0)))
		}
		right = s.rows.Column(right, gold)
		p, err := found(&y.s)
		p.gold = right
		return p, err
	}, nil
}

// end reports a sentence too many.
func (y *system) end() error {
	if err := y.next(&y.s); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return err
	}
	return y.at(&y.s, 0, errors.New("a sentence that the file with the right labels has not"))
}
