package tagging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// A System is a model, or the name of a file that it labelled.
type System struct {
	Name  string
	Model model.Labeller // nil for a file
}

// A side is one of two systems that are compared.
type side struct {
	System
	file  *system // without a model
	score *metrics.Scorer
	pairs func(*input.Sentence) (metrics.Pair, error)
}

// Compare scores two systems on the same file, and tests whether they differ. It takes for granted that the options
// are in range and ask for samples.
func Compare(ctx context.Context, systems [2]System, source corpus.Source, o *EvalOptions) (*metrics.Comparison, error) {
	if len(source.Paths)+min(1, len(source.Sentences)) != 1 {
		return nil, fmt.Errorf("%w: want one file with the right labels", model.ErrInput)
	}
	var sides [2]*side
	own := *o // of files
	golden := o.Format
	for k, s := range systems {
		score, err := o.scorer(nil)
		if err != nil {
			return nil, err
		}
		sides[k] = &side{System: s, score: score}
		if s.Model != nil {
			golden = FormatOf(s.Model, o.Format)
			continue
		}
		if sides[k].file, err = openSystem(ctx, s.Name, source.Stdin, &own); err != nil {
			return nil, err
		}
		defer sides[k].file.Close()
	}
	inputs := &input.Spool{Source: source, Format: golden}
	inputs.Stop()
	in, err := inputs.Open(ctx, 0)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	// Where a model knows which column holds the labels, it knows for a file too.
	for _, s := range sides {
		if s.Model == nil || own.Label != "" {
			continue
		}
		f, err := NewFit(s.Model, in, "", o.Form)
		if err != nil {
			return nil, err
		}
		if f.Label >= 0 && !in.HasItems() {
			own.Label = strconv.Itoa(f.Label + 1)
		}
	}
	for _, s := range sides {
		predict := pairing(nil)
		if s.Model == nil {
			predict = s.file.pairs
		} else {
			p, err := own.predictor(s.Model, s.Name)
			if err != nil {
				return nil, err
			}
			predict = p.Pairs
		}
		if s.pairs, err = predict(in); err != nil {
			return nil, err
		}
	}
	if err := compareSentences(in, sides); err != nil {
		return nil, err
	}
	o.caution(in)
	return o.compared(sides)
}

func compareSentences(in *input.Input, sides [2]*side) error {
	s := new(input.Sentence)
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		for _, side := range sides {
			p, err := side.pairs(s)
			if err != nil {
				return err
			}
			if err := side.score.Add(p); err != nil {
				return in.At(s, 0, err)
			}
		}
	}
	for _, side := range sides {
		var err error
		if side.file != nil {
			err = side.file.end()
		} else {
			err = model.Check(side.Model)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compared is what came of a comparison.
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
