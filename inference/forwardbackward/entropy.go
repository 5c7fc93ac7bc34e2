package forwardbackward

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// Entropy returns -sum_y p(y) log p(y), in nats, under scores s. It sums the entropies of each
// label given the previous one. No term is negative, so the result is exact near zero too.
func (w *Workspace) Entropy(s *structured.Lattice) (float64, error) {
	if _, err := w.forwardBackward(s); err != nil || s.T == 0 {
		return 0, err
	}
	l := s.L
	w.row = vec.Resize(w.row, l)
	w.nodeMarginals(w.row, 0)
	h := vec.Entropy(w.row, 1)
	w.mat = vec.Resize(w.mat, l*l)
	for t := 1; t < s.T; t++ {
		if s.Shape() == structured.NoEdges {
			w.nodeMarginals(w.row, t)
			h += vec.Entropy(w.row, 1)
			continue
		}
		w.edgeMarginals(w.mat, t)
		for i := range l {
			row := w.mat[i*l : (i+1)*l]
			p := 0.0
			for _, v := range row {
				p += v
			}
			h += vec.Entropy(row, p)
		}
	}
	return h, nil
}

// KL returns the divergence sum_y p(y) log(p(y) / q(y)), in nats, between the distributions of
// scores p and q. It is +Inf if p allows a path that q forbids, even if the probability of that
// path is tiny. KL sums the divergences of each label given the previous one, in log space.
func KL(p, q *structured.Lattice) (float64, error) { return new(Divergence).KL(p, q) }

// Divergence is the scratch memory of [KL]; the zero value is ready.
type Divergence struct{ p, q Workspace }

// KL is [KL] with the scratch memory of d.
func (d *Divergence) KL(p, q *structured.Lattice) (float64, error) {
	if err := sameSize(q, p); err != nil {
		return 0, err
	}
	d.p.Exact, d.q.Exact = true, true
	if _, err := d.p.forwardBackward(p); err != nil || p.T == 0 {
		return 0, err
	}
	if _, err := d.q.forwardBackward(q); err != nil {
		return 0, err
	}
	kl := 0.0
	for t := range p.T {
		from := 1
		if t > 0 {
			from = p.L
		}
		for i := range from {
			logMarginal := 0.0
			if t > 0 {
				k := (t-1)*p.L + i
				logMarginal = d.p.alpha[k] + d.p.beta[k]
			}
			if math.IsInf(logMarginal, -1) {
				continue
			}
			d.p.logNext(t, i)
			d.q.logNext(t, i)
			marginal := math.Exp(logMarginal)
			for j, lp := range d.p.row {
				lq := d.q.row[j]
				switch {
				case math.IsInf(lp, -1):
				case math.IsInf(lq, -1): // compare log p: p itself may underflow to 0
					return math.Inf(1), nil
				default:
					kl += marginal * math.Exp(lp) * (lp - lq)
				}
			}
		}
	}
	return max(kl, 0), nil // rounding may give -1e-17 for equal distributions
}

// logNext sets w.row to log p(y_t = j | y_{t-1} = i), or to log p(y_0 = j) at t = 0. It is -Inf if
// no path passes i. The tables must hold logarithms.
func (w *Workspace) logNext(t, i int) {
	l := w.s.L
	w.row = vec.Resize(w.row, l)
	copy(w.row, w.into[t*l:(t+1)*l])
	if t > 0 && len(w.s.Edge) > 0 {
		for j, e := range w.s.EdgeAt(t)[i*l : (i+1)*l] {
			w.row[j] += e
		}
	}
	z := simd.LogSumExp(w.row)
	if math.IsInf(z, -1) {
		return
	}
	for j := range w.row {
		w.row[j] -= z
	}
}
