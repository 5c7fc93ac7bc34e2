package pruned

import (
	"errors"
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// errOverflow means that sums of scores exceed the range of float64.
var errOverflow = errors.New("sums of scores overflow")

// LogZ returns log Z of scores s.
func (w *Workspace) LogZ(s *Lattice) (float64, error) {
	if done, err := w.prepare(s); done {
		return 0, err
	}
	return w.forward()
}

// Marginals sets dst to the marginals under scores s and returns log Z. They are the probabilities
// of each label, pair and triple, in the shape of s.
func (w *Workspace) Marginals(dst, s *Lattice) (logZ float64, err error) {
	if s.kept == nil {
		*dst = Lattice{}
		return 0, nil
	}
	dst.Reset(s.kept, s.order)
	return w.AddMarginals(dst, s, 1)
}

// AddMarginals adds c times the marginals under scores s to dst, which must have the shape of s. It
// returns log Z. It is the gradient step of every loss with a log Z. On error, dst is unchanged.
func (w *Workspace) AddMarginals(dst, s *Lattice, c float64) (logZ float64, err error) {
	if err := sameShape(dst, s); err != nil {
		return 0, err
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	if logZ, err = w.forward(); err != nil {
		return 0, err
	}
	last := w.states(s.Len() - 1)
	simd.Exp(w.mu[:len(last)], last, logZ)
	w.backward(dst, c)
	return logZ, nil
}

// backward adds c times the probabilities of labels, pairs and triples to dst. mu must hold the
// probabilities of the last states, and share the conditional probabilities of each step.
func (w *Workspace) backward(dst *Lattice, c float64) {
	s := w.s
	for t := s.Len() - 1; t >= 0; t-- {
		p := s.step(t)
		node := dst.NodeAt(t)
		for k, v := range w.mu[:p.b*p.c] {
			node[k%p.c] += c * v
		}
		if s.order == 2 && t >= 1 {
			simd.Axpy(dst.EdgeAt(t), c, w.mu[:p.b*p.c])
		}
		if p.weight == nil {
			w.backPlain(p, w.shares(t))
		} else if s.order == 2 {
			w.backWeighted(dst.TripleAt(t), c, p, w.shares(t))
		} else {
			w.backWeighted(dst.EdgeAt(t), c, p, w.shares(t))
		}
		w.mu, w.prev = w.prev, w.mu
	}
}

// backWeighted handles a step with weights. It sets prev to the marginals of the states (a, b)
// before the step, and adds c times the marginals of each (a, b, c) to dst.
func (w *Workspace) backWeighted(dst []float64, c float64, p step, share []float64) {
	for ab := range p.a * p.b {
		mu := w.mu[ab%p.b*p.c:][:p.c]
		row, to := share[ab*p.c:(ab+1)*p.c], dst[ab*p.c:(ab+1)*p.c]
		sum := 0.0
		for k, v := range row {
			q := v * mu[k]
			to[k] += c * q
			sum += q
		}
		w.prev[ab] = sum
	}
}

// backPlain is backWeighted for a step without weights, where a does not depend on c.
func (w *Workspace) backPlain(p step, share []float64) {
	for b := range p.b {
		sum := 0.0
		for _, v := range w.mu[b*p.c : (b+1)*p.c] {
			sum += v
		}
		for ab := b; ab < p.a*p.b; ab += p.b {
			w.prev[ab] = sum * share[ab]
		}
	}
}

// forward fills alpha and share for the scores of the workspace, T > 0, and returns log Z.
func (w *Workspace) forward() (float64, error) {
	n := w.s.Len()
	for t := range n {
		p, u, out := w.s.step(t), w.enterAt(t), w.states(t)
		in, share := w.states(t-1), w.shares(t)
		if p.weight == nil {
			w.sumPlain(out, u, in, share, p)
		} else {
			w.sumWeighted(out, u, in, share, p)
		}
		if vec.FirstBad(out) >= 0 {
			return 0, errOverflow
		}
	}
	logZ := simd.LogSumExp(w.states(n - 1))
	if math.IsInf(logZ, -1) {
		return 0, structured.ErrNoPath
	}
	return logZ, nil
}

// sumWeighted sets out(b, c) to u(b, c) + log sum_a exp(in(a, b) + weight(a, b, c)). It sets share
// to p(a | b, c).
func (w *Workspace) sumWeighted(out, u, in, share []float64, p step) {
	most, sum := w.most[:p.b*p.c], w.sum[:p.b*p.c]
	w.max(most, in, p, nil)
	for k, v := range most {
		most[k] = max(v, -math.MaxFloat64) // if all are -Inf, the difference is still -Inf
	}
	for ab, v := range in {
		row, at := share[ab*p.c:(ab+1)*p.c], most[ab%p.b*p.c:]
		for k, x := range p.weight[ab*p.c : (ab+1)*p.c] {
			row[k] = v + x - at[k]
		}
	}
	simd.Exp(share, share, 0)
	clear(sum)
	for ab := range in {
		to := sum[ab%p.b*p.c:]
		for k, v := range share[ab*p.c : (ab+1)*p.c] {
			to[k] += v
		}
	}
	for k, v := range sum {
		out[k] = u[k] + most[k] + math.Log(v)
		sum[k] = inverse(v)
	}
	for ab := range in {
		row, by := share[ab*p.c:(ab+1)*p.c], sum[ab%p.b*p.c:]
		for k := range row {
			row[k] *= by[k]
		}
	}
}

// sumPlain is sumWeighted for zero weights, where sums do not depend on c.
func (w *Workspace) sumPlain(out, u, in, share []float64, p step) {
	for b := range p.b {
		most, sum := -math.MaxFloat64, 0.0
		for ab := b; ab < len(in); ab += p.b {
			most = max(most, in[ab])
		}
		for ab := b; ab < len(in); ab += p.b {
			share[ab] = math.Exp(in[ab] - most)
			sum += share[ab]
		}
		by, total := inverse(sum), most+math.Log(sum)
		for ab := b; ab < len(in); ab += p.b {
			share[ab] *= by
		}
		for k := b * p.c; k < (b+1)*p.c; k++ {
			out[k] = u[k] + total
		}
	}
}

// inverse returns 1/v, or 0 for v = 0.
func inverse(v float64) float64 {
	if v == 0 {
		return 0
	}
	return 1 / v
}
