package trellis

import (
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/trellis-nlp/trellis/corpus"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/text/standoff"
)

// SelectOptions are the options of [Model.Select].
type SelectOptions struct {
	N        int    // number of sentences or documents to choose
	Strategy string // one of SelectStrategies; "" means margin
	// PerToken takes the root of degree T of the probability of a labelling of T tokens, so that
	// long sentences have no advantage. See Settles & Craven 2008. The strategy token ignores it.
	PerToken bool
	// Diversity is the weight of the overlap with sentences already chosen, which is subtracted
	// from the score. 0 means none.
	Diversity float64
	// Duplicates is the overlap from which a sentence is a near-duplicate of one that is already
	// chosen or known. Near-duplicates are not chosen. 0 means 0.8.
	Duplicates float64
	Known      Source // sentences that are already labelled

	Format    corpus.Format
	Documents standoff.Options // how documents of annotation tools are read
	Form      string           // word column; "" means as in training
	Text      bool             // the pool is plain text
	Tokenizer string           // of plain text; "" means that of the model, else rules
	Threads   int              // number of goroutines; 0 means one per core

	Warn func(string) // receives warnings about files that look misread; may be nil
}

// Strategies of [Model.Select]. With P1 and P2 the probabilities of the best two labellings of a
// sentence, its score is
//
//   - least-confident: 1 - P1 (Culotta & McCallum 2005)
//   - margin: 1 - (P1 - P2) (Scheffer, Decomain & Wrobel 2001)
//   - token: 1 - p, where p is the lowest probability of a label of the best labelling
//
// The score of a document is the mean of its sentences.
const (
	LeastConfident = "least-confident"
	SmallestMargin = "margin"
	LowestToken    = "token"
)

// SelectStrategies lists the values of SelectOptions.Strategy.
func SelectStrategies() []string { return []string{SmallestMargin, LeastConfident, LowestToken} }

// usualDuplicates is the default of SelectOptions.Duplicates.
const usualDuplicates = 0.8

// Check returns an [*OptionError] for an option that is out of range.
func (o SelectOptions) Check() error {
	switch {
	case o.N < 1:
		return model.Refuse("n", "{n} %d: want a positive number", o.N)
	case o.Strategy != "" && !slices.Contains(SelectStrategies(), o.Strategy):
		return model.Refuse("strategy", "{strategy} %s: want one of %s", o.Strategy, strings.Join(SelectStrategies(), ", "))
	case !(o.Diversity >= 0 && o.Diversity <= 1):
		return model.Refuse("diversity", "{diversity} %v: want a number from 0 to 1", o.Diversity)
	case !(o.Duplicates >= 0 && o.Duplicates <= 1):
		return model.Refuse("duplicates", "{duplicates} %v: want a number from 0 to 1", o.Duplicates)
	case o.Threads < 0:
		return model.Refuse("threads", "{threads} %d: want a positive number, or 0 for all cores", o.Threads)
	case o.Tokenizer != "" && !o.Text:
		return model.Refuse("tokenizer", "{tokenizer}: only for plain text; set {text}")
	case o.Text && (o.Format != corpus.FormatAuto || o.Documents.Format != standoff.FormatAuto || o.Form != ""):
		return model.Refuse("text", "{text}: plain text has no {format} and no {form}")
	}
	return nil
}

// A Selection is what [Model.Select] has chosen.
type Selection struct {
	Chosen     []Chosen
	Pool       int // number of sentences or documents in the pool
	Duplicates int // near-duplicates that were found and left out
}

// A Chosen is a sentence or document of the pool.
type Chosen struct {
	Score float64 `json:"score"` // high if the model is unsure
	Text  string  `json:"text"`
	File  string  `json:"file"`
	Line  int     `json:"line,omitempty"` // 0 in plain text
	Index int     `json:"index"`          // in the pool, from 0

	unit *poolUnit
}

// Select chooses the sentences of a pool whose labels the model would learn most from (active
// learning), the most informative first. The labels of the pool, if there are any, do not matter.
// Plain text and columns give sentences, and documents of annotation tools stay whole.
//
// The overlap of two sentences is the number of different words in both, divided by the number of
// different words in either (Jaccard). Select is greedy: it takes the sentence with the highest
// score, less the overlap with the sentences taken before, and continues with the rest.
func (m *Model) Select(ctx context.Context, pool Source, o SelectOptions) (*Selection, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	units, err := m.readPool(ctx, pool, &o)
	if err != nil {
		return nil, err
	}
	known := newOverlap()
	if !o.Known.IsZero() {
		list, err := m.readPool(ctx, o.Known, &SelectOptions{Form: o.Form, Documents: standoff.Options{LabelNames: o.Documents.LabelNames}, Warn: o.Warn})
		if err != nil {
			return nil, err
		}
		for _, u := range list {
			known.add(known.set(u.words))
		}
	}
	if err := m.scorePool(ctx, units, &o); err != nil {
		return nil, err
	}
	return o.choose(units, known), nil
}

// scorePool sets the scores of all units.
func (m *Model) scorePool(ctx context.Context, units []*poolUnit, o *SelectOptions) error {
	options := model.TagOptions{Probabilities: true, NBest: 2}
	failed := make([]error, min(workers.ForTagging(o.Threads), max(len(units), 1)))
	var wait sync.WaitGroup
	for k := range failed {
		wait.Go(func() {
			t, err := m.labeller.NewTagger(options)
			for i := len(units) * k / len(failed); i < len(units)*(k+1)/len(failed) && err == nil; i++ {
				if err = ctx.Err(); err == nil {
					err = units[i].rate(t, o)
				}
			}
			failed[k] = err
		})
	}
	wait.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return model.Check(m.labeller)
}

// rate sets the score of a unit.
func (u *poolUnit) rate(t model.Tagger, o *SelectOptions) error {
	sum := 0.0
	for _, s := range u.sentences {
		list, err := t.Label(s, nil)
		if err != nil {
			return u.at(err)
		}
		sum += o.score(list)
	}
	u.score = sum / float64(max(len(u.sentences), 1))
	return nil
}

// score returns the score of a sentence with the given best labellings.
func (o *SelectOptions) score(best []model.Labelling) float64 {
	var p [2]float64
	for k := range min(len(best), 2) {
		p[k] = best[k].Probability
		if n := len(best[k].Labels); o.PerToken && n > 0 {
			p[k] = math.Pow(p[k], 1/float64(n))
		}
	}
	score := 1 - p[0]
	switch o.Strategy {
	case LeastConfident:
	case LowestToken:
		score = 0
		for _, x := range best[0].Probabilities {
			score = max(score, 1-x)
		}
	default: // docs/benchmarks/data-care.md has the measurements
		score += p[1]
	}
	return min(max(score, 0), 1)
}

// A candidate is a unit that may be chosen.
type candidate struct {
	*poolUnit
	set     []int32 // word numbers of the chosen
	overlap float64 // the greatest with the first seen of the chosen
	seen    int
	value   float64 // score less the weighted overlap
}

// candidates is a heap, the highest value first. Equal values are in the order of the pool.
type candidates []*candidate

func (c candidates) Len() int      { return len(c) }
func (c candidates) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c candidates) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(c[j].value, c[i].value), cmp.Compare(c[i].index, c[j].index)) < 0
}

// Push is not used.
func (c *candidates) Push(x any) { *c = append(*c, x.(*candidate)) }

// Pop implements [heap.Interface].
func (c *candidates) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	*c = (*c)[:last]
	return x
}

// choose takes the best units one after another. Values never rise, so that only the first
// candidate needs its current overlap (lazy greedy, Minoux 1978).
func (o *SelectOptions) choose(units []*poolUnit, known *overlap) *Selection {
	threshold := cmp.Or(o.Duplicates, usualDuplicates)
	r := &Selection{Pool: len(units)}
	var queue candidates
	for _, u := range units {
		queue = append(queue, &candidate{poolUnit: u, seen: -1, value: u.score})
	}
	heap.Init(&queue)
	chosen := newOverlap()
	for len(queue) > 0 && len(r.Chosen) < o.N {
		c := queue[0]
		if c.seen < 0 { // the first time that it comes to the front
			c.seen = 0
			c.set = chosen.set(c.words)
			c.overlap = known.greatest(known.set(c.words), 0)
			if c.overlap >= threshold {
				r.Duplicates++
				heap.Pop(&queue)
				continue
			}
			c.overlap = 0
		}
		if c.seen < chosen.len() {
			c.overlap = max(c.overlap, chosen.greatest(c.set, c.seen))
			c.seen = chosen.len()
			if c.overlap >= threshold {
				r.Duplicates++
				heap.Pop(&queue)
				continue
			}
			if c.value = c.score - o.Diversity*c.overlap; o.Diversity > 0 {
				heap.Fix(&queue, 0)
				continue
			}
		}
		heap.Pop(&queue)
		chosen.add(c.set)
		r.Chosen = append(r.Chosen, Chosen{Score: c.score, Text: c.text(), File: c.file, Line: c.line, Index: c.index, unit: c.poolUnit})
	}
	return r
}
