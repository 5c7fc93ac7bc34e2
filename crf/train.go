package crf

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/trellis-nlp/trellis/internal/chain"
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/internal/workers"
	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// Options are the settings of [Train]. The zero value trains a conditional random field:
// cross-entropy and L-BFGS, without a penalty.
type Options struct {
	Loss     losses.Loss // nil means losses.CrossEntropy{}
	Schedule *Schedule   // replaces Loss, unless nil

	// Set at most one of Batch and Stochastic. The default is optimize.LBFGS{}.
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod

	Penalty  optimize.Penalty // added to the sum of the losses
	AllPairs bool             // use all attribute-label pairs and all transitions, not only those in the data
	MinCount int              // rarer attributes have no features

	// Keep, unless nil, reports whether an attribute has features.
	Keep func(attribute string) bool

	// TagDictionary, unless 0, gives the model a tag dictionary (Ratnaparkhi 1996). A word that
	// occurs at least TagDictionary times may only have the labels that it has in the training
	// data. Tagging uses the dictionary, see [Decoder]. Training uses it only to score Dev.
	TagDictionary int

	// Threads is the number of threads. 0 means one per core. The limits are one per sentence, and
	// 256 or four per core, whichever is larger. The last digits of results depend on it.
	Threads int
	Init    *Model // start weights, matched by attribute and label names

	// Restarts is the number of additional runs, for non-convex losses. Each run starts from the
	// start weights of the first run plus noise that depends on Seed. The run with the best score
	// on Dev becomes the model, or without Dev the run with the lowest objective.
	Restarts int
	Seed     uint64

	// Dev scores the weights after each iteration or epoch. The best weights become the model. If
	// Patience > 0, the run ends after Patience scores without improvement, but not before the last
	// step of the schedule.
	Dev      *Dataset
	Patience int

	// Checkpoints, unless nil, writes checkpoints during training. Resume, unless nil, continues
	// from a checkpoint. The resulting model is bit-identical to that of uninterrupted training.
	//
	// Data and settings must be the same as in the interrupted training, or Train fails with
	// [optimize.ErrCheckpoint]. Patience and the settings that [optimize.Resume] exempts may
	// differ. Init is ignored.
	Checkpoints *Checkpoints
	Resume      io.Reader

	// Begin, unless nil, is called before the first step with the number of features and an upper
	// estimate of the memory of data and training in bytes.
	Begin func(features int, bytes int64)

	// Progress, unless nil, is called after each iteration or epoch.
	Progress func(model.Progress)
	// Warn, unless nil, is called with warnings: before training, or after it if the model is
	// empty.
	Warn func(string)
}

// largeModel is the number of features from which the vectors of the optimizer take tens of
// megabytes, and a collection takes little time compared with training.
const largeModel = 1 << 17

// Train returns the model that minimises the total loss of the sentences of d plus the penalty.
//
// When ctx ends, training stops at the next step. Train then returns the best model so far with an
// error that wraps the context error, or no model if no iteration or epoch is complete. Training
// ends in the same way if a checkpoint cannot be written. Other errors, such as model.ErrPair, come
// without a model.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, model.Summary, error) {
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	o.Batch, o.Threads = training.Batch(o.Batch, o.Stochastic), workers.ForTraining(o.Threads, d.Len())
	switch {
	case d.Len() == 0:
		return nil, model.Summary{}, fmt.Errorf("%w: no sentence to train on", model.ErrInput)
	case d.heldOut:
		return nil, model.Summary{}, fmt.Errorf("%w: cannot train on held-out data, which are for scoring", model.ErrInput)
	}
	if err := chain.Check(len(d.Labels())); err != nil {
		return nil, model.Summary{}, err
	}
	t := &trainer{data: d, o: o, losses: []losses.Loss{o.Loss}, watch: training.Watch{Patience: o.Patience, Progress: o.Progress}}
	if o.Schedule != nil {
		list, err := o.Schedule.list()
		if err != nil {
			return nil, model.Summary{}, err
		}
		t.losses = list
	}
	if err := t.check(); err != nil {
		return nil, model.Summary{}, err
	}
	if o.TagDictionary > 0 {
		w, err := d.wordLabels(o.TagDictionary)
		if err != nil {
			return nil, model.Summary{}, err
		}
		t.dictionary = &w
	}
	t.x = d.featuresOf(o.AllPairs, o.MinCount, o.Keep)
	t.w = make([]float64, t.x.dim())
	if o.Init != nil && o.Resume == nil {
		if err := o.Init.Guard(func() error { t.warmStart(o.Init); return o.Init.Check() }); err != nil {
			return nil, model.Summary{}, err
		}
	}
	t.warn()
	if o.Begin != nil {
		o.Begin(t.x.dim(), d.memory(t.x, o))
	}
	if o.Dev != nil {
		t.dev = newObjective(o.Dev, t.x, o.Loss, o.Threads)
		t.dev.dictionary = t.dictionary
		t.watch.Score = t.dev.evaluate
	}
	if o.Resume != nil {
		if err := t.resume(o.Resume); err != nil {
			return nil, t.summary, err
		}
	}
	within, release := t.keep(ctx)
	defer release()
	usable, err := t.ended(ctx, t.runs(within))
	t.summary.Features = t.x.dim()
	if !usable {
		return nil, t.summary, err
	}
	if t.x.dim() >= largeModel {
		runtime.GC() // of the optimizer's memory, so that the model does not add to the peak
	}
	m, making := newModel(d, t.x, t.w)
	if making == nil && t.dictionary != nil {
		m.tagDict, making = d.tagDictionary(t.dictionary)
	}
	if making != nil {
		return nil, t.summary, making
	}
	if m.Features() == 0 && o.Warn != nil {
		o.Warn(model.Empty)
	}
	return m, t.summary, err
}

// trainer is the state of Train.
type trainer struct {
	data   *Dataset
	o      Options
	losses []losses.Loss // one per step of the schedule
	x      *index
	dev    *objective
	keeper *keeper // nil without checkpoints

	dictionary *wordLabels // nil without a tag dictionary
	from       io.Reader   // optimizer part of the checkpoint from which the next run continues, or nil
	prints     []print

	// State of the current run.
	w       []float64
	epoch   int  // last epoch of a stochastic method
	settled bool // the schedule is at its last step
	watch   training.Watch
	summary model.Summary

	// State of the current stage, for a batch method with a schedule.
	stage   int             // number of the current stage
	before  optimize.Result // totals of the previous stages
	seconds float64         // time of the previous stages

	// State of restarts.
	start, won []float64 // start weights of the first run; weights of the best run
	wonSummary model.Summary
}

// report scores the development data and keeps the best weights.
func (t *trainer) report(step *optimize.Step) error {
	if err := t.watch.Report(model.Progress{Step: step, Run: t.summary.Run}, &t.summary, t.settled); err != nil {
		return err // the last checkpoint is of an earlier step, so a resumed run also ends here
	}
	t.save(step)
	return nil
}

// evaluate decodes the data set with weights w and scores the result. Like tagging, it applies the
// label grammar and the tag dictionary.
func (o *objective) evaluate(w []float64) (metrics.Results, error) {
	names := o.data.labels.Names()
	grammar := chain.Grammar(names, o.data.Scheme())
	shared := o.x.shared(w, grammar)
	return o.pool.Score(o.data.Scheme(), func(wk *worker, s int, gold, predicted []string) ([]string, []string, error) {
		lo, hi := o.data.sentence[s], o.data.sentence[s+1]
		o.x.score(&wk.scores, &o.data.tokens, lo, hi, w, 1)
		wk.gold = slices.Grow(wk.gold[:0], hi-lo)[:hi-lo]
		if grammar != nil && shared == nil {
			grammar.Fill(&wk.grad, hi-lo)
			if err := structured.AddScaled(&wk.scores, &wk.scores, &wk.grad, 1); err != nil {
				return nil, nil, err
			}
		}
		if o.dictionary != nil {
			wk.pruning.Begin(hi - lo)
			for t := lo; t < hi; t++ {
				wk.pruning.Give(t-lo, o.dictionary.of(o.data.word[t]))
			}
			wk.pruning.Keep(grammar)
			wk.pruning.Apply(&wk.scores)
		}
		scores := wk.scores
		if shared != nil {
			scores = shared.Within(&wk.scores)
		}
		if _, err := wk.loss.Viterbi.Decode(wk.gold, &scores); err != nil {
			return nil, nil, err
		}
		for i, j := range wk.gold {
			gold = append(gold, o.data.name(o.data.gold[lo+i]))
			predicted = append(predicted, names[j])
		}
		return gold, predicted, nil
	})
}

// shared returns the edges of all sentences with weights w, including the constraints g if there
// are any. It returns nil if the edges are not sparse.
func (x *index) shared(w []float64, g *structured.Grammar) *chain.Sentences {
	if x.pairs == nil {
		return nil
	}
	edge := make([]float64, x.labels*x.labels)
	for q, pair := range x.trans {
		edge[pair] = w[x.transAt()+q]
	}
	return chain.NewSentences(x.labels, edge, g)
}

// warmStart copies the weights of features that m also has.
func (t *trainer) warmStart(m *Model) {
	l, d := t.x.labels, t.data
	number := make([]int, l) // label numbers in m; -1 if m does not have the label
	for j, name := range d.labels.Names() {
		number[j] = -1
		if k, ok := m.labels.Index(name); ok {
			number[j] = k
		}
	}
	pair := func(p int32) int { // number of the pair in m
		i, j := number[int(p)/l], number[int(p)%l]
		if i < 0 || j < 0 {
			return -1
		}
		return i*m.labels.Len() + j
	}
	weights := make(map[int]float64)
	for a, name := range d.attrs.names() {
		m.attrs.weights(weights, m.key(name))
		for q := t.x.start[a]; q < t.x.start[a+1]; q++ {
			t.w[q] = weights[number[t.x.label[q]]]
		}
	}
	clear(weights)
	for q, p := range m.trans {
		weights[int(p)] = m.transW.at(uint32(q))
	}
	for q, p := range t.x.trans {
		t.w[t.x.transAt()+q] = weights[pair(p)]
	}
	for b, name := range d.bigrams.names() {
		m.bigrams.weights(weights, m.key(name))
		for q := t.x.bstart[b]; q < t.x.bstart[b+1]; q++ {
			t.w[t.x.bigramsAt()+q] = weights[pair(t.x.bpair[q])]
		}
	}
}
