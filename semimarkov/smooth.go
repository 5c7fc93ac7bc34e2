package semimarkov

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/sparsemax"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// smooth is the scratch memory of SmoothMax. It holds a distribution over segmentations, factored
// from the last segment to the first.
type smooth struct {
	last   []float64 // L: probability of the last label
	length []float64 // T x L x M: length[((e-1)*L+j)*M+d-1] is the probability of length d given that label j ends at e
	before []float64 // T x L x L: before[(t*L+j)*L+i] is the probability of label i before t given that label j starts at t

	into         []float64 // max(M, L)
	reach, start []float64 // (T+1) x L and L: probabilities of an end at e and of a start at t
	project      sparsemax.Workspace
}

// SmoothMax returns V, the recursion of Decode with each max smoothed by the squared norm (Mensch &
// Blondel 2018):
//
//	max_Omega(x) = max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//	a_e(j) = max_Omega over d of (g_{e-d}(j) + Segment[e-d][d][j])
//	g_t(j) = max_Omega over i of (a_t(i) + Edge[t][i][j]),   g_0(j) = 0,   V = max_Omega over j of a_T(j)
//
// If dst is not nil, SmoothMax adds c times the gradient of V to dst, in the edge shape of dst. The
// gradient is the probability of each segment and edge under the distribution that the maximisers q
// define. V lies between the best score and (1/gamma) log Z(gamma s). With M = 1 it equals that of
// package viterbi. On error, dst is unchanged.
func (w *Workspace) SmoothMax(dst, s *Lattice, gamma, c float64) (float64, error) {
	if dst != nil {
		if err := sameSize(dst, s); err != nil {
			return 0, err
		}
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	v := w.smoothForward(gamma)
	if math.IsInf(v, -1) {
		return 0, structured.ErrNoPath
	}
	if v > math.MaxFloat64 {
		return 0, errOverflow
	}
	if dst != nil {
		w.smoothBackward(dst, c)
	}
	return v, nil
}

// smoothForward fills ends, starts and the distributions of the choices, and returns V.
func (w *Workspace) smoothForward(gamma float64) float64 {
	s, m := w.s, &w.smooth
	l := s.L
	m.last, m.length, m.before = vec.Resize(m.last, l), vec.Resize(m.length, s.T*l*s.M), vec.Resize(m.before, s.T*l*l)
	m.into = vec.Resize(m.into, max(min(s.M, s.T), l))
	clear(w.starts[:l])
	for e := 1; e <= s.T; e++ {
		n := min(s.M, e)
		for j := range l {
			x := m.into[:n]
			for k := range x {
				x[k] = w.starts[(e-k-1)*l+j] + s.At(e-k-1, k+1)[j]
			}
			w.ends[e*l+j] = m.project.Max(m.lengthAt(s, e, j), x, gamma)
		}
		if e < s.T {
			w.smoothCross(e, gamma)
		}
	}
	return m.project.Max(m.last, w.ends[s.T*l:], gamma)
}

// smoothCross fills starts at t and the distributions of the previous labels.
func (w *Workspace) smoothCross(t int, gamma float64) {
	l, m := w.s.L, &w.smooth
	ends, edge := w.ends[t*l:(t+1)*l], w.s.EdgeAt(t)
	for j := range l {
		x := ends
		if edge != nil {
			x = m.into[:l]
			for i, v := range ends {
				x[i] = v + edge[i*l+j]
			}
		}
		w.starts[t*l+j] = m.project.Max(m.beforeAt(l, t, j), x, gamma)
	}
}

// lengthAt returns the probabilities of the lengths 1..min(M, e) given that label j ends at e.
func (m *smooth) lengthAt(s *Lattice, e, j int) []float64 {
	at := ((e-1)*s.L + j) * s.M
	return m.length[at : at+min(s.M, e)]
}

// beforeAt returns the probabilities of the labels before t given that label j starts there.
func (m *smooth) beforeAt(l, t, j int) []float64 {
	at := (t*l + j) * l
	return m.before[at : at+l]
}

// smoothBackward adds c times the segment and edge probabilities to dst.
func (w *Workspace) smoothBackward(dst *Lattice, c float64) {
	s, m := w.s, &w.smooth
	l := s.L
	m.reach, m.start = vec.Resize(m.reach, (s.T+1)*l), vec.Resize(m.start, l)
	clear(m.reach)
	copy(m.reach[s.T*l:], m.last)
	for t := s.T - 1; t >= 0; t-- { // from the known ends after t to the segments that start at t
		clear(m.start)
		for d := 1; d <= min(s.M, s.T-t); d++ {
			to := dst.At(t, d)
			for j, p := range m.reach[(t+d)*l : (t+d+1)*l] {
				if p == 0 {
					continue
				}
				q := p * m.lengthAt(s, t+d, j)[d-1]
				to[j] += c * q
				m.start[j] += q
			}
		}
		if t > 0 {
			w.smoothCrossBack(dst.EdgeAt(t), t, c)
		}
	}
}

// smoothCrossBack adds c times the probabilities of the edges at t to edge, unless edge is nil, and
// fills reach at t.
func (w *Workspace) smoothCrossBack(edge []float64, t int, c float64) {
	l, m := w.s.L, &w.smooth
	for j, p := range m.start {
		if p == 0 {
			continue
		}
		for i, q := range m.beforeAt(l, t, j) {
			m.reach[t*l+i] += p * q
			if edge != nil {
				edge[i*l+j] += c * (p * q)
			}
		}
	}
}
