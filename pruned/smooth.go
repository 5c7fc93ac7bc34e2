package pruned

import (
	"math"

	"github.com/trellis-nlp/trellis/internal/sparsemax"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// smooth is the scratch memory of SmoothMax: one column of scores into a state, and its maximiser.
type smooth struct {
	into, pick []float64
	project    sparsemax.Workspace
}

// SmoothMax returns V, the recursion of Decode with each max smoothed by the squared norm (Mensch &
// Blondel 2018):
//
//	max_Omega(x) = max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//	V_t(b, c) = U(b, c) + max_Omega over a of (V_{t-1}(a, b) + W(a, b, c)),   V = max_Omega over b, c of V_{T-1}(b, c)
//
// If dst is not nil, SmoothMax adds m times the gradient of V to dst, which must have the shape of
// s. The gradient is the probability of each label, pair and triple under the distribution that the
// maximisers q define. V lies between the best score and (1/gamma) log Z(gamma s). In orders 0 and
// 1 it equals that of package viterbi. On error, dst is unchanged.
func (w *Workspace) SmoothMax(dst, s *Lattice, gamma, m float64) (float64, error) {
	if dst != nil {
		if err := sameShape(dst, s); err != nil {
			return 0, err
		}
	}
	if done, err := w.prepare(s); done {
		return 0, err
	}
	for t := range s.Len() {
		p, out := s.step(t), w.states(t)
		w.smoothStep(out, w.states(t-1), w.shares(t), p, gamma)
		for k, u := range w.enterAt(t) {
			out[k] += u
		}
		if vec.FirstBad(out) >= 0 {
			return 0, errOverflow
		}
	}
	last := w.states(s.Len() - 1)
	v := w.smooth.project.Max(w.mu[:len(last)], last, gamma)
	if math.IsInf(v, -1) {
		return 0, structured.ErrNoPath
	}
	if dst != nil {
		w.backward(dst, m)
	}
	return v, nil
}

// smoothStep sets out(b, c) to max_Omega over a of in(a, b) + weight(a, b, c), and share to the
// maximisers.
func (w *Workspace) smoothStep(out, in, share []float64, p step, gamma float64) {
	m := &w.smooth
	m.into, m.pick = vec.Resize(m.into, p.a), vec.Resize(m.pick, p.a)
	columns := p.c // distinct columns of the weights
	if p.weight == nil {
		columns = 1
	}
	for b := range p.b {
		for c := range columns {
			for a := range p.a {
				m.into[a] = in[a*p.b+b]
				if p.weight != nil {
					m.into[a] += p.weight[(a*p.b+b)*p.c+c]
				}
			}
			v := m.project.Max(m.pick, m.into, gamma)
			for a, q := range m.pick {
				share[(a*p.b+b)*columns+c] = q
			}
			out[b*p.c+c] = v
		}
		if p.weight == nil {
			for c := range p.c {
				out[b*p.c+c] = out[b*p.c]
			}
		}
	}
}
