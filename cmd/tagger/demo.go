package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/sample"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
)

func (a *app) demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "demo",
		Short:   "Train on a small built-in corpus, score and tag, in a few seconds",
		Long:    demoHelp,
		Example: `  tagger demo`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.demo(cmd.Context())
		},
	}
}

// The columns of the built-in corpus.
const (
	sampleForm = iota
	samplePOS
	sampleEntity
)

// demoSentences are tagged in the end. They are in none of the splits.
var demoSentences = []string{
	"Anna Keller moved from Vienna to Oslo last spring .",
	"The new office of Nordwind Energy opens on Monday , she said .",
	"Could you call Anna and ask her about the French translation ?",
}

func (a *app) demo(ctx context.Context) error {
	pos, err := a.demoTask(ctx, "parts of speech", "pos", samplePOS, map[string]int{"form": sampleForm})
	if err != nil {
		return err
	}
	ner, err := a.demoTask(ctx, "names of persons, places, organisations and others", "ner", sampleEntity,
		map[string]int{"form": sampleForm, "pos": samplePOS})
	if err != nil {
		return err
	}
	if _, err := io.WriteString(a.stdout, "New sentences: each word, its part of speech, and whether it is in a name\n\n"); err != nil {
		return err
	}
	for _, text := range demoSentences {
		if err := a.demoTag(pos, ner, strings.Fields(text)); err != nil {
			return err
		}
	}
	_, err = io.WriteString(a.stdout, demoNext)
	return err
}

// demoTask trains and scores one model.
func (a *app) demoTask(ctx context.Context, task, preset string, label int, names map[string]int) (*crf.Model, error) {
	templates, err := features.Preset(preset)
	if err != nil {
		return nil, err
	}
	train, err := crf.NewDataset(model.Input{Templates: templates, Names: names})
	if err != nil {
		return nil, err
	}
	if err := eachSample(sample.Train, label, func(s *corpus.Sentence, labels []string) error {
		return train.Add(s, labels, 1)
	}); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(a.stdout, "Training on %d sentences (%d tokens): %s\n", train.Len(), train.Tokens(), task); err != nil {
		return nil, err
	}
	m, summary, err := crf.Train(ctx, train, crf.Options{
		Batch:   optimize.LBFGS{Limits: optimize.Limits{MaxIterations: 100}},
		Penalty: optimize.Penalty{L2: 0.1},
	})
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	score := metrics.Evaluator{Scheme: m.Scheme()}
	if err := eachSample(sample.Test, label, func(s *corpus.Sentence, labels []string) error {
		predicted, err := m.Tag(s)
		if err != nil {
			return err
		}
		var known []bool
		for t := range s.Len() {
			known = append(known, m.Known(s.Field(t, sampleForm)))
		}
		return score.Add(labels, predicted, known)
	}); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(a.stdout, "%d features, %d iterations. On test sentences:\n\n", m.Features(), summary.Steps); err != nil {
		return nil, err
	}
	if err := score.Results().WriteTable(a.stdout); err != nil {
		return nil, err
	}
	_, err = fmt.Fprintln(a.stdout)
	return m, err
}

// eachSample reads a split of the built-in corpus.
func eachSample(split string, label int, do func(s *corpus.Sentence, labels []string) error) error {
	r := corpus.NewReader(strings.NewReader(split), "sample", corpus.Options{})
	var s corpus.Sentence
	var labels []string
	for {
		switch err := r.Read(&s); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
		labels = s.Column(labels, label)
		if err := do(&s, labels); err != nil {
			return err
		}
	}
}

// demoTag prints words with both labels below them. The second model sees what the first one found.
func (a *app) demoTag(pos, ner *crf.Model, words []string) error {
	rows := make(features.Rows, len(words))
	for t, w := range words {
		rows[t] = []string{w, ""}
	}
	tags, err := pos.Tag(rows)
	if err != nil {
		return err
	}
	for t := range rows {
		rows[t][samplePOS] = tags[t]
	}
	entities, err := ner.Tag(rows)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	for _, line := range [][]string{words, tags, entities} {
		fmt.Fprintln(w, "  "+strings.Join(line, "\t"))
	}
	fmt.Fprintln(w)
	return w.Flush()
}
