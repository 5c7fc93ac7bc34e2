package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis"
	"github.com/trellis-nlp/trellis/corpus"
	inputs "github.com/trellis-nlp/trellis/internal/input"
	labelling "github.com/trellis-nlp/trellis/internal/tagging"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
)

// A side is one of two systems that are compared: a model, or a file with its labels.
type side struct {
	name  string
	model *trellis.Model
	file  *system
	score *metrics.Scorer
}

// compare scores two systems on the same sentences, and tests whether they differ.
func (a *app) compare(ctx context.Context, o *evalFlags, format corpus.Format, names []string) error {
	var sides [2]*side
	own := *o // of files
	golden := format
	for k, name := range names[:2] {
		score, err := o.scorer()
		if err != nil {
			return err
		}
		s := &side{name: name, score: score}
		sides[k] = s
		binary, err := isModel(name)
		if err != nil {
			return err
		}
		if binary {
			if s.model, err = openModel(ctx, name); err != nil {
				return err
			}
			defer s.model.Close()
			golden = labelling.FormatOf(s.model.Labeller(), format)
			continue
		}
		if s.file, err = a.openSystem(ctx, name, format, &own); err != nil {
			return err
		}
		defer s.file.Close()
	}
	in, err := inputs.Open(ctx, names[2], a.stdin, golden)
	if err != nil {
		return err
	}
	defer in.Close()
	// Where a model knows which column holds the labels, it knows for a file too.
	for _, s := range sides {
		if s.model == nil || own.gold != "" {
			continue
		}
		f, err := labelling.NewFit(s.model.Labeller(), in, "", o.form)
		if err != nil {
			return err
		}
		if f.Label >= 0 && !in.HasItems() {
			own.gold = strconv.Itoa(f.Label + 1)
		}
	}
	var pairs [2]func(*inputs.Sentence) (metrics.Pair, error)
	for k, s := range sides {
		predict := pairing(nil)
		if s.model == nil {
			predict = s.file.pairs
		} else {
			own.model = s.name
			p, err := own.predictor(s.model)
			if err != nil {
				return err
			}
			predict = p.Pairs
		}
		if pairs[k], err = predict(in); err != nil {
			return err
		}
	}
	if err := compareSentences(in, sides, pairs); err != nil {
		return err
	}
	a.warnOf(in)
	return a.printComparison(o, sides)
}

func compareSentences(in *inputs.Input, sides [2]*side, pairs [2]func(*inputs.Sentence) (metrics.Pair, error)) error {
	s := new(inputs.Sentence)
	for {
		if err := in.Next(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		for k, side := range sides {
			p, err := pairs[k](s)
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
			err = model.Check(side.model.Labeller())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printComparison(o *evalFlags, sides [2]*side) error {
	c := metrics.Comparison{Samples: o.samples, Seed: o.seed}
	var err error
	if c.A, err = o.report(sides[0].score); err != nil {
		return err
	}
	if c.B, err = o.report(sides[1].score); err != nil {
		return err
	}
	if c.Differences, err = metrics.Compare(sides[0].score.Sentences(), sides[1].score.Sentences(), metrics.Resampling{Samples: o.samples, Seed: o.seed}); err != nil {
		return err
	}
	switch {
	case o.json:
		return a.printJSON(c)
	case o.markdown:
		return c.WriteMarkdown(a.stdout)
	}
	fmt.Fprintf(a.stdout, "A is %s, B is %s\n", sides[0].name, sides[1].name)
	return c.WriteTable(a.stdout)
}

// isModel tells a model of ours or of another tool from a text of labelled sentences.
func isModel(path string) (bool, error) {
	if path == "-" {
		return false, nil
	}
	kind, err := trellis.KindOf(path)
	if err != nil || kind != "" {
		return kind != "", err
	}
	if !inputs.Twice(path) {
		return false, nil
	}
	f, err := inputs.OpenFile(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%s: %w", path, err)
	}
	return bytes.IndexByte(head[:n], 0) >= 0, nil
}
