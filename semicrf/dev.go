package semicrf

import (
	"github.com/trellis-nlp/trellis/metrics"
	"github.com/trellis-nlp/trellis/semimarkov/spans"
)

// heldOut holds development sentences compiled with the attribute numbers of the trained model.
type heldOut struct {
	objective
	data  *Dataset
	codec *spans.Codec
}

// heldOut compiles d with the attribute numbers of m.
func (d *Dataset) heldOut(m *Model, o Options) *heldOut {
	h := &heldOut{objective: objective{x: m.x, longest: o.MaxLength, loss: o.Loss}, data: d, codec: m.codec}
	ids := d.attrs.In(&m.attrs)
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
	return h.pool.Score(h.codec.Scheme(), func(wk *worker, n int, gold, predicted []string) (g, y []string, err error) {
		h.x.score(&wk.scratch, &h.sentences[n], h.longest, w, 1)
		if wk.best, _, err = wk.loss.Segments.Decode(wk.best, &wk.scores); err != nil {
			return nil, nil, err
		}
		for _, name := range d.label[d.sentence[n]:d.sentence[n+1]] {
			gold = append(gold, d.labels.List()[name])
		}
		return gold, h.codec.Labels(predicted, wk.best), nil
	})
}
