package learning

import (
	"context"
	"fmt"
	"slices"

	"github.com/trellis-nlp/trellis/crf"
	"github.com/trellis-nlp/trellis/document"
	"github.com/trellis-nlp/trellis/features"
	"github.com/trellis-nlp/trellis/internal/input"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// firstFolds is the number of folds in which first models label the training documents.
const firstFolds = 5

// readDocuments compiles the training and the development data of a model that reads documents.
// First models label the training documents: a model that was trained without a document labels
// this document. The first model of the result is trained on all documents.
func (d *Data) readDocuments(ctx context.Context) (Set, error) {
	all, starts, err := d.keepDocuments(ctx)
	if err != nil {
		return nil, err
	}
	first, err := d.labelDocuments(ctx, all, starts)
	if err != nil {
		return nil, err
	}
	d.lexicons = append(slices.Clip(d.lexicons), document.Columns()...)
	if d.recode != nil {
		d.recode.repaired = 0
	}
	d.firstModel = first
	set, err := d.Compile(all, upTo(len(all)))
	if err != nil {
		return nil, err
	}
	return set, d.holdDocuments(ctx, set, first)
}

// upTo returns the numbers below n.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// keepDocuments reads the training data into memory. It also returns the numbers of the sentences
// that start documents.
func (d *Data) keepDocuments(ctx context.Context) (all []*Kept, starts []int, err error) {
	d.inputs.Stop()
	var bounds *input.Boundaries
	file := ""
	err = d.Each(ctx, func(s *input.Sentence, labels []string) error {
		if bounds == nil || d.file != file {
			bounds, file = d.boundaries(), d.file
		}
		if bounds.Starts(s) {
			starts = append(starts, len(all))
		}
		d.tokens.add(d.Profile.Format, s)
		k := d.Keep(s, labels)
		k.document = len(starts)
		all = append(all, k)
		return nil
	})
	if err == nil && len(starts) < 2 {
		err = model.Refuse("document", "{document} %s: the training data are one document, want at least two; "+
			"documents start at lines -DOCSTART-, at comments # newdoc, at new values in a column, and with files", d.Config.Document)
	}
	return all, starts, err
}

// findDocuments finds the column whose values separate documents, if the configuration names one.
func (d *Data) findDocuments() error {
	in, by := d.opened, d.Config.Document
	if in.Documents() != standoff.FormatAuto && by != model.MarkedDocuments && by != model.FileDocuments {
		return model.Refuse("document", "{document} %s: a column, but %s holds documents of %s; want mark", by, in.Name, in.Documents())
	}
	bounds, err := in.Boundaries(by)
	if err != nil {
		return model.Refuse("document", "{document} %s: want mark, file, auto, none or a column: %v", by, err)
	}
	for _, v := range bounds.Columns {
		if v == d.Profile.Place() || v.Column == d.Profile.Form {
			return model.Refuse("document", "{document} %s: the column holds the words or the labels", by)
		}
	}
	d.bounds = bounds
	return nil
}

// boundaries returns what finds the documents of the next input.
func (d *Data) boundaries() *input.Boundaries {
	bounds := d.bounds
	return &bounds
}

// markedDocuments numbers the documents that training files mark.
type markedDocuments struct {
	file   string
	line   int // of the document in formats of documents
	number int
	inside bool // the file has marked a document
}

// of returns the number of the document of the next training sentence, from 1. It returns 0 if the
// file marks no document before the sentence.
func (m *markedDocuments) of(s *input.Sentence, file string) int {
	if file != m.file {
		*m = markedDocuments{file: file, number: m.number}
	}
	starts := s.Document() != m.line
	if s.Document() == 0 {
		starts, _ = s.Rows.StartsDocument()
	}
	m.line = s.Document()
	if starts {
		m.inside = true
		m.number++
	}
	if !m.inside {
		return 0
	}
	return m.number
}

// labelDocuments sets the context of the training sentences, and returns the first model.
func (d *Data) labelDocuments(ctx context.Context, all []*Kept, starts []int) (*crf.Model, error) {
	folds := min(firstFolds, len(starts))
	d.Config.Say(fmt.Sprintf("%d documents: training a first model, and one for each of %d folds", len(starts), folds))
	for k := range folds {
		var others []int
		for i, s := range all {
			if s.document%folds != k {
				others = append(others, i)
			}
		}
		m, err := d.trainFirst(ctx, all, others)
		if err != nil {
			return nil, err
		}
		for j, start := range starts {
			if (j+1)%folds != k {
				continue
			}
			end := len(all)
			if j+1 < len(starts) {
				end = starts[j+1]
			}
			if err := d.setContext(m, all[start:end]); err != nil {
				return nil, err
			}
		}
	}
	return d.trainFirst(ctx, all, upTo(len(all)))
}

// trainFirst trains a first model on some of the sentences.
func (d *Data) trainFirst(ctx context.Context, all []*Kept, numbers []int) (*crf.Model, error) {
	set, err := d.Compile(all, numbers)
	if err != nil {
		return nil, err
	}
	d.Measure(set)
	c, err := d.Config.First().Complete(d.Profile)
	if err != nil {
		return nil, err
	}
	m, _, err := Fit(ctx, set, c, nil)
	if err != nil {
		return nil, fmt.Errorf("first model of documents: %w", err)
	}
	return m.(*crf.Model), nil
}

// setContext sets the context of the sentences of a document by the labels of a first model.
func (d *Data) setContext(first *crf.Model, list []*Kept) error {
	x, err := model.NewContextualizer(first, d.Config.Normalize, d.Profile.Form)
	if err != nil {
		return err
	}
	sentences := make([]model.Sentence, len(list))
	for k, s := range list {
		sentences[k] = s.ForTagger()
	}
	x.Set(sentences)
	for k, s := range list {
		s.context = sentences[k].Context
	}
	return nil
}

// holdDocuments adds the development data to a set.
func (d *Data) holdDocuments(ctx context.Context, set Set, first *crf.Model) error {
	var list []*Kept
	hold := func() error {
		if err := d.setContext(first, list); err != nil {
			return err
		}
		defer func() { list = nil }()
		return d.HoldAll(set, list)
	}
	var bounds *input.Boundaries
	var last *input.Input
	err := d.EachOf(ctx, d.Config.Dev, func(in *input.Input, s *input.Sentence, labels []string) error {
		if in != last {
			bounds, last = d.boundaries(), in
		}
		if bounds.Starts(s) && len(list) > 0 {
			if err := hold(); err != nil {
				return err
			}
		}
		d.tokens.hold(in.Format, s)
		list = append(list, d.Keep(s, labels))
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	return hold()
}

// inContext returns a sentence with its context, if it has one.
func inContext(seq features.Sequence, context [][]string) features.Sequence {
	if context == nil {
		return seq
	}
	return features.Computed{Sequence: seq, Names: document.Names, Fields: context}
}
