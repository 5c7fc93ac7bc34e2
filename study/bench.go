package study

import (
	"context"
	"fmt"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A fold is one split of the sentences. It is compiled once and used for all settings.
type fold struct {
	set   learning.Set     // with the development data, if any
	test  []*learning.Kept // nil means the development data
	start model.Labeller   // initial model for losses that need one; nil before its training
	took  spent            // training time of start
}

// A bench trains with many settings on folds of the same sentences.
type bench struct {
	source corpus.Source
	data   *learning.Data
	all    []*learning.Kept // the sentences, without development data
	scheme structured.Scheme
	folds  []*fold
	warn   func(string)
}

// openBench reads the first sentences of a source. If pickScheme is set, it may pick another label
// scheme for training. Each warning is given once, not once per training run.
func openBench(ctx context.Context, source corpus.Source, base recipe.Config, pickScheme bool) (*bench, error) {
	said := make(map[string]bool)
	b := &bench{source: source, warn: func(text string) {
		if !said[text] {
			said[text] = true
			base.Caution(text)
		}
	}}
	c := base
	c.Warn = b.warn
	var err error
	b.data, err = learning.Open(ctx, source, c, nil, pickScheme)
	return b, err
}

// readDev makes training and development data the only fold.
func (b *bench) readDev(ctx context.Context) error {
	set, err := b.data.Read(ctx)
	if err != nil {
		return err
	}
	b.folds = []*fold{{set: set}}
	b.data.DescribeLabels()
	held, _ := set.Held()
	b.describe(set.Len(), held)
	return nil
}

// keep reads the training data into memory.
func (b *bench) keep(ctx context.Context) error {
	var err error
	b.all, err = b.data.KeepAll(ctx)
	var detector annotation.SchemeDetector
	for _, s := range b.all {
		detector.Add(s.Labels)
	}
	b.scheme = detector.Scheme()
	return err
}

// split compiles one fold per split.
func (b *bench) split(ctx context.Context, splits []Split, err error) error {
	if err != nil && len(b.source.Paths) > 0 {
		err = fmt.Errorf("%s: %w", strings.Join(b.source.Paths, " "), err)
	}
	if err != nil {
		return err
	}
	for _, s := range splits {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f := new(fold)
		if f.set, err = b.data.Compile(b.all, s.Train); err != nil {
			return err
		}
		if len(b.folds) == 0 { // the labels of the other folds are the same
			b.data.DescribeLabels()
		}
		for _, i := range s.Test {
			f.test = append(f.test, b.all[i])
		}
		b.folds = append(b.folds, f)
	}
	b.describe(len(b.all), len(b.folds[0].test))
	return nil
}

// describe reports the data of the first fold. The sizes of folds differ by at most one sentence.
func (b *bench) describe(sentences, tested int) {
	set := b.folds[0].set
	templates := "the attributes of the file"
	if b.data.Name != "" {
		templates = "templates " + b.data.Name
	}
	folds := ""
	if len(b.folds) > 1 {
		folds = fmt.Sprintf(", in %d folds", len(b.folds))
	}
	b.data.Config.Say(fmt.Sprintf("%d sentences, %d labels (scheme %s): train on %d (%d tokens, %d attributes by %s), score on %d%s",
		sentences, len(set.Labels()), set.Scheme(), set.Len(), set.Tokens(), set.Attributes(), templates, tested, folds))
}

// complete picks the unset options of a configuration for the training data of f.
func (b *bench) complete(c recipe.Config, f *fold) (recipe.Config, error) {
	b.data.Measure(f.set)
	return c.Complete(b.data.Profile)
}

// train trains on the training part of f.
func (b *bench) train(ctx context.Context, a *attempt, f *fold) (model.Labeller, model.Summary, error) {
	if a.err != nil {
		return nil, model.Summary{}, a.err
	}
	c, err := b.complete(a.config, f)
	if err != nil {
		return nil, model.Summary{}, err
	}
	c.Warn = b.warn
	var start model.Labeller
	if c.NeedsStart() {
		if f.start == nil {
			began := startClock()
			if f.start, err = learning.Start(ctx, f.set, &c); err != nil {
				return nil, model.Summary{}, err
			}
			f.took = began.spent()
		}
		start = f.start
	}
	m, summary, err := learning.Fit(ctx, f.set, c, start)
	if err != nil {
		return nil, summary, err
	}
	b.data.Stamp(m)
	return m, summary, nil
}
