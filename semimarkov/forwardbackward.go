package semimarkov

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/simd"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// LogZ returns log Z of scores s.
func (w *Workspace) LogZ(s *Lattice) (float64, error) {
	if done, err := w.prepare(s); done {
		return 0, err
	}
	return w.forward()
}

// infer fills all tables for scores s and returns log Z. done is true on error or without tokens.
func (w *Workspace) infer(s *Lattice) (logZ float64, done bool, err error) {
	if done, err = w.prepare(s); done {
		return 0, true, err
	}
	if logZ, err = w.forward(); err != nil {
		return 0, true, err
	}
	w.backward()
	return logZ, false, nil
}

// forward fills edges, ends and starts.
func (w *Workspace) forward() (float64, error) {
	s := w.s
	l := s.L
	w.edges.fill(s)
	clear(w.starts[:l])
	for e := 1; e <= s.T; e++ {
		n := min(s.M, e)
		for d := 1; d <= n; d++ {
			term, from := w.term[(d-1)*l:d*l], w.starts[(e-d)*l:(e-d+1)*l]
			for j, v := range s.At(e-d, d) {
				term[j] = from[j] + v
			}
		}
		ends := w.ends[e*l : (e+1)*l]
		w.logSumRows(ends, w.term[:n*l])
		if vec.FirstBad(ends) >= 0 {
			return 0, errOverflow
		}
		if e < s.T {
			w.cross(w.starts[e*l:(e+1)*l], ends, e)
		}
	}
	logZ := simd.LogSumExp(w.ends[s.T*l:])
	if math.IsInf(logZ, -1) {
		return 0, structured.ErrNoPath
	}
	return logZ, nil
}

// cross sets next[j] to log sum_i exp(from[i] + Edge[t][i][j]).
func (w *Workspace) cross(next, from []float64, t int) {
	l, edge := len(from), w.s.EdgeAt(t)
	if edge == nil {
		z := simd.LogSumExp(from)
		vec.Fill(next, z)
		return
	}
	exp, shift, spread := w.edges.at(t, l)
	most, mine := expShifted(w.left, from)
	if w.Exact || spread+mine > safe {
		for i, v := range from {
			row := w.term[i*l : (i+1)*l]
			for j, e := range edge[i*l : (i+1)*l] {
				row[j] = v + e
			}
		}
		w.logSumRows(next, w.term[:l*l])
		return
	}
	simd.VecMat(next, w.left, exp)
	for j, v := range next {
		next[j] = math.Log(v) + most + shift
	}
}

// crossBack sets before[i] to log sum_j exp(Edge[t][i][j] + begin[j]).
func (w *Workspace) crossBack(before, begin []float64, t int) {
	l, edge := len(begin), w.s.EdgeAt(t)
	if edge == nil {
		z := simd.LogSumExp(begin)
		vec.Fill(before, z)
		return
	}
	exp, shift, spread := w.edges.at(t, l)
	most, mine := expShifted(w.right, begin)
	if w.Exact || spread+mine > safe {
		for i := range before {
			for j, e := range edge[i*l : (i+1)*l] {
				w.right[j] = e + begin[j]
			}
			before[i] = simd.LogSumExp(w.right)
		}
		return
	}
	simd.MatVec(before, exp, w.right)
	for i, v := range before {
		before[i] = math.Log(v) + most + shift
	}
}

// backward fills after, begin and share.
func (w *Workspace) backward() {
	s := w.s
	l := s.L
	w.after, w.begin = vec.Resize(w.after, (s.T+1)*l), vec.Resize(w.begin, s.T*l)
	w.share = vec.Resize(w.share, s.T*s.M*l)
	clear(w.after[s.T*l:])
	for t := s.T - 1; t >= 0; t-- {
		rows := s.From(t)
		share, after := w.shareAt(t), w.after[(t+1)*l:]
		for k, v := range rows {
			share[k] = v + after[k]
		}
		begin := w.begin[t*l : (t+1)*l]
		w.logSumRows(begin, share)
		for j, v := range w.sum {
			if v > 0 {
				w.sum[j] = 1 / v
			}
		}
		for k := 0; k < len(share); k += l {
			simd.Mul(share[k:k+l], 1, share[k:k+l], w.sum)
		}
		if t > 0 {
			w.crossBack(w.after[t*l:(t+1)*l], begin, t)
		}
	}
}

// shareAt returns the length probabilities of the segments that start at t: min(M, T-t) x L.
func (w *Workspace) shareAt(t int) []float64 {
	s := w.s
	at := t * s.M * s.L
	return w.share[at : at+min(s.M, s.T-t)*s.L]
}

// startMarginals sets dst[j] to p(a segment of label j starts at t).
func (w *Workspace) startMarginals(dst []float64, t int, logZ float64) {
	l := w.s.L
	begin := w.begin[t*l : (t+1)*l]
	for j, g := range w.starts[t*l : (t+1)*l] {
		dst[j] = g + begin[j]
	}
	simd.Exp(dst, dst, logZ)
}

// edgeMarginals sets dst, L x L, to p(label i ends and label j starts at t).
func (w *Workspace) edgeMarginals(dst []float64, t int, logZ float64) {
	l, edge := w.s.L, w.s.EdgeAt(t)
	ends, begin := w.ends[t*l:(t+1)*l], w.begin[t*l:(t+1)*l]
	a, left := expShifted(w.left, ends)
	b, right := expShifted(w.right, begin)
	var exp []float64
	shift, spread := 0.0, 0.0
	if edge != nil {
		exp, shift, spread = w.edges.at(t, l)
	}
	if w.Exact || left+spread+right > safe {
		for i, v := range ends {
			row := dst[i*l : (i+1)*l]
			for j, h := range begin {
				row[j] = v + h
				if edge != nil {
					row[j] += edge[i*l+j]
				}
			}
		}
		simd.Exp(dst, dst, logZ)
		return
	}
	// Each product is at most 1. If all are 0, their common factor does not matter.
	c := math.Exp(min(a+shift+b-logZ, safe))
	for i, v := range w.left {
		row := dst[i*l : (i+1)*l]
		if exp == nil {
			simd.Scale(row, c*v, w.right)
		} else {
			simd.Mul(row, c*v, exp[i*l:(i+1)*l], w.right)
		}
	}
}
