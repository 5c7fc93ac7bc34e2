package losses

import (
	"math"
	"slices"

	"github.com/trellis-nlp/trellis/structured"
)

// A support is a set of affinely independent paths, as points of the node indicators, and a distribution over
// it. With G(a, b) the number of positions where paths a and b agree, |mu_nodes|^2 = p'G p.
type support struct {
	paths  [][]int
	score  []float64   // gamma (s(y) - s(the best path)) of each path
	weight []float64   // p: positive, summing to 1
	factor [][]float64 // lower triangle of Cholesky's factor of G + 11', which is regular, as G is on what sums to 0

	mu     []float64 // T x L: the node marginals of the mixture
	oracle structured.Lattice

	row, target, u, v []float64 // a number a path
	spare             [][]int   // memory for paths
}

// mixture fills w.support with the mixture of paths that maximises s(mu) - |mu_nodes|^2 / (2 gamma) and returns
// the score of the best path and what the maximum, plus T / (2 gamma), exceeds it by.
//
// Until no path lies above the tangent plane of the objective at mu, the path furthest above it joins, and
// the mixture moves to the best one of the set; paths whose weight vanishes on the way leave (Nocedal &
// Wright 2006, section 16.5; Niculae et al. 2018, appendix B). It ends after so many rounds at the latest.
func (w *Workspace) mixture(s *structured.Lattice, gamma float64, rounds int) (best, above float64, err error) {
	m := &w.support
	best, err = w.best(s)
	if err != nil {
		return 0, 0, err
	}
	m.reset()
	m.join(w.path, 0)
	m.weight[0] = 1
	m.oracle.Resize(s.T, s.L, structured.NoEdges)
	m.oracle.Edge = s.Edge // borrowed for this call
	defer func() { m.oracle.Edge = nil }()
	value := m.marginals(s)
	for range rounds {
		for k, v := range s.Node {
			m.oracle.Node[k] = v - m.mu[k]/gamma
		}
		top, err := w.best(&m.oracle)
		if err != nil {
			return 0, 0, err
		}
		tangent := 0.0
		for k, p := range m.weight {
			tangent += p * m.oracle.PathScore(m.paths[k])
		}
		if top-tangent <= 1e-13*max(1, math.Abs(top)) || m.has(w.path) {
			break
		}
		m.enter(w.path, gamma*(s.PathScore(w.path)-best))
		m.settle()
		next := m.marginals(s)
		if !(next > value) { // no more than rounding is left
			break
		}
		value = next
	}
	return best, value / gamma, nil
}

func (m *support) reset() {
	m.spare = append(m.spare, m.paths...)
	m.paths, m.score, m.weight = m.paths[:0], m.score[:0], m.weight[:0]
}

// marginals fills mu and returns gamma times the objective, from that of the best path alone.
func (m *support) marginals(s *structured.Lattice) float64 {
	m.mu = grow(m.mu, s.T*s.L)
	clear(m.mu)
	value := 0.0
	for k, p := range m.weight {
		value += p * m.score[k]
		for t, j := range m.paths[k] {
			m.mu[t*s.L+j] += p
		}
	}
	spread := 0.0 // T - |mu|^2
	for _, p := range m.mu {
		spread += p * (1 - p)
	}
	return value + spread/2
}

func (m *support) has(y []int) bool {
	return slices.ContainsFunc(m.paths, func(x []int) bool { return slices.Equal(x, y) })
}

func agree(x, y []int) float64 {
	n := 0
	for t, j := range x {
		if y[t] == j {
			n++
		}
	}
	return float64(n)
}

// enter takes in path y of weight 0. If y depends affinely on the set, y = sum a_b b with sum a_b = 1, weight
// moves over to it until a path of the set has none left and leaves.
func (m *support) enter(y []int, score float64) {
	weight := 0.0
	m.row = growTo(m.row, len(m.paths))
	for k, x := range m.paths {
		m.row[k] = agree(x, y) + 1
	}
	m.lower(m.row)
	own := float64(len(y) + 1)
	if own-dot(m.row, m.row) < 1e-9*own {
		m.upper(m.row) // a
		out := -1
		weight = math.Inf(1)
		for k, a := range m.row {
			if a > 1e-9 && m.weight[k]/a < weight {
				out, weight = k, m.weight[k]/a
			}
		}
		for k, a := range m.row {
			m.weight[k] -= weight * a
		}
		m.leave(out)
	}
	m.join(y, score)
	m.weight[len(m.weight)-1] = weight
}

// settle moves to the best mixture of the set, dropping the paths that block the way.
func (m *support) settle() {
	for {
		n := len(m.paths)
		m.target = growTo(m.target, n)
		m.optimum(m.target)
		out, step := -1, 1.0
		for k, p := range m.target {
			if p <= 1e-15 {
				if a := m.weight[k] / (m.weight[k] - p); out < 0 || a < step {
					out, step = k, max(a, 0)
				}
			}
		}
		for k, p := range m.target {
			m.weight[k] += step * (p - m.weight[k])
		}
		if out < 0 || n == 1 {
			return
		}
		m.leave(out)
	}
}

// optimum sets dst to the numbers that sum to 1 and maximise score.p - p'G p / 2: p = u + nu v with (G + 11') u =
// score, (G + 11') v = 1 and the nu that makes the sum.
func (m *support) optimum(dst []float64) {
	n := len(dst)
	m.u, m.v = growTo(m.u, n), growTo(m.v, n)
	copy(m.u, m.score)
	fill(m.v, 1)
	for _, x := range [][]float64{m.u, m.v} {
		m.lower(x)
		m.upper(x)
	}
	sumU, sumV := 0.0, 0.0
	for k := range dst {
		sumU += m.u[k]
		sumV += m.v[k]
	}
	nu := (1 - sumU) / sumV
	for k := range dst {
		dst[k] = m.u[k] + nu*m.v[k]
	}
}
