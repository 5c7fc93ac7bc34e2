package learning

import (
	"context"
	"errors"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
)

// Each passes the sentences of all inputs to take, with its labels in the usual spelling. Partial
// and soft labels are the fields of the file. Both arguments are valid until take returns. Call
// rewind before a second pass.
func (d *Data) Each(ctx context.Context, take func(s *input.Sentence, labels []string) error) error {
	for k := range d.inputs.Len() {
		in, first := d.opened, d.first
		d.first = nil // not needed after this pass
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
		if err := d.each(in, first, d.reading, take); err != nil {
			return err
		}
	}
	return nil
}

// rewind lets Each start again.
func (d *Data) rewind() {
	d.inputs.Rewind()
	d.Close()
	d.opened, d.first = nil, nil
}

// EachOf passes the sentences of another source, such as development data, to take.
func (d *Data) EachOf(ctx context.Context, source corpus.Source, take func(in *input.Input, s *input.Sentence, labels []string) error) error {
	return input.Each(ctx, source, d.inputs.Options, func(in *input.Input) error {
		if err := d.Profile.Fits(in.Format, in.Layout); err != nil {
			return in.AtStart(err)
		}
		return d.each(in, nil, annotation.Full, func(s *input.Sentence, labels []string) error { return take(in, s, labels) })
	})
}

// each passes first and then the rest of in to take. It adds positions to errors.
func (d *Data) each(in *input.Input, first []*input.Sentence, reading annotation.Supervision, take func(s *input.Sentence, labels []string) error) error {
	d.file = in.Name
	var own, usual []string
	var seen input.Counts
	use := func(s *input.Sentence) error {
		seen.Sentence(s)
		own = in.Labels(own, s, d.Profile.Place())
		labels := own
		if reading == annotation.Full {
			usual = d.spell.Read(usual[:0], own)
			labels = usual
		}
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
	if d.counting {
		return nil
	}
	in.Warn(d.Config.Caution)
	for _, text := range seen.Texts(in.Name) {
		d.Config.Caution(text)
	}
	return nil
}

// A tokenError is an error about a token.
type tokenError struct {
	token int
	error
}

func (e *tokenError) Unwrap() error { return e.error }

// tokenOf returns the token that an error is about, by default the first.
func tokenOf(err error) int {
	if label, ok := errors.AsType[*model.LabelError](err); ok {
		return label.Token
	}
	if token, ok := errors.AsType[*tokenError](err); ok {
		return token.token
	}
	return 0
}
