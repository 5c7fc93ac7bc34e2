package prunedcrf

import (
	"github.com/trellis-nlp/trellis/internal/training"
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/structured"
)

// watcher follows training and raises the order after each epoch.
type watcher struct {
	training.Watch
	goal       *objective
	last, best plan // plan of the last epoch and of the best one
	summary    *model.Summary
}

func newWatcher(d *Dataset, o Options, goal *objective, summary *model.Summary) *watcher {
	x := &watcher{Watch: training.Watch{Patience: o.Patience, Progress: o.Progress}, goal: goal, last: goal.plan, summary: summary}
	if o.Dev != nil {
		x.Score = newHeldOut(o.Dev, d, goal, o.Threads).evaluate
	}
	return x
}

func (x *watcher) report(step *optimize.Step) error {
	p := model.Progress{Step: step, Order: x.goal.plan.order, Kept: x.goal.endEpoch()}
	x.last = x.goal.plan
	err := x.Report(p, x.summary, true)
	if x.summary.BestStep == step.Number {
		x.best = x.last
	}
	x.goal.plan.order = min(x.goal.plan.order+1, x.goal.top)
	return err
}

// heldOut holds development sentences compiled with the attribute numbers of the training data.
type heldOut struct {
	goal    *objective
	list    []example
	trained []string // labels of the model
	own     []string // labels of the held-out sentences
	scheme  structured.Scheme
	grammar *structured.Grammar
	outside int
	pool    *training.Pool[worker]
}

// newHeldOut compiles dev with the attribute numbers of d.
func newHeldOut(dev, d *Dataset, goal *objective, threads int) *heldOut {
	h := &heldOut{goal: goal, trained: d.Labels(), own: dev.Labels(), scheme: d.Scheme()}
	h.grammar, h.outside = grammar(h.trained, h.scheme)
	ids := dev.attrs.In(&d.attrs)
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
	h.pool = training.NewPool[worker](threads, len(h.list), func(k int) int { return h.list[k].tokens() })
	return h
}

// evaluate finds the best labels under weights w and scores them.
func (h *heldOut) evaluate(w []float64) (metrics.Results, error) {
	return h.pool.Score(h.scheme, func(wk *worker, at int, gold, predicted []string) ([]string, []string, error) {
		e := &h.list[at]
		wk.search.score(h.goal.x, &e.sentence, w, 1)
		s, err := wk.search.within(h.goal.x, e.tokens(), w, h.goal.plan, h.grammar, h.outside)
		if err != nil {
			return nil, nil, err
		}
		wk.path = append(wk.path[:0], e.gold...)
		if _, err = wk.search.w.Decode(wk.path, s); err != nil {
			return nil, nil, err
		}
		for t, j := range wk.path {
			gold, predicted = append(gold, h.own[e.gold[t]]), append(predicted, h.trained[j])
		}
		return gold, predicted, nil
	})
}
