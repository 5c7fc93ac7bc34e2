package study

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// A fold is one way to split the sentences. It is compiled once and serves all settings.
type fold struct {
	set   learning.Set     // with the development data, if there are any
	test  []*learning.Kept // nil: the development data
	start model.Labeller   // of losses that need one, once one was trained
	took  spent            // for start
}

// A bench trains with settings on folds of the sentences of a source.
type bench struct {
	source corpus.Source
	data   *learning.Data
	all    []*learning.Kept // the sentences, unless there are development data
	scheme structured.Scheme
	folds  []*fold
	warn   func(string)
}

// open looks at the source. Labels may be trained in another scheme than that of the files with pickScheme. Warnings
// are given once, not once a training.
func openBench(ctx context.Context, source corpus.Source, base recipe.Config, pickScheme bool) (*bench, error) {
	said := make(map[string]bool)
	b := &bench{source: source, warn: func(text string) {
		if !said[text] {
			said[text] = true
			base.Caution(text)
		}
	}}
	c := base
	c.ModelType, c.Warn = model.Chain, b.warn
	var err error
	b.data, err = learning.Open(ctx, source, c, nil, pickScheme)
	return b, err
}

// readDev makes the training data and the development data the only fold.
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

// split compiles a fold for each split of the sentences.
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
		if len(b.folds) == 0 { // the others would count the same labels again
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

// describe reports what is trained on what. Folds differ by a sentence at most, so that the first stands for all.
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

// complete fills in the open settings of a configuration for the training data of f.
func (b *bench) complete(c recipe.Config, f *fold) (recipe.Config, error) {
	b.data.Profile.Outside = slices.Contains(f.set.Labels(), "O")
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
