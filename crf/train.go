package crf

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/optimize"
)

// ErrPair says that an optimizer cannot minimise a loss.
var ErrPair = errors.New("unsuitable optimizer")

// Options are the settings of [Train]. The zero value is the conditional random field of cross-entropy
// and L-BFGS, without a penalty.
type Options struct {
	Loss losses.Loss // nil means losses.CrossEntropy{}

	// At most one of the two is set; without either it is optimize.LBFGS{}.
	Batch      optimize.BatchMethod
	Stochastic optimize.StochasticMethod

	Penalty  optimize.Penalty // added to the sum of the losses
	AllPairs bool             // features for every attribute and label, and every transition, not those seen only
	MinCount int              // attributes that occur less often have no features
	Threads  int              // 0 means runtime.GOMAXPROCS(0); results depend on it in the last digits
	Init     *Model           // weights to start from, by the names of attributes and labels

	// Dev scores the weights after each iteration or epoch; the best ones become the model. With
	// Patience > 0, so many without a better score end the training.
	Dev      *Dataset
	Patience int

	Begin    func(Size)     // told before the first step, unless nil
	Progress func(Progress) // told after each iteration or epoch, unless nil
	Warn     func(string)   // told what the user should know before training starts, unless nil
}

// Progress is what training tells after an iteration or epoch.
type Progress struct {
	*optimize.Step
	Dev  *metrics.Results // nil without development data
	Best bool             // the best score on the development data so far
}

// Summary says how training went.
type Summary struct {
	optimize.Result
	Features int              // before those of weight zero are dropped
	Dev      *metrics.Results // of the model that is returned
	BestStep int              // the iteration or epoch of that model, 0 for the start
}

// Train returns the model that minimises the sum of the losses of the sentences of d plus the
// penalty. When ctx ends, training stops at the next step and Train returns the best model so far
// together with an error that wraps the context's; any other error comes without a model, among
// them ErrPair.
func Train(ctx context.Context, d *Dataset, o Options) (*Model, Summary, error) {
	if o.Loss == nil {
		o.Loss = losses.CrossEntropy{}
	}
	if o.Batch == nil && o.Stochastic == nil {
		o.Batch = optimize.LBFGS{}
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if d.Len() == 0 {
		return nil, Summary{}, fmt.Errorf("%w: no sentence to train on", ErrInput)
	}
	if err := checkPair(o); err != nil {
		return nil, Summary{}, err
	}
	t := &training{data: d, o: o, x: d.features(o.AllPairs, o.MinCount)}
	t.w = make([]float64, t.x.dim())
	if o.Init != nil {
		t.warmStart(o.Init)
	}
	t.summary.Features = t.x.dim()
	t.warn()
	if o.Begin != nil {
		o.Begin(d.size(t.x, o))
	}
	if o.Dev != nil {
		t.dev = newObjective(o.Dev, t.x, o.Loss, o.Threads)
	}
	goal := newObjective(d, t.x, o.Loss, o.Threads)
	var err error
	if o.Batch != nil {
		t.summary.Result, err = o.Batch.Minimize(ctx, goal, t.w, o.Penalty, t.report)
	} else {
		t.summary.Result, err = o.Stochastic.Minimize(ctx, goal, t.w, o.Penalty, t.report)
	}
	if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
		return nil, t.summary, err
	}
	if t.best != nil {
		t.w = t.best
	} else {
		t.summary.BestStep = t.summary.Epochs
	}
	m, making := newModel(d, t.x, t.w)
	if making != nil {
		return nil, t.summary, making
	}
	return m, t.summary, err
}

// training is the state of a run of Train.
type training struct {
	data    *Dataset
	o       Options
	x       *index
	w       []float64
	dev     *objective
	best    []float64 // the weights of the best score on the development data
	waited  int       // reports since
	summary Summary
}

// report scores the development data and keeps the best weights.
func (t *training) report(step *optimize.Step) error {
	p := Progress{Step: step}
	stop := false
	if t.dev != nil {
		r, err := t.dev.evaluate(step.Weights())
		if err != nil {
			return err
		}
		p.Dev = &r
		p.Best = t.summary.Dev == nil || r.F1 > t.summary.Dev.F1
		if p.Best {
			t.best = append(t.best[:0], step.Weights()...)
			t.summary.Dev, t.summary.BestStep, t.waited = &r, step.Epoch, 0
		} else {
			t.waited++
			stop = t.o.Patience > 0 && t.waited >= t.o.Patience
		}
	}
	if t.o.Progress != nil {
		t.o.Progress(p)
	}
	if stop {
		return optimize.ErrStop
	}
	return nil
}

// evaluate decodes the data set under weights w and scores the labels.
func (o *objective) evaluate(w []float64) (metrics.Results, error) {
	names := o.data.labels.Names()
	scores := make([]metrics.Evaluator, len(o.workers))
	o.each(func(k int, wk *worker) {
		scores[k].Scheme = o.data.Scheme()
		var gold, predicted []string
		for s := o.chunk[k]; s < o.chunk[k+1]; s++ {
			lo, hi := o.data.sentence[s], o.data.sentence[s+1]
			o.x.score(&wk.scores, &o.data.tokens, lo, hi, w, 1)
			wk.gold = slices.Grow(wk.gold[:0], hi-lo)[:hi-lo]
			if _, wk.err = wk.loss.Viterbi.Decode(wk.gold, &wk.scores); wk.err != nil {
				return
			}
			gold, predicted = gold[:0], predicted[:0]
			for i, j := range wk.gold {
				gold = append(gold, names[o.data.gold[lo+i]])
				predicted = append(predicted, names[j])
			}
			if wk.err = scores[k].Add(gold, predicted, nil); wk.err != nil {
				return
			}
		}
	})
	if _, err := o.merge(); err != nil {
		return metrics.Results{}, err
	}
	for k := range scores[1:] {
		if err := scores[0].Merge(&scores[k+1]); err != nil {
			return metrics.Results{}, err
		}
	}
	return scores[0].Results(), nil
}

// warmStart sets the weights of the features that m has too.
func (t *training) warmStart(m *Model) {
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

// warn tells what the settings and the data make likely to surprise.
func (t *training) warn() {
	if t.o.Warn == nil {
		return
	}
	if traits, ok := traitsOf(t.o.Loss); ok && traits.Smooth && traits.Convex && t.o.Penalty == (optimize.Penalty{}) {
		t.o.Warn("no penalty: where the data can be told apart without error, this loss has no finite minimum and " +
			"weights grow until the iterations end or the loss falls below its floor; an L2 penalty gives it one")
	}
	if n := t.data.IllFormed(); n > 0 {
		t.o.Warn(fmt.Sprintf("%d labels break the %s scheme of the others; spans are read as conlleval does", n, t.data.Scheme()))
	}
}

func traitsOf(l losses.Loss) (losses.Traits, bool) {
	d, ok := l.(losses.Described)
	if !ok {
		return losses.Traits{}, false
	}
	return d.Traits(), true
}

// checkPair refuses the optimizers whose theory does not cover the loss. A loss that does not tell
// its traits may go with any.
func checkPair(o Options) error {
	if o.Batch != nil && o.Stochastic != nil {
		return fmt.Errorf("%w: both a batch and a stochastic one are set", ErrPair)
	}
	traits, ok := traitsOf(o.Loss)
	if !ok {
		return nil
	}
	if o.Batch != nil && !traits.Smooth {
		return fmt.Errorf("%w: L-BFGS and OWL-QN measure curvature, and this loss has kinks: take a stochastic optimizer", ErrPair)
	}
	switch m := o.Stochastic.(type) {
	case optimize.AveragedPerceptron:
		if !marginLoss(o.Loss, true) {
			return fmt.Errorf("%w: the averaged perceptron steps by the difference of two paths: its losses are perceptron and hinge", ErrPair)
		}
	case optimize.PassiveAggressive:
		if !marginLoss(o.Loss, m.Margin > 0) {
			return fmt.Errorf("%w: passive-aggressive steps are as long as the margin that is missing: the loss is hinge, or perceptron with a margin", ErrPair)
		}
	case optimize.AROW:
		if !marginLoss(o.Loss, false) {
			return fmt.Errorf("%w: AROW's steps are as long as the margin that is missing: the loss is hinge", ErrPair)
		}
	case optimize.SAGA:
		if !traits.Smooth || !traits.Convex {
			return fmt.Errorf("%w: SAGA needs a loss that is smooth and convex: cross-entropy or softmax-margin", ErrPair)
		}
	case optimize.BCFW:
		if !traits.Convex {
			return fmt.Errorf("%w: Frank-Wolfe's planes lie below convex losses only", ErrPair)
		}
	}
	return nil
}

// marginLoss tells the losses whose gradient is the difference of two paths.
func marginLoss(l losses.Loss, perceptron bool) bool {
	switch l.(type) {
	case losses.Hinge:
		return true
	case losses.Perceptron:
		return perceptron
	}
	return false
}
