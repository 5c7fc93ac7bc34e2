package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/interop"
	"github.com/trellis-nlp/trellis/metrics"
)

// A side is one of two systems that are compared: a model, or a file with its labels.
type side struct {
	name  string
	model *openedModel
	file  *system
	score *scorer
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
			if s.model, err = openScored(name); err != nil {
				return err
			}
			if golden, err = formatFor(s.model.Model, o.format); err != nil {
				return err
			}
			continue
		}
		if s.file, err = a.openSystem(ctx, name, format, &own); err != nil {
			return err
		}
		defer s.file.close()
	}
	in, err := a.open(ctx, names[2], golden)
	if err != nil {
		return err
	}
	defer in.close()
	// Where a model knows which column holds the labels, it knows for a file too.
	for _, s := range sides {
		if s.model == nil || own.gold != "" {
			continue
		}
		f, err := fitInput(s.model.Model, in, "", o.form)
		if err != nil {
			return err
		}
		if f.label >= 0 && in.items == nil {
			own.gold = strconv.Itoa(f.label + 1)
		}
	}
	var pairs [2]func(*sentence) (pair, error)
	for k, s := range sides {
		if s.model == nil {
			pairs[k], err = s.file.pairs(in)
		} else {
			pairs[k], err = modelPairs(s.model, &own)(in)
		}
		if err != nil {
			return err
		}
	}
	if err := compareSentences(in, sides, pairs); err != nil {
		return err
	}
	in.warn(a.warn)
	return a.printComparison(o, sides)
}

func compareSentences(in *input, sides [2]*side, pairs [2]func(*sentence) (pair, error)) error {
	s := new(sentence)
	for {
		if err := in.next(s); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		for k, side := range sides {
			p, err := pairs[k](s)
			if err != nil {
				return err
			}
			if t, err := side.score.add(p); err != nil {
				return in.at(s, t, err)
			}
		}
	}
	for _, side := range sides {
		var err error
		if side.file != nil {
			err = side.file.end()
		} else {
			err = side.model.Check()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *app) printComparison(o *evalFlags, sides [2]*side) error {
	x, y := sides[0].score.counts(), sides[1].score.counts()
	c := metrics.Comparison{Samples: o.samples, Seed: o.seed}
	var err error
	if c.A, err = sides[0].score.report(o); err != nil {
		return err
	}
	if c.B, err = sides[1].score.report(o); err != nil {
		return err
	}
	if c.Differences, err = metrics.Compare(x.each, y.each, metrics.Resampling{Samples: o.samples, Seed: o.seed}); err != nil {
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
	head, err := modelHead(path)
	return interop.Detect(head) != 0 || bytes.IndexByte(head, 0) >= 0, err
}
