package crf

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/losses"
	"github.com/trellis-nlp/trellis/structured"
)

// norms holds what a [losses.AngularLoss] needs from the linear model: norm[t] = |w_j| |x_t|, where
// j is the gold label at t. w_j is the vector of the weights of all attributes with label j, and
// x_t the vector of the attribute values of token t. Transitions do not enter the angle between the
// two.
type norms struct {
	token []float64 // |x_t|
	label []float64 // |w_j| of the current weights
}

// angularOf returns the loss if it needs norms.
func angularOf(l losses.Loss) (losses.AngularLoss, bool) {
	n, ok := l.(losses.AngularLoss)
	if d, known := l.(losses.HasTraits); known && !d.Traits().Angular {
		return nil, false
	}
	return n, ok
}

// measure computes the norms of the weights w and resets the derivatives with respect to the norms.
// It does nothing if the loss needs no norms.
func (o *objective) measure(w []float64) {
	if _, ok := angularOf(o.loss); !ok {
		o.norms = nil
		return
	}
	if o.norms == nil {
		o.norms = &norms{token: o.tokenNorms(), label: make([]float64, o.x.labels)}
	}
	for k := range o.pool.Len() {
		clear(o.pool.Scratch(k).pull)
	}
	clear(o.norms.label)
	for q, j := range o.x.label {
		o.norms.label[j] += w[q] * w[q]
	}
	for j, square := range o.norms.label {
		o.norms.label[j] = math.Sqrt(square)
	}
}

// tokenNorms returns |x_t| for all tokens. A repeated attribute of a token counts once, with the
// sum of its values. Attributes without features do not count.
func (o *objective) tokenNorms() []float64 {
	d := o.data
	list := make([]float64, d.Tokens())
	value := make(map[int32]float64)
	var seen []int32 // keys of value, so that the order of summation is fixed
	for t := range list {
		clear(value)
		seen = seen[:0]
		for p := d.first[t]; p < d.first[t+1]; p++ {
			a := d.attr[p]
			if o.x.start[a] == o.x.start[a+1] {
				continue
			}
			if _, ok := value[a]; !ok {
				seen = append(seen, a)
			}
			v := 1.0
			if len(d.value) > 0 {
				v = d.value[p]
			}
			value[a] += v
		}
		square := 0.0
		for _, a := range seen {
			square += value[a] * value[a]
		}
		list[t] = math.Sqrt(square)
	}
	return list
}

// evalAngular is eval for a loss that needs norms. It adds the derivatives with respect to |w_j| to
// wk.pull.
func (o *objective) evalAngular(loss losses.AngularLoss, wk *worker, s int) (float64, error) {
	n, at := len(wk.gold), o.data.sentence[s]
	wk.norm, wk.gradNorm = slices.Grow(wk.norm[:0], n)[:n], slices.Grow(wk.gradNorm[:0], n)[:n]
	for t, j := range wk.gold {
		wk.norm[t] = o.norms.label[j] * o.norms.token[at+t]
	}
	v, err := loss.EvalWithNorms(&wk.grad, wk.gradNorm, &wk.scores, wk.norm, structured.PathTarget(wk.gold), &wk.loss)
	if err != nil {
		return 0, err
	}
	if wk.pull == nil {
		wk.pull = make([]float64, o.x.labels)
	}
	for t, j := range wk.gold {
		wk.pull[j] += o.data.weight[s] * wk.gradNorm[t] * o.norms.token[at+t]
	}
	return v, nil
}

// pullNorms adds the gradient through the norms to grad: dL/d|w_j| w_j/|w_j|.
func (o *objective) pullNorms(grad, w []float64) {
	if o.norms == nil {
		return
	}
	by := make([]float64, o.x.labels)
	for k := range o.pool.Len() {
		for j, v := range o.pool.Scratch(k).pull {
			by[j] += v
		}
	}
	for j, norm := range o.norms.label {
		if norm > 0 {
			by[j] /= norm
		} else {
			by[j] = 0 // non-differentiable point; the loss is the one without norms
		}
	}
	for q, j := range o.x.label {
		grad[q] += by[j] * w[q]
	}
}
