package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/structured"
)

// evalFlags are the command line of tagger eval.
type evalFlags struct {
	model, format, gold, predicted, form, scheme string
	json                                         bool
}

func (a *app) evalCommand() *cobra.Command {
	var o evalFlags
	c := &cobra.Command{
		Use:   "eval [--model MODEL] FILE... [flags]",
		Short: "Score a model, or labels that are already there",
		Long:  evalHelp,
		Example: `  tagger eval --model ner.model test.conll
  tagger eval --model ner.model --json test.conll
  tagger tag --model ner.model test.conll | tagger eval -
  tagger eval --gold 3 --predicted 5 labelled.conll`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eval(cmd.Context(), &o, args)
		},
	}
	f := c.Flags()
	f.StringVar(&o.model, "model", "", "model `file` that predicts the labels (default: they are in the file)")
	f.StringVar(&o.gold, "gold", "", "`column` of the right labels (default that of training, without a model the last but one)")
	f.StringVar(&o.predicted, "predicted", "", "`column` of the predicted labels, without a model (default the last)")
	f.StringVar(&o.form, "form", "", "`column` of the words, with a model (default that of training)")
	f.StringVar(&o.scheme, "scheme", "", "how labels spell spans: plain (not at all), iob1, bio or bioes (default: seen from the right labels)")
	f.StringVar(&o.format, "format", "auto", "format of the files: auto, conll, conllu or crfsuite")
	f.BoolVar(&o.json, "json", false, "print one JSON object instead of a table")
	f.SortFlags = false
	complete(c, "format", "auto", "conll", "conllu", "crfsuite")
	complete(c, "scheme", "plain", "iob1", "bio", "bioes")
	return c
}

func (a *app) eval(ctx context.Context, o *evalFlags, files []string) error {
	format, err := parseFormat(o.format)
	if err != nil {
		return err
	}
	score := new(scorer)
	if o.scheme != "" {
		scheme, err := structured.ParseScheme(o.scheme)
		if err != nil {
			return wrongUsage("--scheme %s: want plain, iob1, bio or bioes", o.scheme)
		}
		score.scheme = &scheme
	}
	pairs := columnPairs(o)
	switch {
	case o.model != "" && o.predicted != "":
		return wrongUsage("--predicted is for labels that are in the file: with --model they come from the model")
	case o.model == "" && o.form != "":
		return wrongUsage("--form is for --model: without one no words are looked at")
	case o.model != "":
		m, err := openModel(o.model)
		if err != nil {
			return err
		}
		if format, err = formatFor(m.Model, o.format); err != nil {
			return err
		}
		if m.only {
			return fmt.Errorf("%s: a raw model of Wapiti, which reads rows of any number of attributes: tag with it, and score the result", o.model)
		}
		if score.scheme == nil {
			score = newScorer(m.Model)
		}
		pairs = modelPairs(m, o)
	}
	for _, name := range files {
		if err := a.evalFile(ctx, name, format, pairs, score); err != nil {
			return err
		}
	}
	r := score.results()
	if o.json {
		return json.NewEncoder(a.stdout).Encode(r)
	}
	return r.WriteTable(a.stdout)
}

// A pairing finds the right and the predicted labels of the sentences of an input, and which of the
// words are known (nil if nobody can say).
type pairing func(in *input) (func(s *sentence) (gold, predicted []string, known []bool, err error), error)

func (a *app) evalFile(ctx context.Context, name string, format corpus.Format, pairs pairing, score *scorer) error {
	in, err := a.open(ctx, name, format)
	if err != nil {
		return err
	}
	defer in.close()
	labels, err := pairs(in)
	if err != nil {
		return err
	}
	s := new(sentence)
	for {
		if err := in.next(s); errors.Is(err, io.EOF) {
			in.warn(a.warn)
			return nil
		} else if err != nil {
			return err
		}
		gold, predicted, known, err := labels(s)
		if err != nil {
			return err
		}
		if err := score.add(gold, predicted, known); err != nil {
			return in.at(s, 0, err)
		}
	}
}

// A scorer counts both as spans and as plain labels, until the right labels have told what they are.
type scorer struct {
	scheme   *structured.Scheme // nil: not known yet
	plain    metrics.Evaluator
	spans    metrics.Evaluator
	detector corpus.SchemeDetector
}

// newScorer counts by the scheme of the model, if it knows one.
func newScorer(m *crf.Model) *scorer {
	scheme := m.Scheme()
	if imported(m) && scheme == structured.Plain {
		return new(scorer)
	}
	return &scorer{scheme: &scheme}
}

func (c *scorer) add(gold, predicted []string, known []bool) error {
	c.spans.Scheme = structured.BIO // spans of all schemes are read alike
	if c.scheme == nil {
		c.detector.Add(gold)
	}
	if c.scheme == nil || *c.scheme == structured.Plain {
		if err := c.plain.Add(gold, predicted, known); err != nil {
			return err
		}
	}
	if c.scheme == nil || *c.scheme != structured.Plain {
		return c.spans.Add(gold, predicted, known)
	}
	return nil
}

func (c *scorer) results() metrics.Results {
	scheme := c.detector.Scheme()
	if c.scheme != nil {
		scheme = *c.scheme
	}
	if scheme == structured.Plain {
		return c.plain.Results()
	}
	return c.spans.Results()
}
