package study

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/corpus/annotation"
	"github.com/trellis-nlp/trellis/internal/learning"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/recipe"
	"github.com/trellis-nlp/trellis/structured"
)

// An Audit finds labels that are probably wrong. It labels each sentence with a model that was
// trained on the other folds. It ranks the labels of the file by how much that model doubts them.
// The idea is confident learning (Northcutt, Jiang & Chuang 2021), applied to spans.
//
// An item is a token with its label, or in span schemes a window: the tokens of a span of the file
// and of the predicted spans that overlap it. A predicted span that overlaps none is also an item.
// An item's probability is exact. It is the probability that the window has the labels of the file
// and that no span crosses the ends of the window.
type Audit struct {
	// Base holds the settings of training, as for [Search]. Loss and penalty may be set. It must
	// not set development data.
	Base recipe.Config

	Folds      int    // number of folds; 0 means 5
	ByDocument bool   // keep the sentences of a document in one fold
	Score      string // how items are ranked, one of AuditScores; "" means margin for spans, else probability
	Top        int    // number of suspects to return; 0 means all items

	// Progress is called after each fold. It may be nil.
	Progress func(p AuditProgress)
}

// AuditProgress describes the state of an audit after a fold.
type AuditProgress struct {
	Fold, Folds int
	Seconds     float64
	F1          float64 // of the model of the fold on its sentences
}

// Values of Audit.Score. With p the probability of the labels of the file and q that of the
// suggestion:
//
//   - probability is p.
//   - margin is (p - q + 1) / 2. If the suggestion is the label of the file, q is 1 - p.
//   - entropy is log(1 + r) / r with r = H / p, where H is the mean entropy of the labels at the
//     tokens of the item, divided by its maximum.
//
// All are in 0..1. Low values are doubtful.
const (
	ByProbability = "probability"
	ByMargin      = "margin"
	ByEntropy     = "entropy"
)

// AuditScores lists the values of [Audit.Score].
func AuditScores() []string { return []string{ByProbability, ByMargin, ByEntropy} }

// Kinds of suspects.
const (
	WrongLabel    = "label"    // another label
	MissingSpan   = "missing"  // the file has no span here
	ExtraSpan     = "extra"    // the model finds no span here
	WrongType     = "type"     // another type of the same span
	WrongBoundary = "boundary" // another start or end of a span of the same type
	OtherSpans    = "spans"    // both, or several spans
	SameLabels    = "same"     // the model finds the same labels, but doubts them
)

// A Suspect is an item of an audit.
type Suspect struct {
	Rank        int         `json:"rank"` // from 1
	File        string      `json:"file"`
	Line        int         `json:"line"`     // of the first token
	Sentence    int         `json:"sentence"` // in the source, from 0
	Kind        string      `json:"kind"`
	Score       float64     `json:"score"`                 // low if the label is doubtful
	Probability float64     `json:"probability"`           // of the labels of the file
	Likelihood  float64     `json:"suggested_probability"` // of the suggestion
	Gold        []AuditSpan `json:"gold"`                  // empty if all tokens are O
	Suggested   []AuditSpan `json:"suggested"`
	Start       int         `json:"start"` // tokens of the sentence, from 0
	End         int         `json:"end"`   // exclusive
	Words       []string    `json:"words"` // of the sentence
}

// An AuditSpan is a span, or one token with its label.
type AuditSpan struct {
	Start int    `json:"start"` // token of the sentence, from 0
	End   int    `json:"end"`   // exclusive
	Label string `json:"label"`
	Text  string `json:"text"`
}

// Text returns the words of the item.
func (s *Suspect) Text() string { return strings.Join(s.Words[s.Start:s.End], " ") }

// An AuditReport is the result of an audit.
type AuditReport struct {
	Score     string           `json:"score"`
	Folds     int              `json:"folds"`
	Seed      uint64           `json:"seed"`
	Sentences int              `json:"sentences"`
	Spans     bool             `json:"spans"`  // the labels encode spans
	Items     int              `json:"items"`  // number of ranked items
	Doubted   int              `json:"differ"` // items for which the model finds other labels
	Results   *metrics.Results `json:"results"`
	Suspects  []Suspect        `json:"suspects"` // most doubtful first
}

// check returns an error for options that are out of range, and sets defaults.
func (a *Audit) check() error {
	switch {
	case a.Folds < 0 || a.Folds == 1:
		return model.Refuse("folds", "{folds} %d: want 2 or more", a.Folds)
	case a.Top < 0:
		return model.Refuse("top", "{top} %d: want a number that is not negative", a.Top)
	case a.Score != "" && !slices.Contains(AuditScores(), a.Score):
		return model.Refuse("score", "{score} %s: want one of %s", a.Score, strings.Join(AuditScores(), ", "))
	}
	a.Folds = cmp.Or(a.Folds, usualFolds)
	for _, option := range slices.Concat(chainOnly, []string{"dev", "patience"}) {
		if a.Base.IsSet(option) {
			return model.Refuse(option, "{%s}: not for studies", option)
		}
	}
	return a.Base.Validate()
}

// Run audits the labels of a source. The result depends only on the data, the settings, the seed
// and the number of threads.
func (a Audit) Run(ctx context.Context, source corpus.Source) (*AuditReport, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	b, err := openBench(ctx, source, a.Base, true)
	if err != nil {
		return nil, err
	}
	defer b.data.Close()
	if err := b.keep(ctx); err != nil {
		return nil, err
	}
	// docs/benchmarks/data-care.md: the margin is the best score for spans, and the probability for
	// other labels.
	switch {
	case a.Score != "":
	case b.scheme == structured.Plain:
		a.Score = ByProbability
	default:
		a.Score = ByMargin
	}
	splits, err := a.splits(b.all)
	if err != nil {
		return nil, err
	}
	r := &AuditReport{Score: a.Score, Folds: a.Folds, Seed: seedOf(&a.Base), Sentences: len(b.all), Spans: b.scheme != structured.Plain}
	scorer := metrics.Evaluator{Scheme: b.scheme}
	var items []item
	for k, s := range splits {
		began := startClock()
		found, scored, err := a.fold(ctx, b, s)
		if err != nil {
			return nil, err
		}
		items = append(items, found...)
		b.warn = func(string) {} // the other folds give the same warnings, with other counts
		if a.Progress != nil {
			a.Progress(AuditProgress{Fold: k + 1, Folds: a.Folds, Seconds: began.spent().seconds, F1: scored.Results().F1})
		}
		if err := scorer.Merge(scored); err != nil {
			return nil, err
		}
	}
	results := scorer.Results()
	r.Results, r.Items = &results, len(items)
	for _, x := range items {
		if x.kind != SameLabels {
			r.Doubted++
		}
	}
	slices.SortStableFunc(items, func(x, y item) int {
		return cmp.Or(cmp.Compare(x.score, y.score), cmp.Compare(x.sentence, y.sentence), cmp.Compare(x.start, y.start))
	})
	if a.Top > 0 {
		items = items[:min(len(items), a.Top)]
	}
	spell := annotation.Speller{Spelling: b.data.Profile.Spelling}
	for k := range items {
		r.Suspects = append(r.Suspects, items[k].suspect(k+1, b, &spell))
	}
	return r, nil
}

// splits divides the sentences into folds.
func (a *Audit) splits(all []*learning.Kept) ([]Split, error) {
	seed := seedOf(&a.Base)
	if !a.ByDocument {
		return KFold(len(all), a.Folds, seed)
	}
	units, err := documents(all)
	if err != nil {
		return nil, err
	}
	splits, err := KFold(len(units), a.Folds, seed)
	if err != nil {
		return nil, fmt.Errorf("by document: %w", err)
	}
	expand := func(list []int) (sentences []int) {
		for _, u := range list {
			for i := units[u][0]; i < units[u][1]; i++ {
				sentences = append(sentences, i)
			}
		}
		return sentences
	}
	for k, s := range splits {
		splits[k] = Split{Train: expand(s.Train), Test: expand(s.Test)}
	}
	return splits, nil
}

// documents returns the ranges of the documents. Without marks, two blank lines separate documents.
// Each file starts a document.
func documents(all []*learning.Kept) ([][2]int, error) {
	marks := [2][]bool{make([]bool, len(all)), make([]bool, len(all))}
	for i, s := range all {
		marks[0][i], marks[1][i] = s.Rows.StartsDocument()
		if i > 0 && s.Document() != all[i-1].Document() {
			marks[0][i] = true
		}
		if i == 0 || s.File != all[i-1].File {
			marks[1][i] = false // the blank lines, if any, start a file
		}
	}
	starts := marks[0]
	if !slices.Contains(starts, true) {
		starts = marks[1]
	}
	var units [][2]int
	for i, s := range all {
		if i == 0 || starts[i] || s.File != all[i-1].File {
			units = append(units, [2]int{i, i})
		}
		units[len(units)-1][1] = i + 1
	}
	if len(units) == 1 {
		return nil, errors.New("by document: no document boundaries: want # newdoc comments, -DOCSTART- lines or two blank lines in a row")
	}
	return units, nil
}

// fold trains on the training part of a split and scores the items of the other part.
func (a *Audit) fold(ctx context.Context, b *bench, s Split) ([]item, *metrics.Evaluator, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	set, err := b.data.Compile(b.all, s.Train)
	if err != nil {
		return nil, nil, err
	}
	m, _, err := b.train(ctx, &attempt{config: a.Base}, &fold{set: set})
	if err != nil {
		return nil, nil, err
	}
	parts := make([]auditor, min(workers.ForTagging(a.Base.Threads), len(s.Test)))
	failed := make([]error, len(parts))
	var wait sync.WaitGroup
	for k := range parts {
		wait.Go(func() {
			x := &parts[k]
			if failed[k] = x.open(m, b.scheme, a.Score); failed[k] != nil {
				return
			}
			for _, i := range s.Test[len(s.Test)*k/len(parts) : len(s.Test)*(k+1)/len(parts)] {
				if failed[k] = x.add(i, b.all[i]); failed[k] != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	for k := range parts {
		if failed[k] != nil {
			return nil, nil, failed[k]
		}
		if k > 0 {
			parts[0].items = append(parts[0].items, parts[k].items...)
			if err := parts[0].scores.Merge(&parts[k].scores); err != nil {
				return nil, nil, err
			}
		}
	}
	return parts[0].items, &parts[0].scores, nil
}
