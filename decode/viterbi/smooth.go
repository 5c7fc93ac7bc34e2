package viterbi

import (
	"fmt"
	"math"

	"github.com/trellis-nlp/trellis/internal/sparsemax"
	"github.com/trellis-nlp/trellis/internal/vec"
	"github.com/trellis-nlp/trellis/structured"
)

// smooth is the scratch memory of SmoothMax. It holds a distribution over paths, factored from the
// last label to the first.
type smooth struct {
	last []float64 // L: probability of the last label
	from []float64 // (T-1) x L x L: from[((t-1)*L+j)*L+i] is the probability of label i at t-1 given j at t

	edge                             []float64 // L x L: edges into t, transposed
	score, next, into, reach, before []float64 // L
	project                          sparsemax.Workspace
}

// SmoothMax returns V, the Viterbi recursion with each max smoothed by the squared norm (Mensch &
// Blondel 2018):
//
//	max_Omega(x) = max over distributions q of q.x + (1 - |q|^2) / (2 gamma)
//	V_t(j) = Node[t][j] + max_Omega over i of (V_{t-1}(i) + Edge[t][i][j]),   V = max_Omega over j of V_{T-1}(j)
//
// If dst is not nil, SmoothMax adds c times the gradient of V to dst, in the edge shape of dst. The
// gradient is the probability of each node and edge under the distribution that the maximisers q
// define. V lies between the best score and (1/gamma) log Z(gamma s). The recursion runs from left
// to right; from right to left the value would differ slightly. On error, dst is unchanged.
func (w *Workspace) SmoothMax(dst, s *structured.Lattice, gamma, c float64) (float64, error) {
	if err := s.Validate(); err != nil {
		return 0, err
	}
	if dst != nil && (dst.T != s.T || dst.L != s.L) {
		return 0, fmt.Errorf("%w: gradient has T = %d, L = %d, but scores have T = %d, L = %d", structured.ErrShape, dst.T, dst.L, s.T, s.L)
	}
	if s.T == 0 {
		return 0, nil
	}
	v := w.smooth.forward(w.full(s), gamma)
	if math.IsInf(v, -1) {
		return 0, structured.ErrNoPath
	}
	if dst != nil {
		w.smooth.backward(dst, c)
	}
	return v, nil
}

// forward runs the recursion over scores s, T > 0, and returns V.
func (m *smooth) forward(s *structured.Lattice, gamma float64) float64 {
	l := s.L
	m.last, m.from = vec.Resize(m.last, l), vec.Resize(m.from, (s.T-1)*l*l)
	m.score, m.next, m.into = vec.Resize(m.score, l), vec.Resize(m.next, l), vec.Resize(m.into, l)
	copy(m.score, s.NodeAt(0))
	for t := 1; t < s.T; t++ {
		edge := s.EdgeAt(t)
		if edge != nil && (t == 1 || s.Shape() == structured.PositionEdges) {
			m.edge = vec.Resize(m.edge, l*l)
			transpose(m.edge, edge, l)
		}
		for j, u := range s.NodeAt(t) {
			x := m.score
			if edge != nil {
				row := m.edge[j*l : (j+1)*l]
				from := m.score[:len(row)]
				x = m.into[:len(row)]
				for i, e := range row {
					x[i] = from[i] + e
				}
			}
			at := ((t-1)*l + j) * l
			m.next[j] = u + m.project.Max(m.from[at:at+l], x, gamma)
		}
		m.score, m.next = m.next, m.score
	}
	return m.project.Max(m.last, m.score, gamma)
}

func transpose(dst, x []float64, l int) {
	for i := range l {
		for j, v := range x[i*l : (i+1)*l] {
			dst[j*l+i] = v
		}
	}
}

// backward adds c times the node and edge probabilities to dst.
func (m *smooth) backward(dst *structured.Lattice, c float64) {
	l := dst.L
	m.reach, m.before = vec.Resize(m.reach, l), vec.Resize(m.before, l)
	copy(m.reach, m.last)
	for t := dst.T - 1; ; t-- {
		node := dst.NodeAt(t)
		for j, p := range m.reach {
			node[j] += c * p
		}
		if t == 0 {
			return
		}
		clear(m.before)
		var edge []float64
		if dst.Pairs == nil {
			edge = dst.EdgeAt(t)
		}
		for j, p := range m.reach {
			if p == 0 {
				continue
			}
			at := ((t-1)*l + j) * l
			for i, q := range m.from[at : at+l] {
				m.before[i] += p * q
				switch {
				case edge != nil:
					edge[i*l+j] += c * (p * q)
				case q != 0:
					dst.AddEdge(t, i, j, c*(p*q))
				}
			}
		}
		m.reach, m.before = m.before, m.reach
	}
}
