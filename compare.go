package trellis

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trellis-nlp/trellis/internal/compress"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/safefile"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// A side is one of the two systems of a comparison.
type side struct {
	name  string
	model model.Labeller // nil for a file with the labels of a system
	file  *system        // nil for a model
	score *metrics.Scorer
	seen  input.Counts // what the model knows of the current input
	pairs func(*input.Sentence) (metrics.Pair, error)
}

// Compare scores two systems on the same file. It tests by approximate randomisation whether their
// scores differ. A system is a model file, or a file with the labels that the system predicted.
func Compare(ctx context.Context, a, b string, data Source, o EvalOptions) (*metrics.Comparison, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	if o.Samples == 0 {
		return nil, model.Refuse("samples", "{samples} 0: want a positive number for a comparison")
	}
	var sides [2]*side
	for k, name := range []string{a, b} {
		sides[k] = &side{name: name}
		is, err := isModel(name)
		if err != nil {
			return nil, err
		}
		if is {
			m, err := safefile.Wait(ctx, name, func() (*Model, error) { return Open(name) })
			if err != nil {
				return nil, err
			}
			defer m.Close()
			sides[k].model = m.labeller
		}
	}
	return o.compare(ctx, sides, data)
}

// compare scores both systems on the sentences of data.
func (o *EvalOptions) compare(ctx context.Context, sides [2]*side, data Source) (*metrics.Comparison, error) {
	if len(data.Paths)+min(1, len(data.Sentences)) != 1 {
		return nil, fmt.Errorf("%w: want one file with the gold labels", model.ErrInput)
	}
	own := *o // for files
	golden := input.Options{Format: o.Format, Documents: o.Documents}
	for _, s := range sides {
		var err error
		if s.score, err = o.scorer(nil); err != nil {
			return nil, err
		}
		if s.model != nil {
			golden = reading(s.model, o.Format, o.Documents)
			golden.Labelled = true
			continue
		}
		if s.file, err = openSystem(ctx, s.name, data.Stdin, &own); err != nil {
			return nil, err
		}
		defer s.file.Close()
	}
	if err := input.Each(ctx, data, golden, func(in *input.Input) error { return own.compareOn(in, sides) }); err != nil {
		return nil, err
	}
	return o.compared(sides)
}

// compareOn scores both systems on the sentences of an input. It sets Label if a model names it.
func (o *EvalOptions) compareOn(in *input.Input, sides [2]*side) error {
	// If a model names the label column, that column holds for files too.
	for _, s := range sides {
		if s.model == nil || o.Label != "" {
			continue
		}
		f, err := newFit(s.model, in, "", o.Form)
		if err != nil {
			return err
		}
		if f.label.Column >= 0 && !in.HasItems() {
			o.Label = f.label.String()
		}
	}
	for _, s := range sides {
		predict := pairing(nil)
		if s.model == nil {
			predict = s.file.pairs
		} else {
			p, err := o.predictor(s.model, s.name)
			if err != nil {
				return err
			}
			predict = p.pairs
		}
		s.seen = input.Counts{}
		var err error
		if s.pairs, err = predict(in, &s.seen); err != nil {
			return err
		}
	}
	scores := [2]spelled{{score: sides[0].score, model: sides[0].model}, {score: sides[1].score, model: sides[1].model}}
	var seen input.Counts
	err := in.Each(func(s *input.Sentence) error {
		seen.Sentence(s)
		for k, side := range sides {
			p, err := side.pairs(s)
			if err != nil {
				return err
			}
			if err := scores[k].add(p); err != nil {
				return in.At(s, 0, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for k, side := range sides {
		err := scores[k].end()
		if err != nil {
			return err
		}
		if side.file != nil {
			err = side.file.end()
		} else {
			err = model.Check(side.model)
		}
		if err != nil {
			return err
		}
	}
	in.Warn(o.Warn)
	warnAll(o.Warn, seen.Texts(in.Name))
	for _, side := range sides {
		warnAll(o.Warn, side.seen.Texts(side.name+": "+in.Name))
	}
	return nil
}

// compared returns the results of a comparison.
func (o *EvalOptions) compared(sides [2]*side) (*metrics.Comparison, error) {
	c := &metrics.Comparison{Samples: o.Samples, Seed: o.Seed}
	for k, to := range []*metrics.Results{&c.A, &c.B} {
		r, err := o.report(sides[k].score)
		if err != nil {
			return nil, err
		}
		*to = *r
	}
	var err error
	c.Differences, err = metrics.Compare(sides[0].score.Sentences(), sides[1].score.Sentences(), metrics.Resampling{Samples: o.Samples, Seed: o.Seed})
	return c, err
}

// isModel reports whether a file is a model rather than labelled text. It reports true for binary
// files of an unknown kind, so that opening them gives the error.
func isModel(path string) (bool, error) {
	if path == input.Stdin {
		return false, nil
	}
	kind, err := model.Detect(path, kinds)
	if err != nil || kind != nil {
		return kind != nil, err
	}
	if !input.Twice(path) {
		return false, nil
	}
	f, err := input.OpenFile(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return bytes.IndexByte(head[:n], 0) >= 0 && !compress.Is(head[:n]), nil
}
