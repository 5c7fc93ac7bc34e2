package prunedcrf

import (
	"errors"
	"fmt"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// A watcher follows a training, and keeps the weights that are best on the development data.
type watcher struct {
	o       Options
	goal    *objective
	dev     *heldOut // nil without development data
	best    kept
	last    plan // of the epoch that ended last
	waited  int  // reports since the best one
	summary *model.Summary
}

// kept is what a model is made of.
type kept struct {
	w    []float64
	plan plan
}

func newWatcher(d *Dataset, o Options, goal *objective, summary *model.Summary) *watcher {
	x := &watcher{o: o, goal: goal, last: goal.plan, summary: summary}
	if o.Dev != nil {
		x.dev = newHeldOut(o.Dev, d, goal)
	}
	return x
}

// report is told of each epoch.
func (x *watcher) report(step *optimize.Step) error {
	p := model.Progress{Step: step, Order: x.goal.plan.order, Kept: x.goal.endEpoch()}
	x.last = x.goal.plan
	stop := false
	if x.dev == nil {
		x.summary.BestStep, x.summary.Kept = step.Number, p.Kept
	} else {
		if step.Weights == nil {
			return fmt.Errorf("%w: the optimizer reports no weights", optimize.ErrOption)
		}
		r, err := x.dev.evaluate(step.Weights())
		if err != nil {
			return err
		}
		p.Dev = &r
		p.Best = x.summary.Dev == nil || r.F1 > x.summary.Dev.F1
		if p.Best {
			x.best = kept{append(x.best.w[:0], step.Weights()...), x.last}
			x.summary.Dev, x.summary.BestStep, x.summary.Kept, x.waited = &r, step.Number, p.Kept, 0
		} else {
			x.waited++
			stop = x.o.Patience > 0 && x.waited >= x.o.Patience
		}
	}
	x.goal.plan.order = min(x.goal.plan.order+1, x.goal.top)
	if x.o.Progress != nil {
		if err := x.o.Progress(p); err != nil {
			return err
		}
	}
	if stop {
		return optimize.ErrStop
	}
	return nil
}

// heldOut is sentences compiled for a model that is trained on others.
type heldOut struct {
	goal    *objective
	list    []example
	trained []string // labels that the model has
	own     []string // those of the sentences
	scheme  structured.Scheme
	grammar *structured.Grammar
	outside int
}

// newHeldOut compiles dev in the numbers of d.
func newHeldOut(dev, d *Dataset, goal *objective) *heldOut {
	h := &heldOut{goal: goal, trained: d.Labels(), own: dev.Labels(), scheme: d.Scheme()}
	h.grammar, h.outside = grammar(h.trained, h.scheme)
	ids := make([]int32, dev.attrs.Len()) // in d, -1 where it lacks one
	for a, name := range dev.attrs.List() {
		ids[a] = d.attrs.Find([]byte(name))
	}
	for k := range dev.list {
		e := &dev.list[k]
		var s sentence
		s.reset(e.value != nil)
		for t := range e.gold {
			values := e.values(t)
			for n, a := range e.token(t) {
				if ids[a] < 0 {
					continue
				}
				v := 1.0
				if values != nil {
					v = values[n]
				}
				s.add(ids[a], v)
			}
			s.end()
		}
		h.list = append(h.list, example{s, e.gold, e.weight})
	}
	return h
}

// evaluate finds the best labels under weights w, and scores them.
func (h *heldOut) evaluate(w []float64) (metrics.Results, error) {
	n := len(h.goal.workers)
	scores := make([]metrics.Evaluator, n)
	h.goal.each(n, func(k int, wk *worker) {
		scores[k].Scheme = h.scheme
		var gold, predicted []string
		for at := len(h.list) * k / n; at < len(h.list)*(k+1)/n; at++ {
			e := &h.list[at]
			wk.search.score(h.goal.x, &e.sentence, w, 1)
			s, err := wk.search.within(h.goal.x, e.tokens(), w, h.goal.plan, h.grammar, h.outside)
			if err == nil {
				wk.path = append(wk.path[:0], e.gold...)
				_, err = wk.search.w.Decode(wk.path, s)
			}
			if wk.err = err; err != nil {
				return
			}
			gold, predicted = gold[:0], predicted[:0]
			for t, j := range wk.path {
				gold, predicted = append(gold, h.own[e.gold[t]]), append(predicted, h.trained[j])
			}
			if wk.err = scores[k].Add(gold, predicted, nil); wk.err != nil {
				return
			}
		}
	})
	var all metrics.Evaluator
	all.Scheme = h.scheme
	var failed []error
	for k := range scores {
		failed = append(failed, h.goal.workers[k].err, all.Merge(&scores[k]))
	}
	return all.Results(), errors.Join(failed...)
}
