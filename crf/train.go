package crf

import (
	"context"
	"fmt"
	"io"
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

// Options are the settings of [Train]. The zero value is the conditional random field of cross-entropy
// and L-BFGS, without a penalty.
type Options struct {
	Loss     losses.Loss // nil means losses.CrossEntropy{}
	Schedule *Schedule   // takes the place of Loss, unless nil

	// At most one of the two is set; without either it is optimize.LBFGS{}.
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod

	Penalty  optimize.Penalty // added to the sum of the losses
	AllPairs bool             // features for every attribute and label, and every transition, not those seen only
	MinCount int              // attributes that occur less often have no features

	// TagDictionary, unless 0, gives the model a tag dictionary: words that occur at least so often get only labels
	// that they have in the training data. Tagging heeds it (see [Tagger]), training does not but for scoring Dev.
	TagDictionary int

	Threads int    // 0 means one a core; at most one a sentence, and at most 256 or four a core; results depend on it in the last digits
	Init    *Model // weights to start from, by the names of attributes and labels

	// Restarts is the number of further runs, for losses that are not convex: each starts from other weights,
	// those of the first run with noise that depends on Seed. The best on the development data becomes the
	// model, or without them that of the lowest objective.
	Restarts int
	Seed     uint64

	// Dev scores the weights after each iteration or epoch; the best ones become the model. With
	// Patience > 0, so many without a better score end the run, once the schedule is at its last step.
	Dev      *Dataset
	Patience int

	// Checkpoints are written in the course of training, unless nil. Resume, unless nil, goes on from one:
	// the model is then, bit for bit, that of the training without interruption. Data and settings must be
	// those of that training, or Train fails with [optimize.ErrCheckpoint]; but for Patience, what [optimize.Resume] lets
	// differ, and Init, which is not heeded.
	Checkpoints *Checkpoints
	Resume      io.Reader

	// Begin, unless nil, is called before the first step with the number of features and an estimate of the bytes of
	// memory that data and training take at most.
	Begin func(features int, bytes int64)

	Progress func(model.Progress) // called after each iteration or epoch, unless nil
	Warn     func(string)         // called with what the user should know before training starts, or of an empty model, unless nil
}

// Train returns the model that minimises the sum of the losses of the sentences of d plus the
// penalty. When ctx ends, training stops at the next step. Train then returns the best model so far together with an
// error that wraps the context's, or no model if no iteration or epoch has been completed. A checkpoint that cannot
// be written ends training in the same way. Any other error comes without a model, among them ErrPair.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, model.Summary, error) {
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	o.Batch, o.Threads = training.Batch(o.Batch, o.Stochastic), workers.ForTraining(o.Threads, d.Len())
	switch {
	case d.Len() == 0:
		return nil, model.Summary{}, fmt.Errorf("%w: no sentence to train on", model.ErrInput)
	case d.heldOut:
		return nil, model.Summary{}, fmt.Errorf("%w: held-out data are for scoring, not for training", model.ErrInput)
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
	t.x = d.features(o.AllPairs, o.MinCount)
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
	losses []losses.Loss // by step of the schedule
	x      *index
	dev    *objective
	keeper *keeper // nil without checkpoints

	dictionary *wordLabels // nil without a tag dictionary
	from       io.Reader   // the optimizer's part of a checkpoint that the next run goes on from, or nil
	prints     []print

	// Of the present run.
	w       []float64
	epoch   int  // of a stochastic method, the last one
	settled bool // the schedule is at its last step
	watch   training.Watch
	summary model.Summary

	// Of its stages, those of a schedule of a batch method.
	stage   int             // the present one
	before  optimize.Result // sums over those before
	seconds float64         // of those before

	// With restarts.
	start, won []float64 // the weights of the first start, and of the best run
	wonSummary model.Summary
}

// report scores the development data and keeps the best weights.
func (t *trainer) report(step *optimize.Step) error {
	if err := t.watch.Report(model.Progress{Step: step, Run: t.summary.Run}, &t.summary, t.settled); err != nil {
		return err // the checkpoint is of a step before, after which it ends here again
	}
	t.save(step)
	return nil
}

// evaluate decodes the data set under weights w, within the grammar of its labels and among those of the dictionary as
// tagging does, and scores them.
func (o *objective) evaluate(w []float64) (metrics.Results, error) {
	names := o.data.labels.Names()
	grammar := chain.Grammar(names, o.data.Scheme())
	return o.pool.Score(o.data.Scheme(), func(wk *worker, s int, gold, predicted []string) ([]string, []string, error) {
		lo, hi := o.data.sentence[s], o.data.sentence[s+1]
		o.x.score(&wk.scores, &o.data.tokens, lo, hi, w, 1)
		wk.gold = slices.Grow(wk.gold[:0], hi-lo)[:hi-lo]
		if grammar != nil {
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
		if _, err := wk.loss.Viterbi.Decode(wk.gold, &wk.scores); err != nil {
			return nil, nil, err
		}
		for i, j := range wk.gold {
			gold = append(gold, o.data.name(o.data.gold[lo+i]))
			predicted = append(predicted, names[j])
		}
		return gold, predicted, nil
	})
}

// warmStart sets the weights of the features that m has too.
func (t *trainer) warmStart(m *Model) {
	l, d := t.x.labels, t.data
	theirs := make([]int, l) // label numbers in m, -1 where it lacks one
	for j, name := range d.labels.Names() {
		theirs[j] = -1
		if k, ok := m.labels.Index(name); ok {
			theirs[j] = k
		}
	}
	pair := func(p int32) int { // the pair in m
		i, j := theirs[int(p)/l], theirs[int(p)%l]
		if i < 0 || j < 0 {
			return -1
		}
		return i*m.labels.Len() + j
	}
	weights := make(map[int]float64)
	for a, name := range d.attrs.names() {
		m.attrs.weights(weights, m.key(name))
		for q := t.x.start[a]; q < t.x.start[a+1]; q++ {
			t.w[q] = weights[theirs[t.x.label[q]]]
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
