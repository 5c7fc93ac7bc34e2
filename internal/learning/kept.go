package learning

import (
	"context"
	"slices"
	"sync"

	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/structured"
)

// Kept is a copy of a sentence with the labels of the file.
type Kept struct {
	input.Sentence
	File   string
	Labels []string

	document int        // from 1; 0 if documents do not matter
	context  [][]string // of a model that reads documents, once it is known
}

// Keep copies a sentence with its labels.
func (d *Data) Keep(s *input.Sentence, labels []string) *Kept {
	k := &Kept{Sentence: *s, File: d.file, Labels: slices.Clone(labels)}
	if d.templates == nil {
		k.Items = *s.Items.Clone()
	} else {
		k.Rows = *s.Rows.Clone()
	}
	return k
}

// KeepAll reads the training data into memory, for Compile. Read has nothing left to read
// afterwards.
func (d *Data) KeepAll(ctx context.Context) ([]*Kept, error) {
	d.inputs.Stop()
	var list []*Kept
	var marked markedDocuments
	err := d.Each(ctx, func(s *input.Sentence, labels []string) error {
		k := d.Keep(s, labels)
		if d.usesMarks() {
			k.document = marked.of(s, d.file)
		}
		list = append(list, k)
		return nil
	})
	if marked.number == 1 { // no other documents
		for _, k := range list {
			k.document = 0
		}
	}
	return list, err
}

// Compile compiles the sentences of list with the given indices, in that order. Repeated indices
// must be adjacent. Seen labels count a repeated sentence once; otherwise one copy would reveal the
// labels of the other. If documents matter, seen labels leave out the whole document.
func (d *Data) Compile(list []*Kept, numbers []int) (Set, error) {
	if d.seen != nil {
		d.seen = d.expectSeen()
		for i := range unique(numbers) {
			if err := d.count(&list[i].Sentence, list[i].Labels); err != nil {
				return nil, err
			}
		}
	}
	if err := d.Settle(); err != nil {
		return nil, err
	}
	set, err := newSet(d.Config.Kind(), d.input, d.Config.Threads)
	if err != nil {
		return nil, err
	}
	for len(numbers) > 0 {
		n := sameDocument(list, numbers)
		if err := d.compile(set, list, numbers[:n]); err != nil {
			return nil, err
		}
		numbers = numbers[n:]
	}
	return set, nil
}

// sameDocument returns how many of the first sentences are of one document. It returns 1 if
// documents do not matter.
func sameDocument(list []*Kept, numbers []int) int {
	n := 1
	for n < len(numbers) && list[numbers[n]].document > 0 && list[numbers[n]].document == list[numbers[0]].document {
		n++
	}
	return n
}

// compile compiles sentences of one document.
func (d *Data) compile(set Set, list []*Kept, numbers []int) error {
	if d.seen != nil && list[numbers[0]].document > 0 {
		d.leaveOut(list, numbers)
		defer d.takeBack(list, numbers)
	}
	for _, i := range numbers {
		if err := d.put(set, &list[i].Sentence, list[i].Labels, list[i].context); err != nil {
			return err
		}
	}
	return nil
}

// HoldAll adds development sentences to a set of Compile.
func (d *Data) HoldAll(set Set, list []*Kept) error {
	if d.recode != nil {
		d.recode.trained = nil // the labels of another set
	}
	for _, k := range list {
		if err := d.hold(set, &k.Sentence, k.Labels, k.context); err != nil {
			return err
		}
	}
	return nil
}

// DescribeLabels reports how the labels of the compiled data were converted.
func (d *Data) DescribeLabels() { d.recode.describe(&d.Config) }

// Stamp stores in a model what tagging needs to know about the training files.
func (d *Data) Stamp(m model.Labeller) { *m.Metadata() = d.metadata() }

// ForTagger returns the sentence as a tagger reads it.
func (k *Kept) ForTagger() model.Sentence {
	if k.Items.Labels != nil {
		return model.Sentence{Items: k.Items.Attributes}
	}
	return model.Sentence{Columns: &k.Rows}
}

// Score tags sentences with a model and scores the labels against the labels of the file. scheme is
// the scheme of the file. Labels that the model does not have count as errors.
func Score(m model.Labeller, list []*Kept, scheme structured.Scheme, threads int) (*metrics.Results, error) {
	scores := make([]metrics.Evaluator, min(workers.ForTagging(threads), len(list)))
	failed := make([]error, len(scores))
	var wait sync.WaitGroup
	for k := range scores {
		wait.Go(func() {
			scores[k].Scheme = scheme
			failed[k] = score(&scores[k], m, list[len(list)*k/len(scores):len(list)*(k+1)/len(scores)], nil)
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

// ScoreEach is [Score] on one goroutine. It also returns the counts of each sentence.
func ScoreEach(m model.Labeller, list []*Kept, scheme structured.Scheme) (*metrics.Results, []metrics.Counts, error) {
	e := metrics.Evaluator{Scheme: scheme}
	each := make([]metrics.Counts, 0, len(list))
	if err := score(&e, m, list, func() { each = append(each, e.Last()) }); err != nil {
		return nil, nil, err
	}
	r := e.Results()
	return &r, each, nil
}

// score scores sentences. It calls done after each one, unless done is nil.
func score(e *metrics.Evaluator, m model.Labeller, list []*Kept, done func()) error {
	t, err := m.NewTagger(model.TagOptions{})
	if err != nil {
		return err
	}
	for _, s := range list {
		found, err := t.Label(s.ForTagger(), nil)
		if err != nil {
			return err
		}
		if err := e.Add(s.Labels, found[0].Labels, nil); err != nil {
			return err
		}
		if done != nil {
			done()
		}
	}
	return nil
}
