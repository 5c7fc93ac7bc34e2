package semicrf

import (
	"fmt"

	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/model"
	"github.com/trellis-nlp/trellis/optimize"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
)

// A watcher follows a training, and keeps the weights that are best on the development data.
type watcher struct {
	o       Options
	dev     *heldOut // nil without development data
	best    []float64
	waited  int // reports since
	summary *model.Summary
}

// report is told of each iteration or epoch.
func (x *watcher) report(step *optimize.Step) error {
	p := model.Progress{Step: step}
	stop := false
	if x.dev != nil {
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
			x.best = append(x.best[:0], step.Weights()...)
			x.summary.Dev, x.summary.BestStep, x.waited = &r, step.Number, 0
		} else {
			x.waited++
			stop = x.o.Patience > 0 && x.waited >= x.o.Patience
		}
	}
	if x.o.Progress != nil {
		x.o.Progress(p)
	}
	if stop {
		return optimize.ErrStop
	}
	return nil
}

// heldOut is sentences compiled for a model that is trained on others.
type heldOut struct {
	objective
	data  *Dataset
	codec *spans.Codec
}

// heldOut compiles d in the numbers of m.
func (d *Dataset) heldOut(m *Model, o Options) *heldOut {
	h := &heldOut{objective: objective{x: m.x, longest: o.MaxLength, loss: o.Loss}, data: d, codec: m.codec}
	ids := make([]int32, d.attrs.Len()) // in m, -1 where it lacks one
	for a, name := range d.attrs.List() {
		ids[a] = m.attrs.Find([]byte(name))
	}
	var (
		text texts
		k    keys
	)
	for n := range d.Len() {
		lo, hi := d.sentence[n], d.sentence[n+1]
		s := sentence{first: []int{0}}
		for t := lo; t < hi; t++ {
			for _, a := range d.attr[d.first[t]:d.first[t+1]] {
				if ids[a] >= 0 {
					s.attr = append(s.attr, ids[a])
				}
			}
			s.first = append(s.first, len(s.attr))
		}
		d.textsOf(&text, n)
		s.seg, s.ends = m.lex.segments(nil, nil, hi-lo, &text, &k)
		h.sentences = append(h.sentences, s)
	}
	h.divide(o.Threads)
	return h
}

// evaluate finds the best segmentations under weights w and scores their labels.
func (h *heldOut) evaluate(w []float64) (metrics.Results, error) {
	d := h.data
	scores := make([]metrics.Evaluator, len(h.workers))
	h.each(len(h.workers), func(k int, wk *worker) {
		scores[k].Scheme = h.codec.Scheme()
		var gold, predicted []string
		for n := h.chunk[k]; n < h.chunk[k+1]; n++ {
			h.x.score(&wk.scratch, &h.sentences[n], h.longest, w, 1)
			if wk.best, _, wk.err = wk.loss.Segments.Decode(wk.best, &wk.scores); wk.err != nil {
				return
			}
			gold, predicted = gold[:0], h.codec.Labels(predicted[:0], wk.best)
			for _, name := range d.label[d.sentence[n]:d.sentence[n+1]] {
				gold = append(gold, d.labels.List()[name])
			}
			if wk.err = scores[k].Add(gold, predicted, nil); wk.err != nil {
				return
			}
		}
	})
	if _, err := h.merge(len(h.workers)); err != nil {
		return metrics.Results{}, err
	}
	for k := range scores[1:] {
		if err := scores[0].Merge(&scores[k+1]); err != nil {
			return metrics.Results{}, err
		}
	}
	return scores[0].Results(), nil
}
