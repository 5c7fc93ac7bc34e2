package forwardbackward

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
)

// exactForward fills alpha with logarithms and norm with log c_t, using log-sum-exp at each node.
// It returns log Z, or -Inf if there is no path.
func (w *Workspace) exactForward() (logZ float64) {
	s := w.s
	l := s.L
	w.row, w.row2 = vec.Resize(w.row, l), vec.Resize(w.row2, l)
	for t := range s.T {
		to := w.alpha[t*l : (t+1)*l]
		copy(to, s.NodeAt(t))
		if t > 0 && len(s.Edge) > 0 {
			w.exactStep(to, w.alpha[(t-1)*l:t*l], s.EdgeAt(t))
		}
		c := simd.LogSumExp(to)
		if math.IsInf(c, -1) {
			return c
		}
		w.norm[t] = c
		for j := range to {
			to[j] -= c
		}
		logZ += c
	}
	return logZ
}

// exactStep adds log(sum_i exp(from[i] + e[i][j])) to to[j], in two passes down the rows of e.
func (w *Workspace) exactStep(to, from, e []float64) {
	l := len(to)
	most, sum := w.row, w.row2
	w.mat = vec.Resize(w.mat, l*l)
	term := w.mat[:l]
	simd.MaxPlus(most, from, e)
	for j, m := range most {
		most[j] = max(m, -math.MaxFloat64) // -Inf - -Inf would be NaN
	}
	clear(sum)
	for i, a := range from {
		for j, v := range e[i*l : (i+1)*l] {
			term[j] = a + v - most[j]
		}
		simd.Exp(term, term, 0)
		simd.Axpy(sum, 1, term)
	}
	for j := range to {
		to[j] += most[j] + math.Log(sum[j])
	}
}

// exactBackward fills beta and into with logarithms. It normalises each position again, so that
// rounding errors do not accumulate along the sentence.
func (w *Workspace) exactBackward() {
	s := w.s
	l, last := s.L, s.T-1
	w.row = vec.Resize(w.row, l)
	for t := last; t >= 0; t-- {
		a, b := w.alpha[t*l:(t+1)*l], w.beta[t*l:(t+1)*l]
		clear(b)
		if t < last && len(s.Edge) > 0 {
			e, v := s.EdgeAt(t+1), w.into[(t+1)*l:(t+2)*l]
			for i := range b {
				for j, x := range e[i*l : (i+1)*l] {
					w.row[j] = x + v[j]
				}
				b[i] = simd.LogSumExp(w.row)
			}
		}
		for j := range b {
			w.row[j] = a[j] + b[j]
		}
		z := simd.LogSumExp(w.row)
		node, into, c := s.NodeAt(t), w.into[t*l:(t+1)*l], w.norm[t]
		for j := range b {
			b[j] -= z
			into[j] = node[j] + b[j] - c
		}
	}
}
