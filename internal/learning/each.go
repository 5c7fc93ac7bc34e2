package learning

import (
	"context"
	"errors"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// Each hands the sentences of all inputs to take, with the labels of the file; both are valid until take returns. It
// may be called a second time after Rewind.
func (d *Data) Each(ctx context.Context, take func(s *input.Sentence, labels []string) error) error {
	for k := range d.inputs.Len() {
		in, first := d.opened, d.first
		if k > 0 || in == nil {
			var err error
			if in, err = d.inputs.Open(ctx, k); err != nil {
				return err
			}
			defer in.Close()
			first = nil
			if err := d.Profile.Fits(in.Format, in.Layout); err != nil {
				return in.AtStart(err)
			}
		}
		if err := d.each(in, first, take); err != nil {
			return err
		}
	}
	return nil
}

// rewind makes Each begin again.
func (d *Data) rewind() {
	d.inputs.Rewind()
	d.opened.Close()
	d.opened, d.first = nil, nil
}

// EachOf hands the sentences of one more file, such as development data, to take.
func (d *Data) EachOf(ctx context.Context, source corpus.Source, take func(in *input.Input, s *input.Sentence, labels []string) error) error {
	return input.Each(ctx, source, d.inputs.Format, func(in *input.Input) error {
		if err := d.Profile.Fits(in.Format, in.Layout); err != nil {
			return in.AtStart(err)
		}
		return d.each(in, nil, func(s *input.Sentence, labels []string) error { return take(in, s, labels) })
	})
}

// each hands the sentences first, and then the rest of in, to take, and adds positions to its errors.
func (d *Data) each(in *input.Input, first []*input.Sentence, take func(s *input.Sentence, labels []string) error) error {
	var labels []string
	use := func(s *input.Sentence) error {
		labels = in.Labels(labels, s, d.Profile.Label)
		if err := take(s, labels); err != nil {
			return in.At(s, tokenOf(err), err)
		}
		return nil
	}
	for _, s := range first {
		if err := use(s); err != nil {
			return err
		}
	}
	if err := in.Each(use); err != nil {
		return err
	}
	in.Warn(d.Config.Caution)
	return nil
}

// A tokenError is what is wrong with a token.
type tokenError struct {
	token int
	error
}

func (e *tokenError) Unwrap() error { return e.error }

// tokenOf returns the token that an error is about, or the first.
func tokenOf(err error) int {
	if label, ok := errors.AsType[*model.LabelError](err); ok {
		return label.Token
	}
	if token, ok := errors.AsType[*tokenError](err); ok {
		return token.token
	}
	return 0
}
