package trellis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// A pairing prepares an input. The function it returns pairs the gold labels of each sentence with
// the predicted ones. It adds to seen what the model knows of the sentences.
type pairing func(in *input.Input, seen *input.Counts) (func(s *input.Sentence) (metrics.Pair, error), error)

func wrongProbability(text string) error {
	return fmt.Errorf("%.40q is not a probability", text)
}

// columnPairs reads gold and predicted labels from columns.
func (o *EvalOptions) columnPairs(in *input.Input, seen *input.Counts) (func(*input.Sentence) (metrics.Pair, error), error) {
	if in.HasItems() {
		return nil, in.AtStart(model.Refuse("model", "attribute files have one label per token; name the {model} that predicts the other"))
	}
	if in.Format == corpus.CoNLLU && (o.Label == "" || o.Predicted == "") {
		return nil, model.Refuse("predicted", "%s: CoNLL-U has one label column; name the {model} or the {system} that predicts labels, or both {label} and {predicted}", in.Name)
	}
	gold := o.Label
	switch {
	case gold != "":
	case o.Calibration:
		gold = "-3"
	default:
		gold = "-2"
	}
	g, err := in.Layout.Value(gold)
	if err != nil {
		return nil, in.AtStart(fmt.Errorf("label column: %w", err))
	}
	found, c, err := o.predictions(in)
	if err != nil {
		return nil, err
	}
	seen.Gold, seen.Predicted = g.Column+1, c.Column+1
	var right []string
	return func(s *input.Sentence) (metrics.Pair, error) {
		right = g.Read(right, &s.Rows)
		p, err := found(s)
		p.Gold = right
		return p, err
	}, nil
}

// predictions reads the predicted labels, and with Calibration their probabilities, from columns.
// It also returns the column of the labels.
func (o *EvalOptions) predictions(in *input.Input) (func(*input.Sentence) (metrics.Pair, error), corpus.Value, error) {
	predicted := o.Predicted
	switch {
	case predicted != "":
	case in.Format == corpus.CoNLLU:
		predicted = o.Label // as in the file with the gold labels
		if predicted == "" {
			predicted = "upos"
		}
	case o.Calibration:
		predicted = "-2"
	default:
		predicted = "-1"
	}
	c, err := in.Layout.Value(predicted)
	if err != nil {
		return nil, corpus.Value{}, in.AtStart(fmt.Errorf("predicted column: %w", err))
	}
	prob := -1
	if o.Calibration {
		spec := o.Prob
		switch {
		case spec != "":
		case in.Format == corpus.CoNLLU:
			spec = "misc"
		default:
			spec = "-1"
		}
		if prob, err = in.Layout.Column(spec); err != nil {
			return nil, corpus.Value{}, in.AtStart(fmt.Errorf("probability column: %w", err))
		}
	}
	var p metrics.Pair
	var texts []string
	var lists nbest
	return func(s *input.Sentence) (metrics.Pair, error) {
		if rank, again := lists.next(s); again {
			return p, in.At(s, 0, model.Refuse("nbest", "labelling %d of the same sentence; expected one labelling per sentence; write it without {nbest}", rank))
		}
		p.Predicted = c.Read(p.Predicted, &s.Rows)
		if prob >= 0 {
			texts, p.Probabilities = s.Rows.Column(texts, prob), p.Probabilities[:0]
			for t, text := range texts {
				text = notedProbability(text)
				share, err := strconv.ParseFloat(text, 64)
				if err != nil || !(share >= 0 && share <= 1) {
					return p, in.At(s, t, wrongProbability(text))
				}
				p.Probabilities = append(p.Probabilities, share)
			}
		}
		return p, nil
	}, c, nil
}

// notedProbability returns the value of Prob= in a MISC field, or the field itself.
func notedProbability(misc string) string {
	for note := range strings.SplitSeq(misc, "|") {
		if prob, ok := strings.CutPrefix(note, "Prob="); ok {
			return prob
		}
	}
	return misc
}

// A system is a file with the sentences of another file and predicted labels.
type system struct {
	*input.Input
	o *EvalOptions
	s input.Sentence
}

func openSystem(ctx context.Context, name string, stdin io.Reader, o *EvalOptions) (*system, error) {
	in, err := input.Open(ctx, name, stdin, input.Options{Format: o.Format, Documents: o.Documents})
	if err != nil {
		return nil, err
	}
	if in.HasItems() {
		in.Close()
		return nil, in.AtStart(errors.New("an attribute file; want a file with the predicted labels in a column"))
	}
	return &system{Input: in, o: o}, nil
}

// pairs reads the gold labels from in and the predicted ones from the same sentence of the system's
// file.
func (y *system) pairs(in *input.Input, _ *input.Counts) (func(*input.Sentence) (metrics.Pair, error), error) {
	if in.HasItems() {
		return nil, in.AtStart(errors.New("an attribute file; want a file with the gold labels in a column"))
	}
	gold, err := in.Layout.Label(y.o.Label)
	if err != nil {
		return nil, in.AtStart(fmt.Errorf("label column: %w", err))
	}
	form, err := in.Layout.Form(y.o.Form)
	if err != nil {
		return nil, in.AtStart(fmt.Errorf("form column: %w", err))
	}
	word, err := y.Layout.Form("")
	if err != nil {
		return nil, err
	}
	found, _, err := y.o.predictions(y.Input)
	if err != nil {
		return nil, err
	}
	var right []string
	return func(s *input.Sentence) (metrics.Pair, error) {
		if err := y.Next(&y.s); errors.Is(err, io.EOF) {
			return metrics.Pair{}, in.At(s, 0, fmt.Errorf("%s ends before this sentence", y.Name))
		} else if err != nil {
			return metrics.Pair{}, err
		}
		for t := range min(s.Rows.Len(), y.s.Rows.Len()) {
			if want, got := s.Rows.Field(t, form), y.s.Rows.Field(t, word); want != got {
				err := fmt.Errorf("word %q, but %s:%d has %q", got, in.Name, s.Rows.Line(t), want)
				return metrics.Pair{}, y.At(&y.s, t, err)
			}
		}
		if want, got := s.Rows.Len(), y.s.Rows.Len(); want != got {
			err := fmt.Errorf("sentence of %d tokens, but %s:%d has %d", got, in.Name, s.Rows.Line(0), want)
			return metrics.Pair{}, y.At(&y.s, 0, err)
		}
		right = gold.Read(right, &s.Rows)
		p, err := found(&y.s)
		p.Gold = right
		return p, err
	}, nil
}

// end returns an error if the system's file has further sentences.
func (y *system) end() error {
	if err := y.Next(&y.s); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil {
		return err
	}
	return y.At(&y.s, 0, errors.New("the file with the gold labels ends before this sentence"))
}
