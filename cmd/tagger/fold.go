package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
	"github.com/trellis-nlp/trellis/tune"
)

// A fold is one way to part the sentences. It is compiled once and serves all settings.
type fold struct {
	train *crf.Dataset
	dev   *crf.Dataset // the development file; nil: test
	start *crf.Model   // of losses that are not convex, once one was trained
	took  spent        // for start

	test   []*labelled
	scheme structured.Scheme
}

// labelled is a sentence with its labels.
type labelled struct {
	sentence
	labels []string
}

// read reads the files and makes the folds.
func (t *tuner) read(ctx context.Context) error {
	flags, err := t.dataFlags(ctx)
	if err != nil {
		return err
	}
	if flags.dev != "" {
		if t.data, err = t.a.readData(ctx, t.files, flags, t.tell, t.warn); err != nil {
			return err
		}
		t.folds = []*fold{{train: t.data.train, dev: t.data.dev}}
		t.data.recode.tell(t.tell, t.warn)
		t.describe(t.data.train.Len(), t.data.dev.Len())
		return nil
	}
	scheme, err := t.readSentences(ctx, flags)
	if err != nil {
		return err
	}
	return t.part(ctx, t.all, scheme)
}

// dataFlags say what is read, and how.
func (t *tuner) dataFlags(ctx context.Context) (dataFlags, error) {
	var o *attempt
	for _, c := range t.attempts {
		if c.err == nil {
			o = c // the shared flags are the same for all
			break
		}
	}
	flags := dataFlags{columnFlags: o.flags.columnFlags, format: o.format, dev: o.flags.dev, scheme: o.flags.scheme, pickScheme: t.asTrain, normal: o.flags.normal}
	var err error
	if flags.templates, err = loadTemplates(o.flags.features); err != nil {
		return flags, err
	}
	flags.lexicons, err = t.a.readLexicons(ctx, &o.flags.lexiconFlags)
	return flags, err
}

// readSentences reads the training files, and tells the scheme of their labels.
func (t *tuner) readSentences(ctx context.Context, flags dataFlags) (structured.Scheme, error) {
	t.data = &data{warn: t.warn}
	flags.keep = true
	var detector annotation.SchemeDetector
	err := t.a.readTraining(ctx, t.data, t.files, flags, t.tell, func(s *sentence, labels []string) error {
		t.all = append(t.all, t.data.keep(s, labels))
		detector.Add(labels)
		return nil
	})
	return detector.Scheme(), err
}

// keep copies a sentence with its labels.
func (d *data) keep(s *sentence, labels []string) *labelled {
	l := &labelled{labels: slices.Clone(labels)}
	if d.format == corpus.CRFsuite {
		l.items = *s.items.Clone()
	} else {
		l.rows = *s.rows.Clone()
	}
	return l
}

// compile makes a data set of sentences of list, by their numbers; those that are there more than once stand together.
func (d *data) compile(list []*labelled, numbers []int) (*crf.Dataset, error) {
	d.expect()
	for k, i := range numbers {
		if d.seen != nil && (k == 0 || i != numbers[k-1]) { // a copy is no other sentence
			if err := d.count(&list[i].sentence, list[i].labels); err != nil {
				return nil, err
			}
		}
	}
	if err := d.settle(); err != nil {
		return nil, err
	}
	for _, i := range numbers {
		if err := d.put(d.train, &list[i].sentence, list[i].labels); err != nil {
			return nil, err
		}
	}
	return d.train, nil
}

// What is held out where the user is silent: of few sentences a fifth says little.
const (
	usualShare   = 0.2
	usualFolds   = 5
	fewSentences = 2000
)

// splits parts n sentences as the user has it.
func (o *tuneFlags) splits(n int) ([]tune.Split, error) {
	if o.folds == 0 && o.holdOut == 0 {
		if n < fewSentences {
			o.folds = max(2, min(usualFolds, n))
		} else {
			o.holdOut = usualShare
		}
	}
	if o.folds > 0 {
		return tune.KFold(n, o.folds, o.train.seed)
	}
	split, err := tune.HoldOut(n, o.holdOut, o.train.seed)
	return []tune.Split{split}, err
}

// part compiles a data set for each split of the sentences.
func (t *tuner) part(ctx context.Context, all []*labelled, scheme structured.Scheme) error {
	splits, err := t.o.splits(len(all))
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(t.files, " "), err)
	}
	for _, split := range splits {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		f := &fold{scheme: scheme}
		if f.train, err = t.data.compile(all, split.Train); err != nil {
			return err
		}
		if len(t.folds) == 0 { // the others would count the same labels again
			t.data.recode.tell(t.tell, t.warn)
		}
		for _, i := range split.Test {
			f.test = append(f.test, all[i])
		}
		t.folds = append(t.folds, f)
	}
	t.describe(len(all), len(t.folds[0].test))
	return nil
}

// describe tells what is tried on what. Folds differ by a sentence at most, so the first stands for all.
func (t *tuner) describe(sentences, tested int) {
	set := t.folds[0].train
	templates := "the attributes of the file"
	if t.data.templates != "" {
		templates = "templates " + t.data.templates
	}
	folds := ""
	if len(t.folds) > 1 {
		folds = fmt.Sprintf(", in %d folds", len(t.folds))
	}
	t.tell(fmt.Sprintf("%d sentences, %d labels (scheme %s): train on %d (%d tokens, %d attributes by %s), score on %d%s",
		sentences, len(set.Labels()), set.Scheme(), set.Len(), set.Tokens(), set.Attributes(), templates, tested, folds))
}

// evaluate labels the test sentences of f. A label that the others lack is one that the model gets wrong.
func (f *fold) evaluate(m *crf.Model, threads int) (*metrics.Results, error) {
	scores := make([]metrics.Evaluator, min(workers.ForTagging(threads), len(f.test)))
	failed := make([]error, len(scores))
	var wait sync.WaitGroup
	for k := range scores {
		wait.Go(func() {
			scores[k].Scheme = f.scheme
			failed[k] = scoreSentences(&scores[k], m, f.test[len(f.test)*k/len(scores):len(f.test)*(k+1)/len(scores)])
		})
	}
	wait.Wait()
	for k := range scores {
		if failed[k] != nil {
			return nil, failed[k]
		}
		if k > 0 {
			if err := scores[0].Merge(&scores[k]); err != nil {
				return nil, err
			}
		}
	}
	r := scores[0].Results()
	return &r, nil
}

// sentenceFor is what a model reads of a sentence.
func sentenceFor(m *crf.Model, s *sentence) model.Sentence {
	if m.Input().Templates == nil {
		return model.Sentence{Items: s.items.Attributes}
	}
	return model.Sentence{Columns: &s.rows}
}

// scoreSentences labels as tagger tag and eval do.
func scoreSentences(e *metrics.Evaluator, m *crf.Model, list []*labelled) error {
	tagger, err := m.NewTagger(model.TagOptions{})
	if err != nil {
		return err
	}
	for _, s := range list {
		found, err := tagger.Label(sentenceFor(m, &s.sentence), nil)
		if err != nil {
			return err
		}
		if err := e.Add(s.labels, found[0].Labels, nil); err != nil {
			return err
		}
	}
	return nil
}
