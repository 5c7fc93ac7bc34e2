package crf

import (
	"slices"

	"github.com/trellis-nlp/trellis/internal/simd"
)

// normEstimate estimates the squared norm of the gradient of a sentence from the gradient g of its
// lattice. The exact norm takes the sum of g over the tokens of each attribute.
//
// With a vector x_t of attributes for each token, the squared norm is the sum over tokens s and t
// of (x_s x_t) (g_s g_t). The estimate replaces the products x_s x_t by their means over the data.
// With the weights of a model, its usual error is 10 to 20%.
type normEstimate struct {
	own    float64 // mean of x_t x_t
	shared float64 // mean of x_s x_t, for different tokens of a sentence
	pairs  float64 // mean number of bigram attributes of a token
}

// normSentences is the number of sentences that the means are taken of.
const normSentences = 500

func newNormEstimate(d *Dataset) *normEstimate {
	value := func(p int) float64 {
		if len(d.value) == 0 {
			return 1
		}
		return d.value[p]
	}
	var own, all, bigrams, tokens, others float64
	sum := make(map[int32]float64) // of the values of each attribute in a sentence
	n := min(d.Len(), normSentences)
	for k := range n {
		s := k * d.Len() / n
		lo, hi := d.sentence[s], d.sentence[s+1]
		from, to := d.first[lo], d.first[hi]
		clear(sum)
		for p := from; p < to; p++ {
			sum[d.attr[p]] += value(p)
			own += value(p) * value(p)
		}
		for p := from; p < to; p++ {
			all += sum[d.attr[p]] * value(p)
		}
		bigrams += float64(len(d.pairs(lo, hi)))
		tokens += float64(hi - lo)
		others += float64((hi - lo) * (hi - lo - 1))
	}
	own, shared := own/tokens, (all-own)/max(others, 1)
	return &normEstimate{own: own, shared: max(0, min(shared, own)), pairs: bigrams / tokens}
}

// squared returns the estimate for the gradient of the worker.
func (e *normEstimate) squared(wk *worker) float64 {
	g := &wk.grad
	wk.labelSum = slices.Grow(wk.labelSum[:0], g.L)[:g.L]
	clear(wk.labelSum)
	for t := range g.T {
		simd.Axpy(wk.labelSum, 1, g.NodeAt(t))
	}
	nodes := (e.own-e.shared)*simd.Dot(g.Node, g.Node) + e.shared*simd.Dot(wk.labelSum, wk.labelSum)
	return nodes + (1+e.pairs)*simd.Dot(g.Edge, g.Edge) // edges of all positions are sums already
}
